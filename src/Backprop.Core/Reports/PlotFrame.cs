using System.Globalization;
using System.Text;
using static System.Net.WebUtility;

namespace Backprop.Reports;

/// <summary>The size of a plot and of its margins, in units of the SVG.</summary>
/// <param name="Width">Width with the margins.</param>
/// <param name="Height">Height with the margins, without the room above.</param>
/// <param name="Left">Room for the marks of the vertical axis.</param>
/// <param name="Bottom">Room for the marks of the horizontal axis.</param>
/// <param name="Above">Room above the plot for a text.</param>
/// <param name="Style">The class of the SVG; empty for none.</param>
internal sealed record PlotSize(int Width, int Height, int Left, int Bottom, int Above, string Style)
{
    /// <summary>As wide as the page.</summary>
    public static PlotSize Wide { get; } = new(720, 298, 72, 52, 28, "");

    /// <summary>Half as wide as the page. On a phone, it is as wide as the page.</summary>
    public static PlotSize Small { get; } = new(360, 240, 56, 44, 18, "small");

    /// <summary>Half as wide as the page, with equal axes.</summary>
    public static PlotSize Square { get; } = new(360, 348, 56, 44, 18, "small");
}

/// <summary>Two axes with marks and names, and what is drawn between them.</summary>
internal sealed class PlotFrame
{
    private const int Right = 12, Top = 12;

    private readonly StringBuilder _svg = new();
    private readonly PlotSize _size;
    private readonly ChartAxis _across, _up;

    /// <param name="size">The size.</param>
    /// <param name="across">The horizontal axis.</param>
    /// <param name="up">The vertical axis.</param>
    /// <param name="acrossName">The name of the horizontal axis.</param>
    /// <param name="upName">The name of the vertical axis; null for none.</param>
    public PlotFrame(PlotSize size, ChartAxis across, ChartAxis up, string acrossName, string? upName = null)
    {
        (_size, _across, _up) = (size, across, up);
        var end = size.Width - Right;
        foreach (var mark in up.Marks)
        {
            var y = Y(up.Position(mark)!.Value);
            Add($"<line class=\"grid\" x1=\"{size.Left}\" x2=\"{end}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/>");
            Add($"<text x=\"{size.Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{ReportNumber.OfAxis(mark)}</text>");
        }
        foreach (var mark in across.Marks)
        {
            var x = X(across.Position(mark)!.Value);
            Add($"<text x=\"{x:0.#}\" y=\"{Bottom + 22}\" text-anchor=\"middle\">{ReportNumber.OfAxis(mark)}</text>");
        }
        Add($"<text x=\"{end}\" y=\"{size.Height - 4}\" text-anchor=\"end\">{HtmlEncode(acrossName)}</text>");
        if (upName is not null) Add($"<text x=\"0\" y=\"-4\">{HtmlEncode(upName)}</text>");
    }

    /// <summary>The vertical position of the horizontal axis.</summary>
    public int Bottom => _size.Height - _size.Bottom;

    /// <summary>The horizontal position of a share of the axis, from 0 to 1.</summary>
    public double X(double share) => _size.Left + share * (_size.Width - _size.Left - Right);

    /// <summary>The vertical position of a share of the axis, from 0 to 1.</summary>
    public double Y(double share) => Bottom - share * (Bottom - Top);

    /// <summary>Appends elements; their texts are encoded by the caller.</summary>
    public void Add(FormattableString elements) => _svg.Append(elements.ToString(CultureInfo.InvariantCulture));

    /// <summary>Draws a dot with a text.</summary>
    public void Dot(double x, double y, string text, double radius = 3)
    {
        if (_across.Position(x) is not { } across || _up.Position(y) is not { } up) return;
        Add($"<circle class=\"dot\" cx=\"{X(across):0.#}\" cy=\"{Y(up):0.#}\" r=\"{radius:0.#}\">");
        Add($"<title>{HtmlEncode(text)}</title></circle>");
    }

    /// <summary>Draws a line through points.</summary>
    public void Line(string style, IEnumerable<(double X, double Y)> points) => Add($"<path class=\"{style}\" d=\"M{Path(points)}\"/>");

    /// <summary>Fills the area between two lines with the same horizontal positions.</summary>
    public void Band(IReadOnlyList<(double X, double Lower, double Upper)> points)
    {
        var lower = points.Select(point => (point.X, point.Lower));
        var upper = points.Reverse().Select(point => (point.X, point.Upper));
        Add($"<path class=\"band\" style=\"stroke:none;fill:var(--c0)\" d=\"M{Path(lower)}L{Path(upper)}Z\"/>");
    }

    /// <summary>Draws a bar from the horizontal axis up.</summary>
    public void Bar(double from, double to, double height, string text)
    {
        double left = X(_across.Position(from)!.Value), right = X(_across.Position(to)!.Value), top = Y(_up.Position(height)!.Value);
        var width = Math.Max(right - left - 1, 1);
        Add($"<rect class=\"fill\" x=\"{left:0.#}\" y=\"{top:0.#}\" width=\"{width:0.#}\" height=\"{Bottom - top:0.#}\">");
        Add($"<title>{HtmlEncode(text)}</title></rect>");
    }

    /// <summary>The figure.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="legend">Names and colours of curves.</param>
    /// <param name="alternative">What the chart shows, for readers who do not see it.</param>
    public string ToHtml(string title, IEnumerable<(string Name, string Colour)> legend, string alternative)
    {
        var names = string.Concat(
            legend.Select(curve => $"<span><i style=\"background:{curve.Colour}\"></i>{HtmlEncode(curve.Name)}</span>"));
        var box = FormattableString.Invariant($"0 {-_size.Above} {_size.Width} {_size.Height + _size.Above}");
        var style = _size.Style.Length == 0 ? "" : $" class=\"{_size.Style}\"";
        return $"<figure><figcaption><b>{HtmlEncode(title)}</b>{names}</figcaption><svg{style} viewBox=\"{box}\" role=\"img\" " +
            $"aria-label=\"{HtmlEncode(alternative)}\">{_svg}</svg></figure>\n";
    }

    private string Path(IEnumerable<(double X, double Y)> points) => string.Join(
        'L', points.Select(point => FormattableString.Invariant(
            $"{X(_across.Position(point.X)!.Value):0.#} {Y(_up.Position(point.Y)!.Value):0.#}")));
}
