using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using static System.Net.WebUtility;

namespace Backprop.Reports;

/// <summary>Curves over epochs, as an HTML figure that contains an SVG.</summary>
/// <param name="title">The heading of the figure.</param>
internal sealed class LineChart(string title)
{
    private const int Width = 720, Height = 280, Left = 72, Right = 12, Top = 12, Bottom = 34;
    private const int MaxDots = 200; // more would hide the line

    // Distinct to the colour-blind: Okabe and Ito (2008), "Color universal design"; without black, for dark pages.
    private static ImmutableArray<string> Colours { get; } = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#b8a800"];

    private readonly List<(string Name, (int Epoch, double Value)[] Points)> _curves = [];

    /// <summary>Adds a curve. A value that is not finite leaves a gap; so does a value ≤ 0 on a logarithmic axis.</summary>
    public LineChart With(string name, IEnumerable<(int Epoch, double? Value)> points)
    {
        _curves.Add((name, [.. points.Where(point => point.Value is not null).Select(point => (point.Epoch, point.Value!.Value))]));
        return this;
    }

    /// <summary>The figure; empty where no curve has a point.</summary>
    /// <param name="marked">An epoch with a line through it; null for none.</param>
    public string ToHtml(int? marked = null)
    {
        if (_curves.All(curve => curve.Points.Length == 0)) return "";
        var epochs = new ChartAxis(_curves.SelectMany(curve => curve.Points).Select(point => (double)point.Epoch));
        var values = new ChartAxis(_curves.SelectMany(curve => curve.Points).Select(point => point.Value));

        var svg = new StringBuilder();
        foreach (var mark in values.Marks)
        {
            var y = Y(values.Position(mark)!.Value);
            Add($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/>");
            Add($"<text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{mark:G4}</text>");
        }
        foreach (var mark in epochs.WholeMarks)
            Add($"<text x=\"{X(epochs.Position(mark)!.Value):0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{mark:0}</text>");
        Add($"<text x=\"{Width - Right}\" y=\"{Height - 2}\" text-anchor=\"end\">epoch</text>");
        if (marked is { } best && epochs.Position(best) is { } at)
        {
            Add($"<line class=\"mark\" x1=\"{X(at):0.#}\" x2=\"{X(at):0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\">");
            Add($"<title>epoch {best}</title></line>");
        }
        for (var i = 0; i < _curves.Count; i++) Draw(_curves[i], Colour(i));

        var legend = string.Concat(
            _curves.Select((curve, i) => $"<span><i style=\"background:{Colour(i)}\"></i>{HtmlEncode(curve.Name)}</span>"));
        return $"<figure><figcaption><b>{HtmlEncode(title)}</b>{legend}</figcaption><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" " +
            $"aria-label=\"{HtmlEncode(title)}\">{svg}</svg></figure>\n";

        void Draw((string Name, (int Epoch, double Value)[] Points) curve, string colour)
        {
            StringBuilder path = new(), dots = new();
            var isBroken = true;
            foreach (var (epoch, value) in curve.Points)
            {
                if (values.Position(value) is { } height)
                {
                    double x = X(epochs.Position(epoch)!.Value), y = Y(height);
                    path.Append(CultureInfo.InvariantCulture, $"{(isBroken ? 'M' : 'L')}{x:0.#} {y:0.#}");
                    dots.Append(
                        CultureInfo.InvariantCulture,
                        $"<circle fill=\"{colour}\" cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"2\"><title>{HtmlEncode(curve.Name)}, epoch " +
                            $"{epoch}: {value:G6}</title></circle>");
                    isBroken = false;
                }
                else
                {
                    isBroken = true;
                }
            }
            Add($"<path stroke=\"{colour}\" d=\"{path}\"/>");
            if (curve.Points.Length <= MaxDots) svg.Append(dots);
        }

        void Add(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
        static double X(double position) => Left + position * (Width - Left - Right);
        static double Y(double position) => Height - Bottom - position * (Height - Top - Bottom);
    }

    // If there are more curves than distinct colours, the hue changes steadily from curve to curve, because layers have an order.
    private string Colour(int curve) =>
        _curves.Count <= Colours.Length ? Colours[curve] : $"hsl({280 * curve / (_curves.Count - 1)} 75% 45%)";
}
