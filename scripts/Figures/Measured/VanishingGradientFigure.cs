using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Figures;

/// <summary>The gradient of each layer and the training loss of the networks of examples/VanishingGradient.</summary>
internal static class VanishingGradientFigure
{
    public static string Draw()
    {
        var svg = new Svg(720, 380);
        var gradients = new Chart(
            svg, (76, 62, 230, 250), new Axis(1, 11, [1, 3, 5, 7, 9, 11]),
            new Axis(1e-8, 1, [1e-8, 1e-6, 1e-4, 1e-2, 1], IsLogarithmic: true),
            mark => mark == 1 ? "1" : $"10⁻{"⁰¹²³⁴⁵⁶⁷⁸⁹"[-(int)Math.Round(Math.Log10(mark))]}");
        gradients.Name("Gradient after the first epoch", "dense layer, first to last");
        var losses = new Chart(
            svg, (382, 62, 180, 250), new Axis(0, 200, [0, 50, 100, 150, 200]), new Axis(0, 0.8, [0, 0.2, 0.4, 0.6, 0.8]));
        losses.Name("Training loss, mean of 5 epochs", "epoch");

        var sigmoid = new MultilayerPerceptron { HiddenLayers = Enumerable.Repeat(16, 10).ToArray(), Activation = new Sigmoid() };
        var options = new TrainingOptions
        {
            Loss = new LogisticLoss(),
            NumberOfIterations = 200,
            BatchSize = 32,
            LearningRate = 0.01,
            Diagnostics = true,
            Seed = 1,
        };
        Add("sigmoid, Glorot", Colours.Black, sigmoid, options);
        Add("ReLU, He", Colours.Blue, sigmoid with { Activation = new ReLU() }, options with { Initializer = new HeNormal() });
        Add("batch norm.", Colours.Orange, sigmoid with { Normalization = Normalization.Batch }, options with { BatchSize = 128 });
        Add("DataDependent", Colours.Green, sigmoid, options with { Initializer = new DataDependent() });
        Add("residual", Colours.Pink, sigmoid with { Residual = true }, options);
        losses.NameCurves();
        return svg.ToString();

        void Add(string name, string colour, MultilayerPerceptron perceptron, TrainingOptions choice)
        {
            var history = new Trainer(choice).Train(perceptron.Build(inputs: 2, outputs: 1), Ring()).History;
            var layers = history[0].Diagnostics!.Layers.Where(layer => layer.Name.StartsWith("Dense", StringComparison.Ordinal)).ToArray();
            Console.WriteLine(
                $"{name,-16} gradient: first layer {layers[0].GradientScale:G2}, last {layers[^1].GradientScale:G2}; " +
                $"training loss {history[^1].TrainingLoss:F3}");
            gradients.Curve("", layers.Select((layer, i) => (i + 1.0, layer.GradientScale)), colour);
            var means = history.Chunk(5)
                .Select(five => (five.Average(report => (double)report.Epoch), five.Average(report => report.TrainingLoss)));
            losses.Curve(name, means, colour);
        }
    }

    // The points of the example.
    private static ExampleSet Ring()
    {
        var random = new Random(1);
        var points = Enumerable.Range(0, 2000).Select(_ => (float)(2 * random.NextDouble() - 1)).ToArray();
        var labels = points.Chunk(2).Select(p => p[0] * p[0] + p[1] * p[1] is > 0.16f and < 0.80f ? 1f : 0f).ToArray();
        return new ExampleSet(points, featureCount: 2, labels);
    }
}
