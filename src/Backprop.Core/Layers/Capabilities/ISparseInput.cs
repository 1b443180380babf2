using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A layer that can be the first layer and read sparse rows (mostly zeros). The results have the same bits as with dense
/// rows.</summary>
internal interface ISparseInput
{
    /// <summary>Writes y = layer(x) for some neighbouring rows.</summary>
    void Forward(ReadOnlySpan<Real> parameters, SparseBatch x, int first, Matrix y);

    /// <summary>Writes a contiguous part of dParameters (<see cref="IGradientParts.BackwardPart"/>); x is transposed.</summary>
    void BackwardPart(SparseBatch x, ReadOnlyMatrix dy, int first, Span<Real> dPart);
}
