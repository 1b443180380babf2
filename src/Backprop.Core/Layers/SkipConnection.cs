using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>y = x + what entered a few layers before. Around a block of layers it makes a residual block: the block only learns what to add, and gradients pass it unhindered.</summary>
/// <remarks>
/// He, Zhang, Ren and Sun (2015), "Deep residual learning for image recognition", arXiv:1512.03385. The network adds the second summand, for
/// a layer sees its own input alone: by itself, this one passes on what it gets.
/// </remarks>
public sealed record SkipConnection : Layer
{
    /// <summary>Closes a residual block.</summary>
    /// <param name="width">Numbers per example, in and out; at least 1.</param>
    /// <param name="length">How many layers the block has: the input of the first of them is added; at least 1.</param>
    public SkipConnection(int width, int length) : base(width, width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        Length = length;
    }

    /// <summary>Numbers per example, in and out.</summary>
    public int Width => Inputs;

    /// <summary>How many layers the block has.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    /// <inheritdoc/>
    public override bool SupportsEnsembles(int members) => true;

    /// <inheritdoc/>
    internal override Layer Replicated(int members) => new SkipConnection(Replicate.Times(Width, members), Length);

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) => x.Values.CopyTo(y.Values);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) dy.Values.CopyTo(dx.Values);
    }
}
