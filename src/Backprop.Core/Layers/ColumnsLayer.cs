using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A layer that can read and write some columns of wider matrices. Several such layers in parallel then need no copies of their
/// columns.</summary>
public abstract record ColumnsLayer : Layer, IGradientParts
{
    private protected ColumnsLayer(int inputs, int outputs) : base(inputs, outputs)
    {
    }

    /// <inheritdoc/>
    public sealed override void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y) => ForwardColumns(parameters, x, y);

    /// <inheritdoc/>
    public sealed override void Backward(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) BackwardInputColumns(parameters, x, y, dy, dx);
        if (!dParameters.IsEmpty) BackwardPartColumns(parameters, x, y, dy, 0, dParameters);
    }

    /// <inheritdoc/>
    public void BackwardPart(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart) =>
        BackwardPartColumns(parameters, x, y, dy, first, dPart);

    /// <inheritdoc/>
    public virtual int PartLength => ParameterCount;

    /// <summary>Writes y = layer(x).</summary>
    internal abstract void ForwardColumns(ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, MatrixColumns y);

    /// <summary>Writes dx, and nothing else, of <see cref="Layer.Backward"/>.</summary>
    internal abstract void BackwardInputColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, MatrixColumns dx);

    /// <summary>Writes a contiguous part of dParameters: <see cref="IGradientParts.BackwardPart"/>.</summary>
    /// <remarks>Without parameters, there is nothing to override.</remarks>
    internal virtual void BackwardPartColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, int first,
        Span<Real> dPart)
    {
    }
}
