using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A layer that can be the first layer and read sparse rows (mostly zeros). The results have the same bits as with dense
/// rows.</summary>
internal interface ISparseInput
{
    /// <summary>Whether this layer does so. A kind of layer may do so or not, depending on its options.</summary>
    bool ReadsSparse => true;

    /// <summary>Writes y = layer(x) for some neighbouring rows.</summary>
    void Forward(ReadOnlySpan<Real> parameters, SparseBatch x, int first, Matrix y);

    /// <summary>Writes a contiguous part of dParameters (<see cref="IGradientParts.BackwardPart"/>) for some neighbouring rows; x is
    /// transposed. The same parameters may be read as there.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">All rows of the batch.</param>
    /// <param name="firstRow">The row of x for the first row of dy.</param>
    /// <param name="dy">[rows × Outputs]</param>
    /// <param name="first">The first of the parameters.</param>
    /// <param name="dPart">Overwritten.</param>
    void BackwardPart(
        ReadOnlySpan<Real> parameters, SparseBatch x, int firstRow, ReadOnlyMatrix dy, int first, Span<Real> dPart);
}
