using Backprop.Activations;
using Backprop.Explanations;
using Backprop.GradientTests.Checking;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.GradientTests.Explanations;

/// <summary>In double, where nothing but the quadrature is inexact.</summary>
public class CompletenessTests
{
    private const int Rows = 6, Features = 5;

    public static TheoryData<Loss> Losses => [.. Loss.All];

    [Theory, MemberData(nameof(Losses))]
    public void Contributions_of_a_smooth_ensemble_add_up_to_the_difference_of_predictions(Loss loss)
    {
        var outputs = loss.OutputsFor(2);
        var network = new MultilayerPerceptron { HiddenLayers = [6], Activation = new Tanh(), EnsembleSize = 3 }.Build(Features, outputs);
        var trained = new TrainedNetwork(
            network, TestPoints.ParametersOf(network, seed: 71), loss,
            new Standardization([1, 2, 3, 0, -1], [1, 0.5, 2, 1, 0]), temperature: loss.HasLogits ? 1.3 : 1);
        var x = TestPoints.AwayFromZero(Rows * Features, seed: 72);
        var explainer = new IntegratedGradients(
            new ExplainedNetwork(trained), FeatureColumns.Single(Features), explainsPredictions: true, Rows);
        var contributions = TestPoints.Unassigned(x.Length);
        var rows = new ExplainedRow[Rows];
        for (var output = 0; output < outputs; output++)
        {
            int[] outputsOfRows = [.. Enumerable.Repeat(output, Rows)];
            explainer.Explain(new ReadOnlyMatrix(x, Rows, Features), outputsOfRows, new Matrix(contributions, Rows, Features), rows);
            for (var row = 0; row < Rows; row++)
            {
                var own = contributions.AsSpan(row * Features, Features).ToArray();
                var expected = Predict(trained, x.AsSpan(row * Features, Features))[output] - Predict(trained, [1, 2, 3, 0, -1])[output];
                var allowed = 5e-4 * own.Sum(Math.Abs) + 1e-5;
                Assert.Equal(expected, own.Sum(), allowed);
                Assert.Equal(0, own[4]); // its factor is 0
            }
        }
    }

    private static double[] Predict(TrainedNetwork trained, ReadOnlySpan<double> x) =>
        trained.CreateScorer().Predict(new ReadOnlyMatrix(x, 1, x.Length)).Values.ToArray();
}
