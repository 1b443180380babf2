namespace Backprop.Figures;

/// <summary>A chart with two axes in a part of a picture. Its curves are named at their right ends.</summary>
internal sealed class Chart
{
    private const double LineOfText = 15;
    private readonly Svg _svg;
    private readonly double _left, _top, _width, _height;
    private readonly Axis _x, _y;
    private readonly List<(double Y, string Name, string Colour)> _names = [];

    public Chart(
        Svg svg, (double Left, double Top, double Width, double Height) place, Axis x, Axis y, Func<double, string>? textOfY = null)
    {
        (_svg, _x, _y) = (svg, x, y);
        (_left, _top, _width, _height) = place;
        foreach (var mark in y.Marks)
        {
            svg.Line(_left, Y(mark), _left + _width, Y(mark), Colours.Grid);
            svg.Text(_left - 8, Y(mark) + 4, textOfY is null ? TextOf(mark) : textOfY(mark), "end", 12, Colours.Muted);
        }
        foreach (var mark in x.Marks)
        {
            svg.Line(X(mark), _top + _height, X(mark), _top + _height + 4, Colours.Grey);
            svg.Text(X(mark), _top + _height + 18, TextOf(mark), "middle", 12, Colours.Muted);
        }
        svg.Line(_left, _top + _height, _left + _width, _top + _height, Colours.Grey);
    }

    public double X(double value) => _left + _x.Position(value) * _width;

    public double Y(double value) => _top + (1 - _y.Position(value)) * _height;

    /// <summary>The heading above the chart, and the name of the horizontal axis below it.</summary>
    public void Name(string heading, string horizontal)
    {
        _svg.Text(_left - 34, _top - 16, heading, size: 14, isBold: true);
        _svg.Text(_left + _width / 2, _top + _height + 38, horizontal, "middle", 12, Colours.Muted);
    }

    /// <summary>A curve, named at its right end unless <paramref name="name"/> is empty.</summary>
    public void Curve(string name, IEnumerable<(double X, double Y)> points, string colour, double thickness = 2, string dashes = "")
    {
        var path = points.Select(point => (X(point.X), Y(point.Y))).ToArray();
        _svg.Path(path, colour, thickness, dashes);
        if (name.Length > 0) _names.Add((path[^1].Item2, name, colour));
    }

    /// <summary>Writes the names of the curves right of the chart, each near the end of its curve, without overlap.</summary>
    public void NameCurves()
    {
        var names = _names.OrderBy(name => name.Y).ToArray();
        var heights = names.Select(name => name.Y).ToArray();
        for (var i = 1; i < heights.Length; i++) heights[i] = Math.Max(heights[i], heights[i - 1] + LineOfText);
        for (var i = heights.Length - 1; i >= 0; i--)
        {
            var limit = i == heights.Length - 1 ? _top + _height - 2 : heights[i + 1] - LineOfText;
            heights[i] = Math.Min(heights[i], limit);
        }
        for (var i = 0; i < names.Length; i++)
        {
            _svg.Line(_left + _width + 2, names[i].Y, _left + _width + 12, heights[i], names[i].Colour);
            _svg.Text(_left + _width + 15, heights[i] + 4, names[i].Name, size: 12, fill: names[i].Colour, isBold: true);
        }
    }

    private static string TextOf(double value) =>
        value is not 0 and (< 0.001 or > 99999) ? TenTo(value) : FormattableString.Invariant($"{value:0.####}");

    private static string TenTo(double value)
    {
        var exponent = (int)Math.Round(Math.Log10(value));
        var digits = FormattableString.Invariant($"{Math.Abs(exponent)}").Select(digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0']);
        return $"10{(exponent < 0 ? "⁻" : "")}{string.Concat(digits)}";
    }
}
