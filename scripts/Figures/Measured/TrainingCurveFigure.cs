using Backprop.ML;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Figures;

/// <summary>Training and validation loss of a plain network on examples/BinaryClassification, and the epoch that is kept.</summary>
internal static class TrainingCurveFigure
{
    public static string Draw()
    {
        var ml = new MLContext(seed: 1);
        var path = Path.Combine(Repository.Root, "examples", "BinaryClassification", "breast_cancer_wdbc.csv");
        var columns = File.ReadLines(path).First().Split(',');
        var data = ml.Data.LoadFromTextFile(path, new TextLoader.Options
        {
            HasHeader = true,
            Separators = [','],
            Columns =
            [
                new TextLoader.Column("Features", DataKind.Single, 0, columns.Length - 2),
                new TextLoader.Column("Malignant", DataKind.Boolean, columns.Length - 1),
            ],
        });
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Malignant",
            ValidationFraction = 0.2,
        };
        var model = ml.BinaryClassification.Trainers.Backprop(options).Fit(data).Model;
        Console.WriteLine(
            $"{model.History.Count} epochs; epoch {model.BestEpoch} is kept: validation loss " +
                $"{model.History[model.BestEpoch - 1].ValidationLoss:F4}; after the last epoch {model.History[^1].ValidationLoss:F4}, " +
                $"training loss {model.History[^1].TrainingLoss:F4}");
        return Draw(model.History, model.BestEpoch);
    }

    private static string Draw(IReadOnlyList<EpochReport> history, int best)
    {
        var svg = new Svg(720, 380);
        var last = history.Count;
        var chart = new Chart(
            svg, (72, 66, 540, 244), new Axis(1, last, [1, .. Enumerable.Range(1, last / 5).Select(i => 5.0 * i)]),
            new Axis(0, 0.3, [0, 0.1, 0.2, 0.3]));
        chart.Name("Loss of a plain network on breast_cancer_wdbc.csv", "epoch");

        svg.Line(chart.X(best), 58, chart.X(best), 310, Colours.Ink, 1.2, "5 4");
        svg.Text(chart.X(best) - 10, 80, $"epoch {best} is kept", "end", 13, isBold: true);
        svg.Text(chart.X(best) + 10, 80, "from here on: overfitting", size: 13, fill: Colours.Muted);

        Add("training", history.Select(report => (report.Epoch, report.TrainingLoss)), Colours.Blue);
        Add("validation", history.Select(report => (report.Epoch, report.ValidationLoss!.Value)), Colours.Orange);
        chart.NameCurves();
        svg.Circle(chart.X(best), chart.Y(history[best - 1].ValidationLoss!.Value), 6, Colours.Paper, Colours.Orange, 2.5);
        return svg.ToString();

        void Add(string name, IEnumerable<(int Epoch, double Loss)> points, string colour)
        {
            var path = points.Select(point => ((double)point.Epoch, point.Loss)).ToArray();
            chart.Curve(name, path, colour, 2.5);
            foreach (var (epoch, loss) in path) svg.Circle(chart.X(epoch), chart.Y(loss), 2.6, colour, colour, 0.5);
        }
    }
}
