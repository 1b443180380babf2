using System.Numerics;
using System.Numerics.Tensors;
using Backprop.Numerics;

namespace Backprop.Activations;

/// <summary>max(0, x).</summary>
/// <remarks>Nair and Hinton (2010), "Rectified linear units improve restricted Boltzmann machines". The slope at 0 is taken as 0, as PyTorch does.</remarks>
public sealed record ReLU : Activation
{
    /// <inheritdoc/>
    public override bool WorksInPlace => true;

    // TensorPrimitives.Max keeps a NaN, so a diverging network is seen by the loss instead of being hidden here.
    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<Real> x, Span<Real> y) => TensorPrimitives.Max(x, 0, y);

    /// <inheritdoc/>
    public override void Backward(ReadOnlySpan<Real> x, ReadOnlySpan<Real> y, ReadOnlySpan<Real> dy, Span<Real> dx) =>
        Elementwise.Zip<Slope>(y, dy, dx);

    private readonly struct Slope : IBinaryOperator
    {
        public static Real Invoke(Real y, Real dy) => y > 0 ? dy : 0;
        public static Vector<Real> Invoke(Vector<Real> y, Vector<Real> dy) =>
            Vector.ConditionalSelect(Vector.GreaterThan(y, Vector<Real>.Zero), dy, Vector<Real>.Zero);
    }
}
