using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A layer that computes the gradient of its parameters in parts, so that threads can share the work.</summary>
/// <remarks>Useful for many parameters. The gradient of any other layer is computed in one part.</remarks>
public interface IGradientParts
{
    /// <summary>The size of the smallest part: <see cref="BackwardPart"/> is called for multiples of it.</summary>
    /// <value>A divisor of <see cref="Layer.ParameterCount"/>.</value>
    int PartLength { get; }

    /// <summary>Writes a contiguous part of dParameters.</summary>
    /// <param name="parameters">
    /// [ParameterCount]. If a layer has several parts, only the parameters of this part may be read: others may be updated already.
    /// </param>
    /// <param name="x">[rows × Inputs], the input of <c>Forward</c>.</param>
    /// <param name="y">[rows × Outputs], the output of <c>Forward</c>.</param>
    /// <param name="dy">[rows × Outputs]</param>
    /// <param name="first">The first of the parameters, a multiple of <see cref="PartLength"/>.</param>
    /// <param name="dPart">
    /// A multiple of <see cref="PartLength"/>, overwritten with the same bits that <see cref="Layer.Backward"/> would write there.
    /// </param>
    void BackwardPart(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, int first, Span<Real> dPart);
}
