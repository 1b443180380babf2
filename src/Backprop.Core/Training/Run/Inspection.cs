using Backprop.Diagnostics;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Measures the layers of a network during training, always with the same examples.</summary>
internal sealed class Inspection(Network network, Loss loss, (Real[] X, Real[] Targets, int Rows) sample)
{
    /// <summary>Enough to measure shares of one percent.</summary>
    public const int MaxExamples = 256;

    private readonly Real[] _before = new Real[network.ParameterCount];

    /// <summary>Must be called before the step whose size is reported.</summary>
    public void Remember(ReadOnlySpan<Real> parameters) => parameters.CopyTo(_before);

    public NetworkDiagnostics Inspect(ReadOnlySpan<Real> parameters) => NetworkDiagnostics.Measure(
        network, parameters, loss, new ReadOnlyMatrix(sample.X, sample.Rows, network.Inputs),
            new ReadOnlyMatrix(sample.Targets, sample.Rows, sample.Targets.Length / sample.Rows), _before);
}
