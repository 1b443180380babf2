using System.Diagnostics;

namespace Backprop.ML.Tests.Docs;

/// <summary>A new option touches at most four source files: a patch adds one to a copy of the sources, which is compiled and run.</summary>
public sealed class SampleOptionTests : IDisposable
{
    private static readonly string _sample = Path.Combine(Repository.Root, "tests", "SampleOption");

    private readonly DirectoryInfo _copy = Directory.CreateTempSubdirectory("backprop-sample-option-");

    public void Dispose() => _copy.Delete(recursive: true);

    [Fact]
    public void A_new_option_in_four_source_files_is_checked_printed_documented_and_reaches_the_core()
    {
        var patch = SourcePatch.Read(Path.Combine(_sample, "option.patch"));
        Assert.InRange(patch.Files.Count, 1, 4);
        Assert.All(patch.Files, file => Assert.StartsWith("src/", file));

        CopySources();
        patch.ApplyTo(_copy.FullName);
        var project = Path.Combine(_copy.FullName, "tests", "SampleOption", "SampleOption.csproj");
        var build = Run("build", project, "--nologo", "-v", "q", "-nodeReuse:false", "-p:RunAnalyzers=false");
        Assert.True(build.ExitCode == 0, build.Output);
        var programs = Directory.GetFiles(_copy.FullName, "Backprop.ML.dll", SearchOption.AllDirectories);
        var run = Run(programs.First(file => file.Contains("bin")));
        Assert.True(run.ExitCode == 0, run.Output);

        Assert.Equal(
            [
                "checked: BalanceExponent must be ≥ 0 and finite. (Parameter 'BalanceExponent') Actual value was -1.",
                "printed: BalanceExponent = 1",
                "documented: | `BalanceExponent` | `double` | preset; `Plain` has `1` | ≥ 0 and finite |",
                "documented: - `BalanceExponent`: The exponent of balanced class weights: with 0, all rows have the same weight.",
                "documented: | `BalanceExponent` | `1` | `1` | `1` | `1` | `1` | `1` |",
                "core: 1",
                "trained: True",
            ],
            run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public void The_documentation_shows_the_patch()
    {
        var patch = File.ReadAllText(Path.Combine(_sample, "option.patch"));
        Assert.Contains($"```diff\n{patch}```", File.ReadAllText(Path.Combine(Repository.Root, "docs", "extend", "adding-things.md")));
    }

    private void CopySources()
    {
        foreach (var file in Directory.GetFiles(Repository.Root).Where(IsOfTheBuild)) Copy(file);
        foreach (var folder in (string[])["src/Backprop.Core", "src/Backprop.ML", "tests/SampleOption"])
            foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories)) Copy(file);
        Copy(Path.Combine(Repository.Root, "tests/Backprop.ML.Tests/Docs/OptionsPage.cs"));
    }

    private static bool IsOfTheBuild(string file) => Path.GetExtension(file) is ".props" or ".snk" or ".config" or ".json";

    private void Copy(string file)
    {
        var target = Path.Combine(_copy.FullName, Path.GetRelativePath(Repository.Root, file));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file, target);
    }

    private (int ExitCode, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(TestProgram.Dotnet, arguments)
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _copy.FullName,
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_TieredPGO"] = "0"; // as in the test programs
        // Of the process that runs this test; they would point the build to its tools.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
