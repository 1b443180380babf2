using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Two neighbouring layers that are faster in one loop, with the same bits. <see cref="Of"/> lists the pairs.</summary>
internal abstract class FusedLayers
{
    /// <summary>The smallest number of rows that <see cref="Forward"/> computes faster than the two layers do.</summary>
    public const int MinRows = 8;

    /// <summary>Fuses two neighbouring layers.</summary>
    /// <returns>Null, if the pair is not in this list.</returns>
    public static FusedLayers? Of(Layer first, Layer second) => FusedPeriodicEmbedding.Of(first, second);

    /// <summary>Writes the output of the second layer.</summary>
    /// <param name="parameters">Those of the first layer, then those of the second.</param>
    /// <param name="x">[rows × Inputs] of the first.</param>
    /// <param name="y">[rows × Outputs] of the second, overwritten.</param>
    public abstract void Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Matrix y);

    /// <summary>Writes ∂J/∂x of the first layer.</summary>
    /// <param name="parameters">Those of the first layer, then those of the second.</param>
    /// <param name="x">[rows × Inputs] of the first.</param>
    /// <param name="dy">[rows × Outputs] of the second.</param>
    /// <param name="dx">[rows × Inputs] of the first, overwritten.</param>
    public abstract void Backward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix dy, Matrix dx);

    /// <summary>Writes a contiguous part of ∂J/∂θ of the first layer (<see cref="IGradientParts.BackwardPart"/>).</summary>
    /// <param name="parameters">Those of the first layer, then those of the second.</param>
    /// <param name="x">[rows × Inputs] of the first.</param>
    /// <param name="dy">[rows × Outputs] of the second.</param>
    /// <param name="first">The index of the first parameter of the part; a multiple of the layer's part length.</param>
    /// <param name="dPart">Overwritten.</param>
    public abstract void BackwardFirst(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix dy, int first, Span<Real> dPart);

    /// <summary>Writes a contiguous part of ∂J/∂θ of the second layer.</summary>
    /// <inheritdoc cref="BackwardFirst"/>
    public abstract void BackwardSecond(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix dy, int first, Span<Real> dPart);
}
