using System.Text.RegularExpressions;

namespace Backprop.Core.Tests.Docs;

/// <summary>Everyday words for which the field has a term of its own. docs/extend/contributing.md lists the terms.</summary>
internal static partial class EverydayWords
{
    /// <summary>The everyday words of a comment.</summary>
    public static IEnumerable<string> InComment(string text) => In(text).Concat(Epochs().Matches(text).Select(match => match.Value));

    /// <summary>The everyday words of a message.</summary>
    public static IEnumerable<string> InMessage(string text) => In(text);

    private static IEnumerable<string> In(string text)
    {
        foreach (var match in Word().Matches(text).Cast<Match>()) yield return match.Value;
        foreach (var sentence in TextTests.Sentences(text))
            if (Takes().IsMatch(sentence) && !Cost().IsMatch(sentence)) yield return "takes";
    }

    // Fields of random numbers, units in the last place and updates in place are terms.
    [GeneratedRegex(
        @"\b(customary|nobody|whoever|anew|in one go|in haste|in turn|side by side|crowded|goes? to sleep|is worth|makes? for|" +
        "takes? part|has to do with|stands? in for|(is|are) (told|asked)|asks? for|asked for|wants?|judged?|judges|slopes?|waves?|" +
        "looks?|goes on from|gives|gets|left out|kept apart|cross-fitting|dies|sleeps|turns|beside|of which|" +
        @"(?<!random )numbers|(?<!\bin |\blast )places?)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    // A verb in messages: "pass validation data to Fit".
    [GeneratedRegex(@"\b(pass|passes)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Epochs();

    [GeneratedRegex(@"\btakes\b", RegexOptions.IgnoreCase)]
    private static partial Regex Takes();

    [GeneratedRegex(@"\b(time|memory|\w*seconds?|minutes?|ms|cycles|bytes|long|longer)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Cost();
}
