using Backprop.Optimizers;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Backprop.ML.Tests.EndToEnd;

/// <summary>A network without hidden layers minimises what ML.NET's linear classifiers minimise, so both must find the same
/// model.</summary>
public class LinearModelTests
{
    // Both train in float32 and stop where rounding hides the slope: the coefficients, 0.2 to 4, then agree to about 1e-5 and the
    // probabilities to about 5e-7.
    private const double CoefficientTolerance = 5e-5, ProbabilityTolerance = 5e-6;

    private readonly MLContext _ml = new(seed: 1);

    [Theory, InlineData(null), InlineData(nameof(Point.Weight))]
    public void Binary_classification_finds_the_coefficients_and_probabilities_of_LbfgsLogisticRegression(string? weightColumn)
    {
        var data = _ml.Data.LoadFromEnumerable(Point.Clouds(rows: 300, seed: 3));
        var ours = _ml.BinaryClassification.Trainers.Backprop(Converging(nameof(Point.Label), weightColumn)).Fit(data);
        var theirs = _ml.BinaryClassification.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options
        {
            ExampleWeightColumnName = weightColumn,
            L1Regularization = 0,
            L2Regularization = 0,
            OptimizationTolerance = 1e-9f,
            NumberOfThreads = 1,
        }).Fit(data);

        var linear = theirs.Model.SubModel;
        double[] expected = [linear.Bias, .. linear.Weights];
        AssertNear(expected, RawCoefficients(ours.Model), CoefficientTolerance);
        AssertNear(
            Column<float>(theirs.Transform(data), "Probability"), Column<float>(ours.Transform(data), "Probability"), ProbabilityTolerance);
    }

    [Theory, InlineData(null), InlineData(nameof(Point.Weight))]
    public void Multiclass_classification_finds_the_probabilities_of_LbfgsMaximumEntropy(string? weightColumn)
    {
        var raw = _ml.Data.LoadFromEnumerable(Point.Clouds(rows: 300, seed: 4));
        var data = _ml.Transforms.Conversion.MapValueToKey(nameof(Point.Class)).Fit(raw).Transform(raw);
        var ours = _ml.MulticlassClassification.Trainers.Backprop(Converging(nameof(Point.Class), weightColumn)).Fit(data);
        var theirs = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options
        {
            LabelColumnName = nameof(Point.Class),
            ExampleWeightColumnName = weightColumn,
            L1Regularization = 0,
            L2Regularization = 0,
            OptimizationTolerance = 1e-9f,
            NumberOfThreads = 1,
        }).Fit(data);

        AssertNear(
            Column<float[]>(theirs.Transform(data), "Score").SelectMany(p => p),
                Column<float[]>(ours.Transform(data), "Score").SelectMany(p => p), ProbabilityTolerance);
    }

    private static BackpropTrainer.Options Converging(string labelColumn, string? weightColumn) => new()
    {
        Preset = Preset.Plain,
        LabelColumnName = labelColumn,
        ExampleWeightColumnName = weightColumn,
        HiddenLayers = [],
        Optimizer = new Sgd(),
        LearningRate = 1,
        NumberOfIterations = 1000,
        BatchSize = BackpropTrainer.FullBatch,
    };

    /// <summary>Intercept and coefficients for features as they came: the model's own are for standardized features.</summary>
    private static double[] RawCoefficients(BackpropModelParameters model)
    {
        var (layer, inputs) = (model.Layers[0], model.Network.Inputs!);
        var raw = new double[layer.Inputs + 1];
        raw[0] = layer.Biases[0];
        for (var j = 0; j < layer.Inputs; j++)
        {
            raw[j + 1] = (double)layer.Weights[j] * inputs.Factors[j];
            raw[0] -= raw[j + 1] * inputs.Means[j];
        }
        return raw;
    }

    private static T[] Column<T>(IDataView data, string name) => [.. data.GetColumn<T>(name)];

    private static void AssertNear(IEnumerable<float> expected, IEnumerable<float> actual, double tolerance) =>
        AssertNear([.. expected.Select(x => (double)x)], [.. actual.Select(x => (double)x)], tolerance);

    private static void AssertNear(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(
            worst <= tolerance,
            $"They differ by up to {worst:E1}; {tolerance:E1} is allowed. Expected {string.Join(", ", expected.Take(5))}, got " +
                $"{string.Join(", ", actual.Take(5))}.");
    }
}
