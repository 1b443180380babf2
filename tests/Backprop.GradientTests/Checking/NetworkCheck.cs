using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.GradientTests.Checking;

/// <summary>Checks a whole network: <see cref="Network.Backward"/> is the derivative of the weighted mean loss by every parameter; of an
/// ensemble, of the sum of its members' losses.</summary>
internal static class NetworkCheck
{
    private const int Rows = 5;

    /// <summary>Throws <see cref="GradientMismatchException"/> where a parameter's gradient is wrong.</summary>
    public static void Verify(Network network, Loss loss, double[] targets)
    {
        double[] weights = loss is GroupLoss ? [] : TestPoints.Positive(Rows, seed: 21);
        var workspace = new Workspace(network, Rows + 2); // more room than rows: what lies behind the last row must not matter
        var (parameters, x) = PointAwayFromKinks(network);

        double Loss() => network.EnsembleSize * loss.Evaluate(
            network.Forward(parameters, new ReadOnlyMatrix(x, Rows, network.Inputs), workspace),
            new ReadOnlyMatrix(targets, Rows, targets.Length / Rows), weights, workspace.ScoreGradient, network.EnsembleSize);

        Loss();
        var gradient = TestPoints.Unassigned(network.ParameterCount);
        network.Backward(parameters, new ReadOnlyMatrix(x, Rows, network.Inputs), workspace, gradient);
        CentralDifferences.Compare($"gradient of {network}", Loss, parameters, gradient);
    }

    /// <summary>The same for a step of training, where units are dropped (the same at every look) and the batch is measured. Without
    /// kinks.</summary>
    public static void VerifyTraining(Network network, Loss loss, double[] targets, int seed, int step)
    {
        double[] weights = loss is GroupLoss ? [] : TestPoints.Positive(Rows, seed: 21);
        var workspace = new Workspace(network, Rows + 2);
        double[] parameters = TestPoints.ParametersOf(network, seed: 100), x = TestPoints.AwayFromZero(Rows * network.Inputs, seed: 200);

        double Loss() => network.EnsembleSize * loss.Evaluate(
            network.ForwardTraining(parameters, new ReadOnlyMatrix(x, Rows, network.Inputs), workspace, seed, step),
            new ReadOnlyMatrix(targets, Rows, targets.Length / Rows), weights, workspace.ScoreGradient, network.EnsembleSize);

        Loss();
        var gradient = TestPoints.Unassigned(network.ParameterCount);
        network.Backward(parameters, new ReadOnlyMatrix(x, Rows, network.Inputs), workspace, gradient);
        CentralDifferences.Compare($"gradient of {network} in training", Loss, parameters, gradient);
    }

    // Inside a network a ReLU may meet any number, so points are drawn until all its inputs keep clear of 0.
    private static (double[] Parameters, double[] X) PointAwayFromKinks(Network network)
    {
        for (var seed = 100; seed < 1000; seed++)
        {
            var parameters = TestPoints.ParametersOf(network, seed);
            var x = TestPoints.AwayFromZero(Rows * network.Inputs, seed + 1000);
            if (DistanceToKink(network, parameters, x) > 1e-3) return (parameters, x);
        }
        throw new InvalidOperationException($"No point of {network} keeps clear of the kinks.");
    }

    // Layer by layer, for in a workspace an activation may overwrite what it was given.
    private static double DistanceToKink(Network network, double[] parameters, double[] x)
    {
        var distance = double.PositiveInfinity;
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var layer = network.Layers[l];
            if (layer is ActivationLayer) distance = Math.Min(distance, x.Min(Math.Abs));
            var y = new double[Rows * layer.Outputs];
            layer.Forward(
                parameters.AsSpan(network.ParametersOf(l)), new ReadOnlyMatrix(x, Rows, layer.Inputs), new Matrix(y, Rows, layer.Outputs));
            x = y;
        }
        return distance;
    }
}
