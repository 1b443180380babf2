using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>A network without hidden layers, trained to convergence, is the least-squares fit. Its closed form is solved here in
/// double.</summary>
public class LinearModelTests
{
    private const int Features = 4, Rows = 60;

    // The gradient is rounded at about 1e-7 of the targets' deviation, and the least eigenvalue of the features' correlations
    // (about 0.1) lets the coefficients stray ten times as far: 1e-6. The rest is room for other orders of adding.
    private const double CoefficientTolerance = 1e-5, PredictionTolerance = 2e-6;

    [Theory, InlineData(false, true), InlineData(true, true), InlineData(false, false), InlineData(true, false)]
    public void Without_hidden_layers_regression_converges_to_least_squares(bool weighted, bool standardizeTargets)
    {
        var examples = NoisyPlane(weighted);
        var trained = Train(examples, standardizeTargets);
        var solution = OrdinaryLeastSquares(examples);

        Near.Equal("intercept and coefficients", solution, RawCoefficients(trained), absolute: 0, CoefficientTolerance);

        var predictions = trained.CreateScorer(Rows).Predict(examples.Features);
        var fitted = new double[Rows];
        for (var row = 0; row < Rows; row++) fitted[row] = Fitted(solution, examples.Features.Row(row));
        Near.Equal("predictions", fitted, predictions.Values, absolute: 0, PredictionTolerance);
    }

    [Fact]
    public void Weights_move_the_solution_by_more_than_the_tolerance()
    {
        double[] plain = OrdinaryLeastSquares(NoisyPlane(weighted: false)), weighted = OrdinaryLeastSquares(NoisyPlane(weighted: true));
        for (var j = 0; j < plain.Length; j++)
            Assert.True(
                Math.Abs(weighted[j] - plain[j]) > 100 * CoefficientTolerance * Math.Abs(plain[j]),
                $"coefficient {j}: {plain[j]} and {weighted[j]}");
    }

    /// <summary>Features of very different scale, two of them correlated, and targets on a plane with noise.</summary>
    private static ExampleSet NoisyPlane(bool weighted)
    {
        var random = new RandomSequence(5, RandomPurpose.Initialization);
        float[] features = new float[Rows * Features], targets = new float[Rows], weights = new float[Rows];
        for (var row = 0; row < Rows; row++)
        {
            double a = random.NextNormal(), b = 100 + 20 * random.NextNormal(), c = 0.01 * random.NextUniform(),
                d = a + 0.5 * random.NextNormal();
            double[] x = [a, b, c, d];
            for (var j = 0; j < Features; j++) features[row * Features + j] = (float)x[j];
            targets[row] = (float)(20 + 2 * a - 0.05 * b + 300 * c + d + random.NextNormal());
            weights[row] = (float)(0.2 + 3 * random.NextUniform());
        }
        return new ExampleSet(features, Features, targets, weights: weighted ? weights : null);
    }

    private static TrainedNetwork Train(ExampleSet examples, bool standardizeTargets)
    {
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            Optimizer = new Sgd(),
            LearningRate = 0.2,
            NumberOfIterations = 1000,
            BatchSize = TrainingOptions.FullBatch,
            StandardizeTargets = standardizeTargets,
        };
        return new Trainer(options).Train(Network.FullyConnected(Features, [], 1, new Identity()), examples).Network;
    }

    /// <summary>Intercept and coefficients for features and targets as they came.</summary>
    private static double[] RawCoefficients(TrainedNetwork trained)
    {
        var inputs = trained.Inputs!;
        double targetMean = trained.Targets?.Means[0] ?? 0, targetDeviation = 1 / (trained.Targets?.Factors[0] ?? 1.0);
        var raw = new double[Features + 1];
        raw[0] = targetMean + targetDeviation * trained.Parameters[Features];
        for (var j = 0; j < Features; j++)
        {
            raw[j + 1] = targetDeviation * trained.Parameters[j] * inputs.Factors[j];
            raw[0] -= raw[j + 1] * inputs.Means[j];
        }
        return raw;
    }

    private static double Fitted(double[] solution, ReadOnlySpan<float> x)
    {
        var sum = solution[0];
        for (var j = 0; j < x.Length; j++) sum += solution[j + 1] * x[j];
        return sum;
    }

    /// <summary>Solves the normal equations (AᵀWA)·β = AᵀWy, A = [1, x].</summary>
    private static double[] OrdinaryLeastSquares(ExampleSet examples)
    {
        const int Unknowns = Features + 1;
        var equations = new double[Unknowns, Unknowns + 1];
        for (var row = 0; row < examples.Count; row++)
        {
            double weight = examples.Weights.IsEmpty ? 1 : examples.Weights[row];
            double[] a = [1, .. examples.Features.Row(row), examples.Targets.Row(row)[0]];
            for (var i = 0; i < Unknowns; i++)
                for (var j = 0; j <= Unknowns; j++)
                    equations[i, j] += weight * a[i] * a[j];
        }
        return GaussJordan(equations);
    }

    /// <summary>Solves n equations [A | b]. A is positive definite, so any pivot will do.</summary>
    private static double[] GaussJordan(double[,] equations)
    {
        var n = equations.GetLength(0);
        for (var pivot = 0; pivot < n; pivot++)
            for (var row = 0; row < n; row++)
            {
                if (row == pivot) continue;
                var factor = equations[row, pivot] / equations[pivot, pivot];
                for (var column = pivot; column <= n; column++) equations[row, column] -= factor * equations[pivot, column];
            }
        return [.. Enumerable.Range(0, n).Select(i => equations[i, n] / equations[i, i])];
    }
}
