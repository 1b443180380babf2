using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Layers that disturb numbers at random in training, and in scoring let them pass: y = x. Scoring leaves them out.</summary>
public abstract record TrainingOnlyLayer : Layer
{
    private protected TrainingOnlyLayer(int width) : base(width, width)
    {
    }

    /// <summary>Numbers per example, in and out.</summary>
    public int Width => Inputs;

    /// <inheritdoc/>
    public override bool WorksInPlace => true;

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public override bool SupportsEnsembles(int members) => true;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) => x.Values.CopyTo(y.Values);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) dy.Values.CopyTo(dx.Values);
    }
}
