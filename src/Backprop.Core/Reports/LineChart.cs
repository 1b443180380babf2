using System.Globalization;
using System.Text;
using static System.Net.WebUtility;

namespace Backprop.Reports;

/// <summary>Curves over epochs, as an HTML figure that contains an SVG.</summary>
/// <param name="title">The heading of the figure.</param>
internal sealed class LineChart(string title)
{
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

        var plot = new PlotFrame(PlotSize.Wide, epochs, values, "epoch");
        if (marked is not null && epochs.Position(marked.Epoch) is { } at and >= 0 and <= 1)
        {
            var x = plot.X(at);
            plot.Add($"<line class=\"mark\" x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"0\" y2=\"{plot.Bottom}\"/>");
            var anchor = at < 1 / 3.0 ? "start" : at > 2 / 3.0 ? "end" : "middle";
            plot.Add($"<text x=\"{x:0.#}\" y=\"-6\" text-anchor=\"{anchor}\">{HtmlEncode(marked.Text)}</text>");
        }
        for (var i = 0; i < _curves.Count; i++) Draw(_curves[i], Colour(i));
        return plot.ToHtml(title, [.. _curves.Select((curve, i) => (curve.Name, Colour(i)))], title);

        void Draw((string Name, (int Epoch, double Value)[] Points) curve, string colour)
        {
            StringBuilder path = new(), dots = new();
            var isBroken = true;
            foreach (var (epoch, value) in curve.Points)
            {
                if (values.Position(value) is { } height)
                {
                    double x = plot.X(epochs.Position(epoch)!.Value), y = plot.Y(height);
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
            plot.Add($"<path style=\"stroke:{colour}\" d=\"{path}\"/>");
            if (curve.Points.Length <= MaxDots) plot.Add($"{dots}");
        }
    }

    // If there are more curves than distinct colours, the hue changes steadily from curve to curve, because layers have an order.
    private string Colour(int curve) => _curves.Count <= PageStyle.ColourCount
        ? $"var(--c{curve})"
        : string.Create(CultureInfo.InvariantCulture, $"hsl({280 * curve / (_curves.Count - 1)} 75% var(--lightness))");
}
