using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Those layers that can stand first and take rows most of whose numbers are 0, to the same bits as if these stood
/// there.</summary>
internal interface ISparseInput
{
    /// <summary>Writes y = layer(x) for some neighbouring rows.</summary>
    void Forward(ReadOnlySpan<Real> parameters, SparseBatch x, int first, Matrix y);

    /// <summary>Writes some neighbours of dParameters (<see cref="IGradientParts.BackwardPart"/>); x is transposed.</summary>
    void BackwardPart(SparseBatch x, ReadOnlyMatrix dy, int first, Span<Real> dPart);
}
