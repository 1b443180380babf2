using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Those layers that can read and write some columns of wider matrices, so that several of them side by side need no copies of what each works on.</summary>
internal interface IWorksOnColumns
{
    /// <summary>Writes y = layer(x).</summary>
    void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, MatrixColumns y);

    /// <summary>Writes dx, and nothing else, of <see cref="Layer.Backward"/>.</summary>
    void BackwardInput(ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, MatrixColumns dx);

    /// <summary>Writes some neighbours of dParameters: <see cref="Layer.BackwardPart"/>. Nothing, where there are no parameters.</summary>
    void BackwardPart(ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, int first, Span<Real> dPart);
}
