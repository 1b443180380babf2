using System.Text.RegularExpressions;

namespace Backprop.Core.Tests.Docs;

/// <summary>The pages of measurements are short to read: their tables and details stand below, or on other pages.</summary>
public partial class MeasurementPagesTests
{
    private const int MaxWords = 600;

    [Theory]
    [InlineData("accuracy.md")]
    [InlineData("calibration.md")]
    [InlineData("speed.md")]
    public void The_prose_has_at_most_600_words(string page) =>
        Assert.InRange(WordsOfProse(File.ReadAllLines(PathOf(page))), 100, MaxWords);

    // The programs write below it.
    [Theory]
    [InlineData("accuracy.md", "<!-- The rest of this page is written by benchmarks/accuracy.sh summary --write. -->")]
    [InlineData("accuracy-tables.md", "<!-- The rest of this page is written by benchmarks/accuracy.sh summary --write. -->")]
    [InlineData("calibration.md", "<!-- The rest of this page is written by benchmarks/accuracy.sh calibration summary --write. -->")]
    [InlineData("speed.md", "<!-- The rest of this page is written by benchmarks/run.sh --write. -->")]
    public void The_marker_of_the_generated_part_is_there_once(string page, string marker) =>
        Assert.Single(File.ReadAllLines(PathOf(page)), line => line == marker);

    [Theory]
    [InlineData("accuracy.md")]
    [InlineData("accuracy-tables.md")]
    [InlineData("calibration.md")]
    [InlineData("speed.md")]
    [InlineData("speed-details.md")]
    public void Links_and_plots_exist(string page)
    {
        var folder = Path.GetDirectoryName(PathOf(page))!;
        var targets = Target().Matches(File.ReadAllText(PathOf(page))).Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(targets);
        Assert.DoesNotContain(targets, target => !Path.Exists(Path.Combine(folder, target)));
    }

    [Fact]
    public void Tables_code_and_comments_are_not_prose() =>
        Assert.Equal(
            5, WordsOfProse(["# One", "", "| a | b |", "two three, [four](a.md).", "```", "no no", "```", "<!-- no -->", "- five"]));

    private static int WordsOfProse(string[] lines)
    {
        var (words, isCode) = (0, false);
        foreach (var line in lines)
        {
            var isFence = line.StartsWith("```", StringComparison.Ordinal);
            if (isFence) isCode = !isCode;
            var isProse = !isFence && !isCode && !line.StartsWith('|') && !line.StartsWith("<!--", StringComparison.Ordinal);
            if (isProse) words += Word().Count(Link().Replace(line, "]"));
        }
        return words;
    }

    private static string PathOf(string page) => Path.Combine(Repository.Root, "docs", "measurements", page);

    [GeneratedRegex(@"\S*\w\S*")]
    private static partial Regex Word();

    [GeneratedRegex(@"\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\]\(([^)#:]+)(?:#[^)]*)?\)")]
    private static partial Regex Target();
}
