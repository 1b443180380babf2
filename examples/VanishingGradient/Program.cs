// Why does a deep network not learn? Ten hidden layers of sigmoids, the diagnosis, and what each remedy does for the same net.
using System.Globalization;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Training;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// Is a point inside the ring between two circles? 1,000 points of the square from -1 to 1; the larger circle leaves half of them.
var random = new Random(1);
var points = Enumerable.Range(0, 2000).Select(_ => (float)(2 * random.NextDouble() - 1)).ToArray();
var labels = points.Chunk(2).Select(p => p[0] * p[0] + p[1] * p[1] is > 0.16f and < 0.80f ? 1f : 0f).ToArray();
var examples = new ExampleSet(points, featureCount: 2, labels);

var sigmoid = new MultilayerPerceptron { HiddenLayers = Enumerable.Repeat(16, 10).ToArray(), Activation = new Sigmoid() };
var options = new TrainingOptions
{
    Loss = new LogisticLoss(),
    NumberOfIterations = 200,
    BatchSize = 32,
    LearningRate = 0.01,
    Diagnostics = true,
    Seed = 1
};

var history = Run("sigmoid, 10 layers", sigmoid, options);
Console.WriteLine();
Console.WriteLine("After the first epoch:");
Console.WriteLine(history[0].Diagnostics);
Console.WriteLine();

Run("ReLU, He", sigmoid with { Activation = new ReLU() }, options with { Initializer = new HeNormal() });
Run("SELU, LeCun", sigmoid with { Activation = new SELU() }, options with { Initializer = new LeCunNormal() });
Run("Mish, He", sigmoid with { Activation = new Mish() }, options with { Initializer = new HeNormal() });
Run("batch normalization", sigmoid with { Normalization = Normalization.Batch }, options with { BatchSize = 128 });
Run("weights by the data", sigmoid, options with { Initializer = new DataDependent() });
Run("residual blocks", sigmoid with { Residual = true }, options);
Run("two layers", sigmoid with { HiddenLayers = [16, 16] }, options);

IReadOnlyList<EpochReport> Run(string name, MultilayerPerceptron perceptron, TrainingOptions options)
{
    var result = new Trainer(options).Train(perceptron.Build(inputs: 2, outputs: 1), examples);
    var layers = result.History[0].Diagnostics!.Layers.Where(layer => layer.Name.StartsWith("Dense", StringComparison.Ordinal)).ToArray();
    var right = result.Network.CreateScorer(examples.Count).Predict(examples.Features).Values.ToArray().Zip(labels)
        .Count(pair => (pair.First > 0.5f) == (pair.Second == 1));
    Console.WriteLine(
        $"{name,-20} gradient at the first layer / at the last {layers[0].GradientScale / layers[^1].GradientScale,8:G2}, loss " +
            $"{result.History[^1].TrainingLoss:F3}, accuracy {(double)right / examples.Count:P0}");
    return result.History;
}
