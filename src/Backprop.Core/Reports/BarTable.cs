using System.Globalization;
using System.Text;
using static System.Net.WebUtility;

namespace Backprop.Reports;

/// <summary>A row of a table of bars.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The end of the bar.</param>
/// <param name="Lower">The lower end of the interval.</param>
/// <param name="Upper">The upper end of the interval.</param>
internal sealed record BarRow(string Name, double Value, double Lower, double Upper);

/// <summary>A table with a bar in each row. Names and values are text, so they wrap on narrow screens.</summary>
internal static class BarTable
{
    private const int Width = 100, Height = 10;

    /// <summary>Bars that begin at 0, with the interval as a line.</summary>
    public static string OfBars(IReadOnlyList<BarRow> rows) => Write(rows, beginsAtZero: true);

    /// <summary>Bands from the lower to the upper end, with the value as a line.</summary>
    public static string OfBands(IReadOnlyList<BarRow> rows) => Write(rows, beginsAtZero: false);

    private static string Write(IReadOnlyList<BarRow> rows, bool beginsAtZero)
    {
        IEnumerable<double> ends = rows.SelectMany(row => new[] { row.Value, row.Lower, row.Upper });
        double[] all = [.. (beginsAtZero ? ends.Append(0) : ends).Where(double.IsFinite).DefaultIfEmpty(0)];
        double low = all.Min(), range = all.Max() - low;
        var page = new StringBuilder("<table class=\"bars\">\n");
        foreach (var row in rows)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{HtmlEncode(row.Name)}</td><td><svg viewBox=\"0 0 {Width} {Height}\" preserveAspectRatio=\"none\" " +
                    $"aria-hidden=\"true\">{(beginsAtZero ? Bar(row) : Band(row))}</svg></td>" +
                    $"<td>{ReportNumber.Of(row.Value)} ({ReportNumber.Of(row.Lower)} to {ReportNumber.Of(row.Upper)})</td></tr>\n");
        }
        return page.Append("</table>\n").ToString();

        string Bar(BarRow row) => Rectangle("fill", 0, row.Value) + Invariant(
            $"<line class=\"error\" x1=\"{X(row.Lower):0.##}\" x2=\"{X(row.Upper):0.##}\" y1=\"5\" y2=\"5\"/>");

        string Band(BarRow row) => Rectangle("band", row.Lower, row.Upper) + Invariant(
            $"<line class=\"error\" x1=\"{X(row.Value):0.##}\" x2=\"{X(row.Value):0.##}\" y1=\"1\" y2=\"9\"/>");

        string Rectangle(string style, double from, double to)
        {
            double left = Math.Min(X(from), X(to)), right = Math.Max(X(from), X(to));
            return Invariant($"<rect class=\"{style}\" x=\"{left:0.##}\" width=\"{right - left:0.##}\" y=\"1\" height=\"8\"/>");
        }

        double X(double value) => range > 0 && double.IsFinite(value) ? Width * (value - low) / range : 0;
        static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
