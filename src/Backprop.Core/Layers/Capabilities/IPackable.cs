using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>A layer that scores many rows faster with its parameters in another order.</summary>
public interface IPackable
{
    /// <summary>Copies parameters that do not change any more into the order that <see cref="Forward"/> reads fastest.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    Real[] Pack(ReadOnlySpan<Real> parameters);

    /// <summary>Writes y = layer(x), to the same bits, with the result of <see cref="Pack"/> for the same parameters.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="packed">The result of <see cref="Pack"/>, or empty.</param>
    /// <param name="x">[rows × Inputs]</param>
    /// <param name="y">[rows × Outputs], overwritten.</param>
    void Forward(ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> packed, ReadOnlyMatrix x, Matrix y);
}
