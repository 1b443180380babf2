namespace Backprop.Figures;

/// <summary>The trainer in an ML.NET pipeline.</summary>
internal static class PipelineFigure
{
    public static string Draw()
    {
        var svg = new Svg(720, 364);
        svg.Text(24, 34, "Fit", size: 14, isBold: true);
        Step(svg, 24, 50, 118, "IDataView", "your table", Colours.GreyTint, Colours.Grey);
        Step(svg, 188, 50, 180, "ML.NET transforms", "text, keys, Concatenate", Colours.GreyTint, Colours.Grey);
        Step(svg, 486, 50, 210, "Backprop(…)", "trains the network", Colours.BlueTint, Colours.Blue);
        svg.Arrow(144, 80, 184, 80, Colours.Muted);
        svg.Arrow(370, 80, 482, 80, Colours.Muted);
        svg.Text(426, 70, "Label, Features", "middle", 12, Colours.Muted);

        svg.Arrow(591, 113, 591, 176, Colours.Muted);
        svg.Text(579, 149, "returns the model", "end", 12, Colours.Muted);

        svg.Text(24, 163, "Transform", size: 14, isBold: true);
        Step(svg, 24, 180, 118, "IDataView", "new rows", Colours.GreyTint, Colours.Grey);
        Step(svg, 188, 180, 180, "the same transforms", "fitted before", Colours.GreyTint, Colours.Grey);
        Step(svg, 486, 180, 210, "BackpropTransformer", "standardizes, scores", Colours.BlueTint, Colours.Blue);
        svg.Arrow(144, 210, 184, 210, Colours.Muted);
        svg.Arrow(370, 210, 482, 210, Colours.Muted);
        svg.Text(426, 200, "Features", "middle", 12, Colours.Muted);

        svg.Arrow(591, 243, 591, 276, Colours.Muted);
        svg.Text(579, 264, "adds columns", "end", 12, Colours.Muted);
        Step(svg, 486, 280, 210, "Score, PredictedLabel", "and, by task, Probability", Colours.GreyTint, Colours.Grey);
        svg.Arrow(482, 310, 372, 310, Colours.Muted);
        Step(svg, 188, 280, 180, "ML.NET", "Evaluate, PredictionEngine", Colours.GreyTint, Colours.Grey);
        return svg.ToString();
    }

    private static void Step(Svg svg, double x, double y, double width, string name, string meaning, string fill, string stroke)
    {
        svg.Box(x, y, width, 60, fill, stroke);
        svg.Text(x + width / 2, y + 26, name, "middle", 14, isBold: true);
        svg.Text(x + width / 2, y + 46, meaning, "middle", 12, Colours.Muted);
    }
}
