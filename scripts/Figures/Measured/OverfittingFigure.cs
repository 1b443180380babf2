using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Figures;

/// <summary>Training and validation loss of a network that is too large for its rows, and what each remedy does. The data is
/// examples/Regression: half of the 442 rows train, the other half validate; means over ten such splits.</summary>
internal static class OverfittingFigure
{
    private const int Splits = 10, Epochs = 200;

    public static string Draw()
    {
        var svg = new Svg(720, 390);
        var epochs = new Axis(1, Epochs, [1, 50, 100, 150, 200]);
        var without = new Chart(svg, (66, 66, 190, 250), epochs, new Axis(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]));
        without.Name("No remedy", "epoch");
        var remedies = new Chart(svg, (406, 66, 190, 250), epochs, new Axis(0.4, 1, [0.4, 0.6, 0.8, 1]));
        remedies.Name("Validation loss with a remedy", "epoch");

        var plain = new MultilayerPerceptron { HiddenLayers = [64, 64], Activation = new ReLU() };
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            BatchSize = 8,
            NumberOfIterations = Epochs,
            EarlyStopping = new EarlyStopping { Patience = EarlyStopping.Unlimited },
        };
        var (training, validation) = Run("no remedy", plain, options);
        without.Curve("training", training, Colours.Blue);
        without.Curve("validation", validation, Colours.Black);
        without.NameCurves();
        var best = validation.MinBy(point => point.Loss);
        svg.Line(without.X(best.Epoch), 60, without.X(best.Epoch), 316, Colours.Ink, 1.2, "5 4");
        svg.Text(without.X(best.Epoch) + 8, 78, "early stopping", size: 12, isBold: true);

        remedies.Curve("none", validation, Colours.Black);
        Add("ensemble", Colours.Green, plain with { EnsembleSize = 8 }, options);
        Add("mixup", Colours.Pink, plain, options with { Mixup = new Mixup { Alpha = 1 } });
        Add("dropout", Colours.Orange, plain with { Dropout = 0.3 }, options);
        Add("L2", Colours.Sky, plain, options with { L2Regularization = 0.03 });
        Add("decay", Colours.Amber, plain, options with { WeightDecay = 1 });
        remedies.NameCurves();
        Run("dropout, ensemble", plain with { Dropout = 0.3, EnsembleSize = 8 }, options);
        Run("8 units", plain with { HiddenLayers = [8] }, options);
        return svg.ToString();

        void Add(string name, string colour, MultilayerPerceptron perceptron, TrainingOptions choice) =>
            remedies.Curve(name, Run(name, perceptron, choice).Validation, colour);
    }

    private static ((double Epoch, double Loss)[] Training, (double Epoch, double Loss)[] Validation) Run(
        string name, MultilayerPerceptron perceptron, TrainingOptions options)
    {
        double[] training = new double[Epochs], validation = new double[Epochs];
        double lowest = 0, epoch = 0;
        for (var split = 1; split <= Splits; split++)
        {
            var (train, heldOut) = Examples.Split("Regression/diabetes_progression.csv", 0.5, split);
            var result = new Trainer(options with { Seed = split }).Train(perceptron.Build(train.FeatureCount, 1), train, heldOut);
            for (var i = 0; i < Epochs; i++)
            {
                training[i] += result.History[i].TrainingLoss / Splits;
                validation[i] += result.History[i].ValidationLoss!.Value / Splits;
            }
            lowest += result.History.Min(report => report.ValidationLoss!.Value) / Splits;
            epoch += (double)result.BestEpoch / Splits;
        }
        Console.WriteLine(
            $"{name,-18} lowest validation loss {lowest:F3} (epoch {epoch:F0}), after {Epochs} epochs {validation[^1]:F3}, training loss " +
                $"{training[^1]:F3}");
        return (Points(training), Points(validation));
    }

    private static (double Epoch, double Loss)[] Points(double[] losses) => [.. losses.Select((loss, i) => (i + 1.0, loss))];
}
