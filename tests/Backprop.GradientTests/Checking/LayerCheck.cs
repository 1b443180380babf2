using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.GradientTests.Checking;

/// <summary>Checks a layer's promises: backward is the derivative of forward, dx and dParameters are overwritten.</summary>
internal static class LayerCheck
{
    /// <summary>Throws <see cref="GradientMismatchException"/> where a promise is broken. The loss is a random weighted sum of the
    /// outputs.</summary>
    public static void Verify(Layer layer, int rows)
    {
        var parameters = TestPoints.ParametersOf(layer, seed: 1);
        var x = TestPoints.AwayFromZero(rows * layer.Inputs, seed: 2);
        var dy = TestPoints.AwayFromZero(rows * layer.Outputs, seed: 3);
        var y = TestPoints.Unassigned(rows * layer.Outputs);

        double Loss()
        {
            Array.Fill(y, double.NaN);
            layer.Forward(parameters, new ReadOnlyMatrix(x, rows, layer.Inputs), new Matrix(y, rows, layer.Outputs));
            return y.Zip(dy, (output, weight) => output * weight).Sum();
        }

        void Backward(double[] dx, double[] dParameters) => layer.Backward(
            parameters, new ReadOnlyMatrix(x, rows, layer.Inputs), new ReadOnlyMatrix(y, rows, layer.Outputs),
            new ReadOnlyMatrix(dy, rows, layer.Outputs), dx.Length == 0 ? default : new Matrix(dx, rows, layer.Inputs), dParameters);

        if (double.IsNaN(Loss())) throw new GradientMismatchException("Forward leaves an output unassigned.");

        var dx = TestPoints.Unassigned(x.Length);
        var dParameters = TestPoints.Unassigned(layer.ParameterCount);
        Backward(dx, dParameters);
        var (dxOnce, dParametersOnce) = (dx.ToArray(), dParameters.ToArray());
        Backward(dx, dParameters);
        RequireEqual("dx after a second backward", dxOnce, dx);
        RequireEqual("dParameters after a second backward", dParametersOnce, dParameters);

        // The first layer of a network is not asked for dx; that must not change what it learns.
        Backward([], dParameters);
        RequireEqual("dParameters without dx", dParametersOnce, dParameters);

        CentralDifferences.Compare("dx", Loss, x, dxOnce);
        if (layer.IsFitted) RequireEqual("dParameters of what is measured", new double[layer.ParameterCount], dParametersOnce);
        else CentralDifferences.Compare("dParameters", Loss, parameters, dParametersOnce);
    }

    private static void RequireEqual(string what, IEnumerable<double> expected, IEnumerable<double> actual)
    {
        if (!expected.SequenceEqual(actual))
            throw new GradientMismatchException($"{what}: expected {string.Join(' ', expected)}, found {string.Join(' ', actual)}.");
    }
}
