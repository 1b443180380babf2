using System.Globalization;
using System.Text;
using static System.Net.WebUtility;

namespace Backprop.Reports;

/// <summary>Curves over epochs, as an HTML figure that contains an SVG.</summary>
/// <param name="title">The heading of the figure.</param>
internal sealed class LineChart(string title)
{
    private const int Width = 720, Height = 298, Left = 72, Right = 12, Top = 12, Bottom = 52;
    private const int Above = 28; // room above the plot for the name of the marked epoch
    private const int MaxDots = 200; // more would hide the line

    private readonly List<(string Name, (int Epoch, double Value)[] Points)> _curves = [];

    /// <summary>Adds a curve. A value that is not finite leaves a gap; so does a value ≤ 0 on a logarithmic axis.</summary>
    public LineChart With(string name, IEnumerable<(int Epoch, double? Value)> points)
    {
        _curves.Add((name, [.. points.Where(point => point.Value is not null).Select(point => (point.Epoch, point.Value!.Value))]));
        return this;
    }

    /// <summary>The figure; empty where no curve has a point.</summary>
    /// <param name="marked">An epoch with a line through it and a text above it; null for none.</param>
    public string ToHtml(EpochMark? marked = null)
    {
        if (_curves.All(curve => curve.Points.Length == 0)) return "";
        var epochs = new ChartAxis(_curves.SelectMany(curve => curve.Points).Select(point => (double)point.Epoch), counts: true);
        var values = new ChartAxis(_curves.SelectMany(curve => curve.Points).Select(point => point.Value));

        var svg = new StringBuilder();
        foreach (var mark in values.Marks)
        {
            var y = Y(values.Position(mark)!.Value);
            Add($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/>");
            Add($"<text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{ReportNumber.OfAxis(mark)}</text>");
        }
        foreach (var mark in epochs.WholeMarks)
            Add($"<text x=\"{X(epochs.Position(mark)!.Value):0.#}\" y=\"{Height - Bottom + 22}\" text-anchor=\"middle\">{mark:0}</text>");
        Add($"<text x=\"{Width - Right}\" y=\"{Height - 4}\" text-anchor=\"end\">epoch</text>");
        if (marked is not null && epochs.Position(marked.Epoch) is { } at and >= 0 and <= 1)
        {
            Add($"<line class=\"mark\" x1=\"{X(at):0.#}\" x2=\"{X(at):0.#}\" y1=\"0\" y2=\"{Height - Bottom}\"/>");
            var anchor = at < 1 / 3.0 ? "start" : at > 2 / 3.0 ? "end" : "middle";
            Add($"<text x=\"{X(at):0.#}\" y=\"-6\" text-anchor=\"{anchor}\">{HtmlEncode(marked.Text)}</text>");
        }
        for (var i = 0; i < _curves.Count; i++) Draw(_curves[i], Colour(i));

        var legend = string.Concat(
            _curves.Select((curve, i) => $"<span><i style=\"background:{Colour(i)}\"></i>{HtmlEncode(curve.Name)}</span>"));
        var box = FormattableString.Invariant($"0 {-Above} {Width} {Height + Above}");
        return $"<figure><figcaption><b>{HtmlEncode(title)}</b>{legend}</figcaption><svg viewBox=\"{box}\" role=\"img\" " +
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
                        $"<circle style=\"fill:{colour}\" cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"2\"><title>{HtmlEncode(curve.Name)}, epoch " +
                            $"{epoch}: {ReportNumber.Of(value)}</title></circle>");
                    isBroken = false;
                }
                else
                {
                    isBroken = true;
                }
            }
            Add($"<path style=\"stroke:{colour}\" d=\"{path}\"/>");
            if (curve.Points.Length <= MaxDots) svg.Append(dots);
        }

        void Add(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
        static double X(double position) => Left + position * (Width - Left - Right);
        static double Y(double position) => Height - Bottom - position * (Height - Top - Bottom);
    }

    // If there are more curves than distinct colours, the hue changes steadily from curve to curve, because layers have an order.
    private string Colour(int curve) => _curves.Count <= PageStyle.ColourCount
        ? $"var(--c{curve})"
        : string.Create(CultureInfo.InvariantCulture, $"hsl({280 * curve / (_curves.Count - 1)} 75% var(--lightness))");
}
