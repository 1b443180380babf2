using System.Globalization;
using System.Net;
using System.Text;

namespace Backprop.Figures;

/// <summary>An SVG picture with a background of its own, so that it is readable on light and dark pages. Text stays text.</summary>
internal sealed class Svg
{
    private const string Fonts = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";
    private readonly StringBuilder _body = new();
    private readonly int _width, _height;
    private readonly SortedSet<string> _arrowColours = new(StringComparer.Ordinal);

    public Svg(int width, int height)
    {
        (_width, _height) = (width, height);
        Box(0.5, 0.5, width - 1, height - 1, Colours.Paper, Colours.Border, radius: 8);
    }

    public void Box(double x, double y, double width, double height, string fill, string stroke, double radius = 6, double thickness = 1) =>
        Element("rect", ("x", x), ("y", y), ("width", width), ("height", height), ("rx", radius), ("fill", fill), ("stroke", stroke),
            ("stroke-width", thickness));

    public void Line(double x1, double y1, double x2, double y2, string stroke, double thickness = 1, string dashes = "") =>
        Element("line", ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2), ("stroke", stroke), ("stroke-width", thickness),
            ("stroke-dasharray", dashes));

    public void Circle(double x, double y, double radius, string fill, string stroke, double thickness = 1.5) =>
        Element("circle", ("cx", x), ("cy", y), ("r", radius), ("fill", fill), ("stroke", stroke), ("stroke-width", thickness));

    /// <summary>A line through points.</summary>
    public void Path(IEnumerable<(double X, double Y)> points, string stroke, double thickness = 2, string dashes = "")
    {
        var path = new StringBuilder();
        foreach (var (x, y) in points) path.Append(CultureInfo.InvariantCulture, $"{(path.Length == 0 ? 'M' : 'L')}{x:0.#} {y:0.#}");
        Element("path", ("d", path.ToString()), ("fill", "none"), ("stroke", stroke), ("stroke-width", thickness),
            ("stroke-linejoin", "round"), ("stroke-dasharray", dashes));
    }

    /// <summary>A straight arrow.</summary>
    public void Arrow(double x1, double y1, double x2, double y2, string stroke, double thickness = 1.5)
    {
        _arrowColours.Add(stroke);
        Element("line", ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2), ("stroke", stroke), ("stroke-width", thickness),
            ("marker-end", $"url(#arrow-{stroke[1..]})"));
    }

    /// <summary>Text; <paramref name="anchor"/> is start, middle or end.</summary>
    public void Text(
        double x, double y, string text, string anchor = "start", double size = 13, string fill = Colours.Ink, bool isBold = false)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\"");
        _body.Append(CultureInfo.InvariantCulture, $" font-size=\"{size:0.##}\"");
        if (isBold) _body.Append(" font-weight=\"600\"");
        _body.Append(CultureInfo.InvariantCulture, $" fill=\"{fill}\">{Encoded(text)}</text>\n");
    }

    public override string ToString()
    {
        var markers = string.Concat(_arrowColours.Select(colour =>
            $"<marker id=\"arrow-{colour[1..]}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" " +
            $"markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\"><path d=\"M0 1L10 5L0 9z\" fill=\"{colour}\"/></marker>\n"));
        var definitions = markers.Length == 0 ? "" : $"<defs>\n{markers}</defs>\n";
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {_width} {_height}\" width=\"{_width}\" height=\"{_height}\" " +
            $"font-family=\"{Fonts}\">\n{definitions}{_body}</svg>\n";
    }

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);

    // Attributes without a value are left out.
    private void Element(string name, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<{name}");
        foreach (var (key, value) in attributes)
            if (value is not "") _body.Append(CultureInfo.InvariantCulture, $" {key}=\"{value:0.##}\"");
        _body.Append("/>\n");
    }
}
