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
        Add($"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\" rx=\"{radius:0.##}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"{thickness:0.##}\"/>");

    public void Line(double x1, double y1, double x2, double y2, string stroke, double thickness = 1, string dashes = "") =>
        Add($"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" stroke=\"{stroke}\" stroke-width=\"{thickness:0.##}\"{Dashed(dashes)}/>");

    public void Circle(double x, double y, double radius, string fill, string stroke, double thickness = 1.5) =>
        Add($"<circle cx=\"{x:0.##}\" cy=\"{y:0.##}\" r=\"{radius:0.##}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"{thickness:0.##}\"/>");

    /// <summary>A line through points.</summary>
    public void Path(IEnumerable<(double X, double Y)> points, string stroke, double thickness = 2, string dashes = "")
    {
        var path = new StringBuilder();
        foreach (var (x, y) in points) path.Append(CultureInfo.InvariantCulture, $"{(path.Length == 0 ? 'M' : 'L')}{x:0.#} {y:0.#}");
        Add($"<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{thickness:0.##}\" stroke-linejoin=\"round\"{Dashed(dashes)}/>");
    }

    /// <summary>A straight arrow.</summary>
    public void Arrow(double x1, double y1, double x2, double y2, string stroke, double thickness = 1.5, string dashes = "")
    {
        _arrowColours.Add(stroke);
        Add($"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" stroke=\"{stroke}\" stroke-width=\"{thickness:0.##}\"{Dashed(dashes)} marker-end=\"url(#arrow-{stroke[1..]})\"/>");
    }

    /// <summary>Text; <paramref name="anchor"/> is start, middle or end.</summary>
    public void Text(
        double x, double y, string text, string anchor = "start", double size = 13, string fill = Colours.Ink, bool isBold = false,
        bool isCode = false)
    {
        var weight = isBold ? " font-weight=\"600\"" : "";
        var family = isCode ? " font-family=\"ui-monospace, 'Cascadia Mono', Consolas, 'DejaVu Sans Mono', monospace\"" : "";
        Add($"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\" font-size=\"{size:0.##}\" fill=\"{fill}\"{weight}{family}>{WebUtility.HtmlEncode(text)}</text>");
    }

    /// <summary>Text that reads upwards, for the name of a vertical axis.</summary>
    public void TextUpwards(double x, double y, string text, double size = 12, string fill = Colours.Muted) =>
        Add($"<text transform=\"translate({x:0.##} {y:0.##}) rotate(-90)\" text-anchor=\"middle\" font-size=\"{size:0.##}\" fill=\"{fill}\">{WebUtility.HtmlEncode(text)}</text>");

    public override string ToString()
    {
        var markers = string.Concat(_arrowColours.Select(colour =>
            $"<marker id=\"arrow-{colour[1..]}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" " +
            $"markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\"><path d=\"M0 1L10 5L0 9z\" fill=\"{colour}\"/></marker>\n"));
        var definitions = markers.Length == 0 ? "" : $"<defs>\n{markers}</defs>\n";
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {_width} {_height}\" width=\"{_width}\" height=\"{_height}\" " +
            $"font-family=\"{Fonts}\">\n{definitions}{_body}</svg>\n";
    }

    private static string Dashed(string dashes) => dashes.Length == 0 ? "" : $" stroke-dasharray=\"{dashes}\"";

    private void Add(FormattableString element) => _body.Append(element.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
