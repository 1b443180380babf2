using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.GradientTests.Checking;

/// <summary>Checks a whole network: <see cref="Network.Backward"/> is the derivative of the weighted mean loss by every parameter.</summary>
internal static class NetworkCheck
{
    private const int Rows = 5;

    /// <summary>Throws <see cref="GradientMismatchException"/> where a parameter's gradient is wrong.</summary>
    public static void Verify(Network network, Loss loss, double[] targets)
    {
        var weights = TestPoints.Positive(Rows, seed: 21);
        var workspace = new Workspace(network, Rows + 2); // more room than rows: what lies behind the last row must not matter
        var (parameters, x) = PointAwayFromKinks(network, workspace);

        double Loss() => loss.Evaluate(
            network.Forward(parameters, new ReadOnlyMatrix(x, Rows, network.Inputs), workspace),
            new ReadOnlyMatrix(targets, Rows, targets.Length / Rows), weights, workspace.ScoreGradient);

        Loss();
        var gradient = TestPoints.Unassigned(network.ParameterCount);
        network.Backward(parameters, new ReadOnlyMatrix(x, Rows, network.Inputs), workspace, gradient);
        CentralDifferences.Compare($"gradient of {network}", Loss, parameters, gradient);
    }

    // Inside a network a ReLU may meet any number, so points are drawn until all its inputs keep clear of 0.
    private static (double[] Parameters, double[] X) PointAwayFromKinks(Network network, Workspace workspace)
    {
        for (var seed = 100; ; seed++)
        {
            var parameters = TestPoints.AwayFromZero(network.ParameterCount, seed);
            var x = TestPoints.AwayFromZero(Rows * network.Inputs, seed + 1000);
            network.Forward(parameters, new ReadOnlyMatrix(x, Rows, network.Inputs), workspace);
            if (DistanceToKink(network, workspace) > 1e-3) return (parameters, x);
        }
    }

    private static double DistanceToKink(Network network, Workspace workspace)
    {
        var distance = double.PositiveInfinity;
        for (var l = 1; l < network.Layers.Count; l++)
            if (network.Layers[l] is ActivationLayer)
                foreach (var z in workspace.Output(l - 1).Values) distance = Math.Min(distance, Math.Abs(z));
        return distance;
    }
}
