namespace Backprop.Figures;

/// <summary>The assemblies and folders of docs/extend/architecture.md. ArchitectureTests checks what each folder uses.</summary>
internal static class ArchitectureFigure
{
    private const double ColumnWidth = 150, BoxHeight = 34;
    private static readonly double[] Columns = [30, 200, 370, 540];

    // The tops of the rows of Backprop.Core.
    private const double Top = 262, Persistence = 318, Training = 374, Diagnostics = 440, Networks = 496, Layers = 552, Choices = 608,
        Numerics = 664;

    public static string Draw()
    {
        var svg = new Svg(720, 740);
        Adapter(svg);
        Core(svg);
        return svg.ToString();
    }

    private static void Adapter(Svg svg)
    {
        svg.Box(16, 16, 520, 160, Colours.GreenTint, Colours.Green, 8);
        svg.Text(30, 40, "Backprop.ML", size: 15, isBold: true);
        svg.Text(522, 40, "the adapter: no mathematics", "end", 12, Colours.Muted);
        string[] first = ["Catalog", "Trainers", "Transformers"], second = ["Tasks", "Data", "Presets"],
            third = ["Persistence", "Reporting", "Interop"];
        foreach (var (row, folders) in new[] { first, second, third }.Index())
            foreach (var (column, folder) in folders.Index())
                Folder(svg, 30 + column * 166, 52 + row * 40, 160, folder, Colours.Green);

        svg.Box(600, 61, 104, 70, Colours.GreyTint, Colours.Grey, 8);
        svg.Text(652, 92, "ML.NET", "middle", 14, isBold: true);
        svg.Text(652, 112, "Microsoft.ML", "middle", 12, Colours.Muted);
        svg.Arrow(538, 96, 596, 96, Colours.Muted, 2);
        svg.Text(567, 87, "uses", "middle", 12, Colours.Muted);
        svg.Arrow(275, 178, 275, 212, Colours.Muted, 2);
        svg.Text(287, 199, "uses", size: 12, fill: Colours.Muted);
    }

    private static void Core(Svg svg)
    {
        svg.Box(16, 216, 688, 508, Colours.BlueTint, Colours.Blue, 8);
        svg.Text(30, 242, "Backprop.Core", size: 15, isBold: true);
        svg.Text(690, 242, "the mathematics: no reference to ML.NET", "end", 12, Colours.Muted);

        Folder(svg, Columns[0], Top, ColumnWidth, "Checking");
        Folder(svg, Columns[1], Top, ColumnWidth, "Presets");
        Folder(svg, Columns[2], Top, ColumnWidth, "Reports");
        Folder(svg, Columns[0], Persistence, ColumnWidth, "Persistence");
        Folder(svg, Columns[0], Training, 660, "Training: Run, Step, Data, Options");
        Folder(svg, Columns[0], Diagnostics, ColumnWidth, "Diagnostics");
        Folder(svg, Columns[2], Diagnostics, ColumnWidth, "Metrics");
        Folder(svg, Columns[3], Diagnostics, 72, "Optimizers", size: 12);
        Folder(svg, Columns[3] + 78, Diagnostics, 72, "Schedules", size: 12);
        Folder(svg, Columns[0], Networks, 320, "Networks");
        Folder(svg, Columns[0], Layers, 320, "Layers");
        Folder(svg, Columns[2], Layers, ColumnWidth, "Losses");
        Folder(svg, Columns[0], Choices, ColumnWidth, "Activations");
        Folder(svg, Columns[1], Choices, ColumnWidth, "Initializers");
        Folder(svg, Columns[0], Numerics, 660, "Numerics");

        double first = Columns[0] + ColumnWidth / 2, second = Columns[1] + ColumnWidth / 2, third = Columns[2] + ColumnWidth / 2;
        Uses(svg, first, Top, Persistence);
        Uses(svg, second, Top, Training);
        Uses(svg, third, Top, Training);
        Uses(svg, first, Persistence, Training);
        Uses(svg, first, Training, Diagnostics);
        Uses(svg, second, Training, Networks);
        Uses(svg, third, Training, Diagnostics);
        Uses(svg, Columns[3] + 36, Training, Diagnostics);
        Uses(svg, Columns[3] + 114, Training, Diagnostics);
        Uses(svg, first, Diagnostics, Networks);
        Uses(svg, third, Diagnostics, Layers);
        Uses(svg, Columns[3] + 36, Diagnostics, Numerics);
        Uses(svg, Columns[3] + 114, Diagnostics, Numerics);
        Uses(svg, first, Networks, Layers);
        svg.Arrow(352, Networks + BoxHeight / 2, 410, Layers - 2, Colours.Muted);
        Uses(svg, first, Layers, Choices);
        Uses(svg, second, Layers, Choices);
        Uses(svg, third, Layers, Numerics);
        Uses(svg, first, Choices, Numerics);
        Uses(svg, second, Choices, Numerics);
    }

    private static void Folder(Svg svg, double x, double y, double width, string name, string stroke = Colours.Blue, double size = 13)
    {
        svg.Box(x, y, width, BoxHeight, Colours.Paper, stroke, 5);
        svg.Text(x + width / 2, y + 22, name, "middle", size);
    }

    private static void Uses(Svg svg, double x, double from, double to) =>
        svg.Arrow(x, from + BoxHeight + 1, x, to - 2, Colours.Muted);
}
