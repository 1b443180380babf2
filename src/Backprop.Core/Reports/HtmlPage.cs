using System.Globalization;
using System.Text;
using static System.Net.WebUtility;

namespace Backprop.Reports;

/// <summary>The parts that all pages have: head, facts, tables, lists. Every text is encoded.</summary>
internal static class HtmlPage
{
    /// <summary>The end of a page.</summary>
    public const string Close = "</body>\n</html>\n";

    /// <summary>The head of a page, and its heading.</summary>
    public static string Open(string title) =>
        $"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"/><meta name=\"viewport\" " +
        $"content=\"width=device-width\"/><title>{HtmlEncode(title)}</title>\n<style>\n{PageStyle.Sheet}\n</style></head>\n" +
        $"<body>\n<h1>{HtmlEncode(title)}</h1>\n";

    /// <summary>Facts in large letters: a name, a value, and a note that may be empty.</summary>
    public static string Facts(IEnumerable<(string Name, string Value, string Note)> facts)
    {
        var page = new StringBuilder("<dl>\n");
        foreach (var (name, value, note) in facts)
        {
            var small = note.Length == 0 ? "" : $"<small>{HtmlEncode(note)}</small>";
            page.Append(CultureInfo.InvariantCulture, $"<div><dt>{HtmlEncode(name)}</dt><dd>{HtmlEncode(value)}{small}</dd></div>\n");
        }
        return page.Append("</dl>\n").ToString();
    }

    /// <summary>A paragraph.</summary>
    public static string Paragraph(string text) => $"<p>{HtmlEncode(text)}</p>\n";

    /// <summary>A list of sentences.</summary>
    public static string List(IEnumerable<string> sentences) =>
        $"<ul>\n{string.Concat(sentences.Select(sentence => $"<li>{HtmlEncode(sentence)}</li>\n"))}</ul>\n";

    /// <summary>A table that scrolls if it is wider than the page. The first column has names.</summary>
    /// <param name="head">The names of the columns.</param>
    /// <param name="rows">The cells of every row.</param>
    /// <param name="hasTexts">Whether the cells are texts; otherwise they are values, and aligned right.</param>
    public static string Table(IEnumerable<string> head, IEnumerable<IEnumerable<string>> rows, bool hasTexts = false)
    {
        var page = new StringBuilder($"<div class=\"scroll\"><table class=\"names{(hasTexts ? " facts" : "")}\">\n");
        AppendRow("th", head);
        foreach (var row in rows) AppendRow("td", row);
        return page.Append("</table></div>\n").ToString();

        void AppendRow(string element, IEnumerable<string> cells)
        {
            page.Append("<tr>");
            foreach (var cell in cells) page.Append(CultureInfo.InvariantCulture, $"<{element}>{HtmlEncode(cell)}</{element}>");
            page.Append("</tr>\n");
        }
    }

    /// <summary>A part that the reader opens.</summary>
    public static string Details(string summary, string content) =>
        $"<details><summary>{HtmlEncode(summary)}</summary>\n{content}</details>\n";
}
