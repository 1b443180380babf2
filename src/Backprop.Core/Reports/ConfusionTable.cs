using System.Globalization;
using System.Text;
using Backprop.Metrics;
using static System.Net.WebUtility;

namespace Backprop.Reports;

/// <summary>The confusion matrix as a table; of many classes, only the largest confusions.</summary>
internal static class ConfusionTable
{
    private const int MaxClasses = 12, MaxMistakes = 20, MaxRows = 50;

    /// <param name="confusion">The counts.</param>
    /// <param name="label">The label of several that they are of; empty for one.</param>
    public static string ToHtml(ConfusionCounts confusion, string label)
    {
        var classes = Enumerable.Range(0, confusion.Classes.Count);
        var page = new StringBuilder();
        if (label.Length > 0) page.Append(HtmlPage.Paragraph($"Of the label '{label}'."));
        if (confusion.Classes.Count <= MaxClasses) AppendMatrix(page, confusion);
        else AppendMistakes(page, confusion);
        page.Append(HtmlPage.Table(
            ["class", "rows", "recall", "precision"],
            classes.Take(MaxRows).Select(k => new[]
            {
                confusion.Classes[k], Text(confusion.TrueRows(k)), ReportNumber.Of(confusion.Recall(k)),
                ReportNumber.Of(confusion.Precision(k)),
            })));
        if (confusion.Classes.Count > MaxRows)
            page.Append(HtmlPage.Paragraph($"{Text(confusion.Classes.Count - MaxRows)} other classes are not listed."));
        return page.ToString();
    }

    private static void AppendMatrix(StringBuilder page, ConfusionCounts confusion)
    {
        page.Append(HtmlPage.Paragraph("Each line is a true class, each column a predicted class."));
        page.Append("<div class=\"scroll\"><table class=\"names\">\n<tr><th></th>");
        foreach (var name in confusion.Classes) page.Append(CultureInfo.InvariantCulture, $"<th>{HtmlEncode(name)}</th>");
        page.Append("</tr>\n");
        for (var k = 0; k < confusion.Classes.Count; k++)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{HtmlEncode(confusion.Classes[k])}</th>");
            for (var other = 0; other < confusion.Classes.Count; other++)
                page.Append(
                    CultureInfo.InvariantCulture, $"<td{(k == other ? " class=\"right\"" : "")}>{Text(confusion[k, other])}</td>");
            page.Append("</tr>\n");
        }
        page.Append("</table></div>\n");
    }

    private static void AppendMistakes(StringBuilder page, ConfusionCounts confusion)
    {
        var mistakes = confusion.Mistakes;
        page.Append(HtmlPage.Paragraph(
            $"The largest confusions of {Text(confusion.Classes.Count)} classes, {Text(Math.Min(MaxMistakes, mistakes.Count))} "
            + $"of {Text(mistakes.Count)}:"));
        page.Append(HtmlPage.Table(
            ["true class", "predicted class", "rows"],
            mistakes.Take(MaxMistakes).Select(mistake => new[]
            {
                confusion.Classes[mistake.TrueClass], confusion.Classes[mistake.PredictedClass], Text(mistake.Rows),
            })));
    }

    private static string Text(int count) => FormattableString.Invariant($"{count:N0}");
}
