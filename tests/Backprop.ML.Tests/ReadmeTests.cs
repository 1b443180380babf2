using System.Text.RegularExpressions;
using Backprop.ML.Tests.Docs;

namespace Backprop.ML.Tests;

/// <summary>The README says what is true: its program is compiled, its output is what the program prints, its links lead
/// somewhere.</summary>
public partial class ReadmeTests
{
    private static readonly string Root = Repository.Root;
    private static readonly string Readme = File.ReadAllText(Path.Combine(Root, "README.md"));

    [Fact]
    public void Its_program_is_the_quick_start() =>
        Assert.Equal(CodeRegions.Of("examples/QuickStart/Iris.cs", "readme-program"), Blocks("csharp")[0]);

    [Fact]
    public void Its_choices_are_options_with_these_values()
    {
        var options = new BackpropTrainer.Options();
        #region choices
        options.Preset = Preset.Fast;                              // fewer epochs than Default, or Plain: one plain network
        options.MaximumTrainingTime = TimeSpan.FromMinutes(5);     // schedules end with the time; the best weights are kept
        options.ClassWeights = ClassWeights.Balanced;              // rare classes count as much as frequent ones
        options.CategoricalFeatureColumnNames = ["City", "Color"]; // key columns become features
        options.Seed = 1;                                          // the same bits again
        #endregion
        Assert.NotNull(new BackpropTrainer(new Microsoft.ML.MLContext(), options));
        Assert.Equal(CodeRegions.Of("tests/Backprop.ML.Tests/ReadmeTests.cs", "choices"), Blocks("csharp")[1]);
    }

    [Fact]
    public void Its_four_calls_are_those_of_the_example_step_by_step() =>
        Assert.Equal(CodeRegions.Of("examples/StepByStep/Program.cs", "calls"), Blocks("csharp")[2]);

    [Fact]
    public void Its_output_is_what_the_quick_start_prints()
    {
        using var quickStart = new QuickStartProcess();

        Assert.Equal(0, quickStart.Run());
        Assert.True(File.Exists(quickStart.PathOf("model.zip")));
        var lines = quickStart.Output.Split('\n').Where(line => !line.Contains("the model is saved in"));
        Assert.Equal(CodeRegions.Unindent(string.Join('\n', lines)), Assert.Single(Blocks("text")));
    }

    [Fact]
    public void Its_length_is_at_most_130_lines() => Assert.InRange(Readme.TrimEnd().Split('\n').Length, 1, 130);

    public static TheoryData<string> Pages =>
    [
        "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md",
        .. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    [Theory, MemberData(nameof(Pages))]
    public void Its_links_lead_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
        var broken = Link().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(match => match.Groups[1].Value)
            .Where(target => !target.StartsWith("http", StringComparison.Ordinal) && !target.StartsWith("xref:", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(folder, target)));
        Assert.Empty(broken);
    }

    [Fact]
    public void What_users_of_other_libraries_are_told_to_use_exists()
    {
        var ours = new[]
        {
            typeof(BackpropTrainer), typeof(Networks.Network), typeof(ConsoleProgress), typeof(Microsoft.ML.MLContext),
            typeof(Microsoft.ML.IDataView), typeof(Microsoft.ML.CategoricalCatalog)
        }
            .SelectMany(type => type.Assembly.GetExportedTypes())
            .SelectMany(type => type.GetMembers().Select(member => member.Name).Append(type.Name))
            .Concat(["PredictedLabel", "Probability", "Boolean"])
            .ToHashSet();
        var told = File.ReadLines(Path.Combine(Root, "docs/start/coming-from.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .SelectMany(line => Code().Matches(line.Split(" | ")[^1])).SelectMany(code => Name().Matches(code.Groups[1].Value))
                .Select(name => name.Value).ToArray();
        Assert.InRange(told.Length, 100, int.MaxValue);
        Assert.DoesNotContain(told, name => !ours.Contains(name));
    }

    private static string[] Blocks(string language) =>
    [
        .. CodeBlock().Matches(Readme).Where(match => match.Groups[1].Value == language)
            .Select(match => CodeRegions.Unindent(match.Groups[2].Value)),
    ];

    [GeneratedRegex(@"```(csharp|text)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Name();

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Link();
}
