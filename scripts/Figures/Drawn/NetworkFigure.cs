namespace Backprop.Figures;

/// <summary>A small network: scores go forward, gradients go back.</summary>
internal static class NetworkFigure
{
    private const double InputX = 110, HiddenX = 290, ScoreX = 470, LossX = 630, Radius = 19;

    public static string Draw()
    {
        var svg = new Svg(720, 400);
        double[] inputs = [125, 185, 245], hidden = [95, 155, 215, 275];
        const double middle = 185;

        svg.Text(InputX, 38, "features", "middle", 14, isBold: true);
        svg.Text(InputX, 57, "x", "middle", 13, Colours.Muted);
        svg.Text(HiddenX, 38, "hidden layer", "middle", 14, isBold: true);
        svg.Text(HiddenX, 57, "h = tanh(x·W + b)", "middle", 13, Colours.Muted);
        svg.Text(ScoreX, 38, "score", "middle", 14, isBold: true);
        svg.Text(ScoreX, 57, "z = h·v + c", "middle", 13, Colours.Muted);
        svg.Text(LossX, 38, "loss", "middle", 14, isBold: true);
        svg.Text(LossX, 57, "L(z, y)", "middle", 13, Colours.Muted);

        foreach (var from in inputs)
            foreach (var to in hidden) Connect(svg, InputX, from, HiddenX, to);
        foreach (var from in hidden) Connect(svg, HiddenX, from, ScoreX, middle);
        Connect(svg, ScoreX, middle, LossX, middle);

        for (var i = 0; i < inputs.Length; i++) Unit(svg, InputX, inputs[i], $"x{"₁₂₃"[i]}", Colours.GreyTint, Colours.Grey);
        for (var j = 0; j < hidden.Length; j++) Unit(svg, HiddenX, hidden[j], $"h{"₁₂₃₄"[j]}", Colours.BlueTint, Colours.Blue);
        Unit(svg, ScoreX, middle, "z", Colours.BlueTint, Colours.Blue);
        Unit(svg, LossX, middle, "L", Colours.OrangeTint, Colours.Orange);
        svg.Text(LossX, middle + 40, "label y", "middle", 12, Colours.Muted);

        svg.Text(24, 78, "forward", size: 13, fill: Colours.Blue, isBold: true);
        svg.Arrow(24, 90, 84, 90, Colours.Blue, 2);
        svg.Text(24, 327, "backward", size: 13, fill: Colours.Orange, isBold: true);
        svg.Arrow(84, 339, 24, 339, Colours.Orange, 2);

        // The way back: the gradient by each layer's output, and below it the gradient by the layer's parameters.
        const double back = 335;
        svg.Arrow(LossX, middle + 50, LossX, back - 16, Colours.Orange, 2);
        Gradient(svg, LossX, "∂L/∂z");
        svg.Arrow(LossX - 38, back, ScoreX - 42, back, Colours.Orange, 2);
        Gradient(svg, ScoreX - 80, "∂L/∂h");
        svg.Arrow(ScoreX - 118, back, HiddenX - 70, back, Colours.Orange, 2);
        Gradient(svg, HiddenX - 108, "∂L/∂a");
        svg.Text(LossX, 380, "→ ∂L/∂v, ∂L/∂c", "middle", 12, Colours.Orange);
        svg.Text(HiddenX - 108, 380, "→ ∂L/∂W, ∂L/∂b", "middle", 12, Colours.Orange);
        svg.Text((LossX + ScoreX) / 2 - 40, back - 8, "times v", "middle", 12, Colours.Muted);
        svg.Text((ScoreX + HiddenX) / 2 - 94, back - 8, "times tanh′", "middle", 12, Colours.Muted);
        return svg.ToString();
    }

    private static void Connect(Svg svg, double x1, double y1, double x2, double y2)
    {
        double dx = x2 - x1, dy = y2 - y1, length = Math.Sqrt(dx * dx + dy * dy);
        double ux = dx / length * (Radius + 3), uy = dy / length * (Radius + 3);
        svg.Arrow(x1 + ux, y1 + uy, x2 - ux, y2 - uy, "#7fb3d3", 1.1);
    }

    private static void Unit(Svg svg, double x, double y, string text, string fill, string stroke)
    {
        svg.Circle(x, y, Radius, fill, stroke);
        svg.Text(x, y + 5, text, "middle", 15);
    }

    private static void Gradient(Svg svg, double x, string text)
    {
        svg.Box(x - 36, 319, 72, 32, Colours.OrangeTint, Colours.Orange);
        svg.Text(x, 340, text, "middle", 14);
    }
}
