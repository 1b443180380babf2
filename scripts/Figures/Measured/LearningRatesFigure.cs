using Backprop.Activations;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Figures;

/// <summary>Training loss for learning rates from too small to too large, and the range test. The data is half of examples/MultiLabel's
/// digits.</summary>
internal static class LearningRatesFigure
{
    private const int Epochs = 40, Splits = 5;

    private static readonly MultilayerPerceptron Perceptron = new() { HiddenLayers = [64, 64], Activation = new ReLU() };

    private static readonly TrainingOptions Options = new()
    {
        Loss = new SoftmaxCrossEntropy(),
        NumberOfIterations = Epochs,
        EarlyStopping = new EarlyStopping { Metric = new Accuracy(), Patience = EarlyStopping.Unlimited },
        Seed = 1,
    };

    public static string Draw()
    {
        var svg = new Svg(720, 380);
        var (training, validation) = Rows(1);
        var losses = new Chart(
            svg, (64, 66, 230, 244), new Axis(1, Epochs, [1, 10, 20, 30, 40]),
            new Axis(1e-5, 10, [1e-4, 1e-3, 1e-2, 0.1, 1, 10], IsLogarithmic: true),
            mark => mark == 1e-4 ? "0.0001" : FormattableString.Invariant($"{mark}"));
        losses.Name("Training loss", "epoch");
        Add("0.00001", 0.00001, Colours.Grey);
        Add("0.0001", 0.0001, Colours.Amber);
        Add("0.002", 0.002, Colours.Blue);
        Add("0.03", 0.03, Colours.Pink);
        Add("0.3", 0.3, Colours.Orange);
        losses.NameCurves();

        var curve = new Trainer(Options).FindLearningRate(Perceptron.Build(training.FeatureCount, 10), training);
        Console.WriteLine($"valley {curve.Valley:G3}, a tenth of the minimum {curve.TenthOfMinimum:G3}; {curve.Points.Count} rates");
        var range = new Chart(
            svg, (452, 66, 240, 244), new Axis(1e-7, 1, [1e-7, 1e-5, 1e-3, 0.1], IsLogarithmic: true), new Axis(1.5, 3, [1.5, 2, 2.5, 3]));
        range.Name("FindLearningRate: loss", "learning rate");
        range.Curve("", curve.Points.Where(point => point.Loss <= 3).Select(point => (point.LearningRate, point.Loss)), Colours.Black);
        svg.Line(range.X(curve.Valley), 66, range.X(curve.Valley), 310, Colours.Blue, 1.5, "5 4");
        var valley = FormattableString.Invariant($"Valley {curve.Valley:0.####}");
        svg.Text(range.X(curve.Valley) - 8, 290, valley, "end", 12, Colours.Blue, isBold: true);

        foreach (var rate in new[] { 0.001, 0.01 })
        {
            Measure(rate, new ConstantSchedule());
            Measure(rate, new StepDecay { EpochsPerStep = 15 });
            Measure(rate, new CosineDecay());
            Measure(rate, new CosineDecay { WarmUpShare = 0.1 });
            Measure(rate, new OneCycleSchedule());
            Measure(rate, new CosineLogarithmicSchedule());
        }
        return svg.ToString();

        void Add(string name, double rate, string colour)
        {
            var history = Train(Options with { LearningRate = rate }, training, validation);
            Console.WriteLine(
                $"{name,-8} training loss after epoch 1 {history[0].TrainingLoss:G3}, 10 {history[9].TrainingLoss:G3}, " +
                $"40 {history[^1].TrainingLoss:G3}; accuracy {history[^1].ValidationMetric:F3}");
            losses.Curve(name, history.Select(report => ((double)report.Epoch, report.TrainingLoss)), colour);
        }
    }

    private static void Measure(double rate, Schedule schedule)
    {
        double accuracy = 0, loss = 0;
        for (var split = 1; split <= Splits; split++)
        {
            var (training, validation) = Rows(split);
            var options = Options with { LearningRate = rate, LearningRateSchedule = schedule, Seed = split };
            var last = Train(options, training, validation)[^1];
            accuracy += last.ValidationMetric!.Value / Splits;
            loss += last.ValidationLoss!.Value / Splits;
        }
        Console.WriteLine($"rate {rate}, {schedule}: accuracy {accuracy:F3}, validation loss {loss:F3} after the last epoch");
    }

    private static IReadOnlyList<EpochReport> Train(TrainingOptions options, ExampleSet training, ExampleSet validation) =>
        new Trainer(options).Train(Perceptron.Build(training.FeatureCount, 10), training, validation).History;

    private static (ExampleSet Training, ExampleSet Validation) Rows(int split) => Examples.Split("MultiLabel/digits8x8.csv", 0.5, split);
}
