using System.Text.RegularExpressions;

namespace Backprop.ML.Tests;

/// <summary>The README says what is true: its program is compiled, its output is what the program prints, its links lead
/// somewhere.</summary>
public partial class ReadmeTests
{
    private static readonly string Root = Repository.Root;
    private static readonly string Readme = File.ReadAllText(Path.Combine(Root, "README.md"));

    [Fact]
    public void Its_program_is_the_quick_start() =>
        Assert.Equal(
            Unindent(Region().Match(File.ReadAllText(Path.Combine(Root, "examples/QuickStart/Iris.cs"))).Groups[1].Value),
            Assert.Single(Blocks("csharp")));

    [Fact]
    public void Its_output_is_what_the_quick_start_prints()
    {
        using var quickStart = new QuickStartProcess();

        Assert.Equal(0, quickStart.Run());
        Assert.True(File.Exists(quickStart.PathOf("model.zip")));
        var lines = quickStart.Output.Split('\n').Where(line => !line.Contains("the model is saved in"));
        Assert.Equal(Unindent(string.Join('\n', lines)), Assert.Single(Blocks("text")));
    }

    [Fact]
    public void Its_length_is_at_most_150_lines() => Assert.InRange(Readme.Split('\n').Length, 1, 150);

    [Theory]
    [InlineData("README.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("examples/README.md")]
    [InlineData("docs/extend/architecture.md")]
    [InlineData("docs/extend/adding-things.md")]
    [InlineData("docs/start/coming-from.md")]
    [InlineData("docs/start/csv.md")]
    [InlineData("docs/start/first-errors.md")]
    [InlineData("docs/start/from-scikit-learn.md")]
    [InlineData("docs/start/from-keras.md")]
    [InlineData("docs/start/from-lightgbm.md")]
    [InlineData("docs/reference/model-file.md")]
    [InlineData("docs/reference/presets.md")]
    [InlineData("docs/reference/options.md")]
    [InlineData("docs/measurements/accuracy.md")]
    public void Its_links_lead_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
        var broken = Link().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(match => match.Groups[1].Value)
            .Where(target => !target.StartsWith("http", StringComparison.Ordinal) && !Path.Exists(Path.Combine(folder, target)));
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
        var told = File.ReadLines(Path.Combine(Root, "docs/start/coming-from.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .SelectMany(line => Code().Matches(line.Split(" | ")[^1])).SelectMany(code => Name().Matches(code.Groups[1].Value))
                .Select(name => name.Value).ToArray();
        Assert.InRange(told.Length, 100, int.MaxValue);
        Assert.DoesNotContain(told, name => !ours.Contains(name));
    }

    private static string[] Blocks(string language) =>
        [.. CodeBlock().Matches(Readme).Where(match => match.Groups[1].Value == language).Select(match => Unindent(match.Groups[2].Value))];

    private static string Unindent(string code)
    {
        var lines = code.Split('\n').Select(line => line.TrimEnd()).ToArray();
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : "")).Trim('\n');
    }

    [GeneratedRegex(@"#region readme-program\n(.*?)\s*#endregion", RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"```(csharp|text)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Name();

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Link();
}
