using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Docs.Guides;

/// <summary>A page of docs/guides: its code runs here, and what it prints stands on the page.</summary>
/// <param name="page">The name of the page, without its ending.</param>
public abstract partial class GuidePage(string page)
{
    /// <summary>Collects what the code of the page prints. It hides the console of the system.</summary>
    protected Printer Console { get; } = new();

    /// <summary>Asserts that the blocks of text on the page have every line that was printed.</summary>
    protected void AssertPrinted() => Assert.All(Console.Text.TrimEnd().Split('\n'), AssertQuoted);

    /// <summary>Asserts that a block of text on the page has this text.</summary>
    /// <remarks>Lines may be broken elsewhere. Decimals are not compared, because their last digits depend on the processor.</remarks>
    protected void AssertQuoted(string text)
    {
        var file = Path.Combine(Repository.Root, "docs", "guides", page + ".md");
        var blocks = TextBlock().Matches(File.ReadAllText(file)).Select(match => Comparable(match.Groups[1].Value)).ToArray();
        Assert.True(blocks.Any(block => block.Contains(Comparable(text), StringComparison.Ordinal)), $"{page} does not show:\n{text}");
    }

    /// <summary>The warnings of a context.</summary>
    protected static List<string> Warnings(MLContext ml) => Messages(ml, ChannelMessageKind.Warning);

    /// <summary>The messages of a context of one kind.</summary>
    protected static List<string> Messages(MLContext ml, ChannelMessageKind kind)
    {
        List<string> messages = [];
        ml.Log += (_, message) =>
        {
            if (message.Kind == kind) messages.Add(message.RawMessage);
        };
        return messages;
    }

    private static string Comparable(string text) => Space().Replace(Decimal().Replace(text, "#"), " ").Trim();

    [GeneratedRegex(@"```text[^\n]*\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex TextBlock();

    [GeneratedRegex(@"-?\d+(\.\d+(E-?\d+)?|E-?\d+)")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    /// <summary>Writes lines in the invariant culture.</summary>
    protected sealed class Printer
    {
        private readonly StringBuilder _text = new();

        /// <summary>The lines so far.</summary>
        public string Text => _text.ToString();

        /// <summary>Writes a line.</summary>
        public void WriteLine(object? line) => _text.AppendLine(line?.ToString());

        /// <summary>Writes an interpolated line.</summary>
        public void WriteLine(FormattableString line) => _text.AppendLine(FormattableString.Invariant(line));
    }
}
