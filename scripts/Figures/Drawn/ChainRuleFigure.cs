using System.Globalization;

namespace Backprop.Figures;

/// <summary>The chain rule along one path of the worked example, with its values.</summary>
internal static class ChainRuleFigure
{
    private static readonly double[] Columns = [78, 219, 360, 501, 642];

    public static string Draw()
    {
        var example = WorkedExample.Start;
        var svg = new Svg(720, 330);
        svg.Text(24, 34, "forward: values", size: 13, fill: Colours.Blue, isBold: true);
        svg.Text(24, 306, "backward: derivatives of the loss", size: 13, fill: Colours.Orange, isBold: true);

        Value(svg, 0, "x₁", WorkedExample.Input[0], "feature");
        Value(svg, 1, "a₁", example.A[0], "weighted sum");
        Value(svg, 2, "h₁", example.H[0], "tanh a₁");
        Value(svg, 3, "z", example.Z, "score");
        Value(svg, 4, "L", example.Loss, "loss");
        for (var i = 0; i < 4; i++) svg.Arrow(Columns[i] + 52, 101, Columns[i + 1] - 54, 101, Colours.Blue, 2);

        Derivative(svg, 3, "∂L/∂z", example.DZ);
        Derivative(svg, 2, "∂L/∂h₁", example.DH[0]);
        Derivative(svg, 1, "∂L/∂a₁", example.DA[0]);
        Derivative(svg, 0, "∂L/∂w₁₁", example.DW[0, 0]);
        svg.Path([(Columns[4], 144), (Columns[4], 233)], Colours.Orange);
        svg.Arrow(Columns[4], 233, Columns[3] + 54, 233, Colours.Orange, 2);
        for (var i = 3; i > 0; i--) svg.Arrow(Columns[i] - 52, 233, Columns[i - 1] + 54, 233, Colours.Orange, 2);

        Factor(svg, 3, "p − y", example.P - WorkedExample.Target);
        Factor(svg, 2, "× v₁", example.V[0]);
        Factor(svg, 1, "× 1 − h₁²", 1 - example.H[0] * example.H[0]);
        Factor(svg, 0, "× x₁", WorkedExample.Input[0]);
        return svg.ToString();
    }

    private static void Value(Svg svg, int column, string name, double value, string meaning)
    {
        svg.Box(Columns[column] - 50, 70, 100, 62, Colours.BlueTint, Colours.Blue);
        svg.Text(Columns[column], 95, name, "middle", 16, isBold: true);
        svg.Text(Columns[column], 119, Number(value), "middle", 15);
        svg.Text(Columns[column], 60, meaning, "middle", 12, Colours.Muted);
    }

    private static void Derivative(Svg svg, int column, string name, double value)
    {
        svg.Box(Columns[column] - 50, 202, 100, 62, Colours.OrangeTint, Colours.Orange);
        svg.Text(Columns[column], 227, name, "middle", 15, isBold: true);
        svg.Text(Columns[column], 251, Number(value), "middle", 15);
    }

    private static void Factor(Svg svg, int column, string name, double value)
    {
        var x = (Columns[column] + Columns[column + 1]) / 2;
        svg.Text(x, 172, name, "middle", 13, Colours.Muted);
        svg.Text(x, 190, Number(value), "middle", 13, Colours.Muted);
        svg.Line(x, 197, x, 224, Colours.Border, 1, "3 3");
    }

    private static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture).Replace('-', '−');
}
