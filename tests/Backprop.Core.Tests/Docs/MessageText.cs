using System.Text.RegularExpressions;

namespace Backprop.Core.Tests.Docs;

/// <summary>The texts that a source file prints, throws or logs: its string literals of more than one word.</summary>
internal static partial class MessageText
{
    public static IEnumerable<string> FindingsIn(string file, string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
            foreach (var literal in Literal().Matches(Comment().Replace(lines[i], "")).Select(match => match.Value))
            {
                var text = Hole().Replace(literal, "X");
                if (!text.Contains(' ', StringComparison.Ordinal)) continue;
                foreach (var word in EverydayWords.InMessage(text))
                    yield return $"{file}, line {i + 1}: '{word}'; messages use the words of the field: {text}";
            }
    }

    [GeneratedRegex(@"^\s*//.*")]
    private static partial Regex Comment();

    [GeneratedRegex("""
        "(\\.|[^"\\])*"
        """)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Hole();
}
