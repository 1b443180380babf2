using Backprop.Activations;
using Backprop.GradientTests.Checking;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.GradientTests.Networks;

/// <summary>The gradient of the scores by the features.</summary>
public class InputGradientTests
{
    private static readonly MultilayerPerceptron[] Forms =
    [
        new() { HiddenLayers = [], Activation = new Tanh() },
        new() { HiddenLayers = [5, 4], Activation = new Tanh() },
        new() { HiddenLayers = [6, 6, 6], Activation = new SiLU(), Residual = true, Normalization = Normalization.Layer },
        new() { HiddenLayers = [4, 3], Activation = new Tanh(), InputSkip = true },
        new() { HiddenLayers = [4], Activation = new Tanh(), EnsembleSize = 3, InputScale = true, NtkParametrization = true },
        new() { HiddenLayers = [4], Activation = new SiLU(), NumericEmbedding = new PeriodicPhaseEmbedding { Dimension = 3 } },
        new()
        {
            HiddenLayers = [4], Activation = new SiLU(), NumericEmbedding = new PeriodicPhaseEmbedding { Dimension = 3 }, EnsembleSize = 2,
        },
        new() { HiddenLayers = [4], Activation = new Tanh(), Normalization = Normalization.Batch, SmoothClip = 3, AsinhScale = 2 },
        new() { HiddenLayers = [5], Activation = new Tanh(), Autoencoder = true },
        new() { HiddenLayers = [5], Activation = new Tanh(), Autoencoder = true, EnsembleSize = 3 },
    ];

    public static TheoryData<int, int> Cases()
    {
        var cases = new TheoryData<int, int>();
        for (var form = 0; form < Forms.Length; form++)
            foreach (var rows in (int[])[1, 3, 9]) cases.Add(form, rows); // fewer and more rows than fused layers need
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Backward_to_the_input_is_the_derivative_of_the_scores(int form, int rows)
    {
        var network = Forms[form].Build(4, Forms[form].Autoencoder ? 1 : 2);
        var parameters = TestPoints.ParametersOf(network, seed: 61);
        var x = TestPoints.AwayFromZero(rows * network.Inputs, seed: 62);
        var weights = TestPoints.AwayFromZero(rows * network.MemberOutputs, seed: 63);
        var workspace = new Workspace(network, rows + 2);
        var gradient = TestPoints.Unassigned(x.Length);
        WeightedSum();
        weights.CopyTo(workspace.ScoreGradient.Values);
        network.BackwardToInput(
            parameters, new ReadOnlyMatrix(x, rows, network.Inputs), workspace, new Matrix(gradient, rows, network.Inputs));
        CentralDifferences.Compare($"features of {network}", WeightedSum, x, gradient);

        double WeightedSum()
        {
            var scores = network.Forward(parameters, new ReadOnlyMatrix(x, rows, network.Inputs), workspace).Values;
            double sum = 0;
            for (var i = 0; i < scores.Length; i++) sum += scores[i] * weights[i];
            return sum;
        }
    }
}
