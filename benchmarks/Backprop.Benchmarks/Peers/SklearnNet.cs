using System.Globalization;
using Backprop.Benchmarks.Harness;

namespace Backprop.Benchmarks.Peers;

/// <summary>scikit-learn's MLPClassifier in a process of its own, on one thread.</summary>
internal sealed class SklearnNet : PythonPeer
{
    private SklearnNet(Net net, float[] x, float[] y, int epochs) => Start(
        "sklearn_fit.py", threads: 1,
        [
            Write<float>("x", x), Write<int>("y", [.. y.Select(value => (int)value)]), $"{net.Inputs}", $"{net.BatchSize}", $"{epochs}",
            .. net.Hidden.Select(units => $"{units}"),
        ]);

    /// <summary>Starts it; null where Python or scikit-learn is not installed.</summary>
    public static SklearnNet? Start(Net net, float[] x, float[] y, int epochs) => Has("sklearn") ? new SklearnNet(net, x, y, epochs) : null;

    /// <summary>Fits once.</summary>
    /// <returns>Seconds, by its own clock.</returns>
    public double Fit() => double.Parse(Ask(), CultureInfo.InvariantCulture);
}
