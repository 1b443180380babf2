using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>Rows of a loss with one score for each target: L = (1/T)·Σ f(zₜ, yₜ) over the T outputs.</summary>
internal static class MeanOverOutputs
{
    /// <summary>Fills losses and gradient (<see cref="Loss.EvaluateRows"/>).</summary>
    /// <param name="value">f(z, y).</param>
    /// <param name="derivative">∂f/∂z.</param>
    /// <param name="scores">[rows × T]</param>
    /// <param name="targets">[rows × T]</param>
    /// <param name="losses">[rows], overwritten.</param>
    /// <param name="gradient">[rows × T], overwritten.</param>
    public static void Evaluate<TValue, TDerivative>(
        TValue value, TDerivative derivative, ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
        where TValue : struct, IFunctionOfTwo where TDerivative : struct, IFunctionOfTwo
    {
        var outputs = scores.Columns;
        if (outputs == 1)
        {
            Elementwise.Zip(value, scores.Values, targets.Values, losses);
            Elementwise.Zip(derivative, scores.Values, targets.Values, gradient.Values);
            return;
        }

        // The gradient's memory holds the values of a row until they are summed.
        Elementwise.Zip(value, scores.Values, targets.Values, gradient.Values);
        for (var row = 0; row < scores.Rows; row++)
        {
            double sum = 0;
            foreach (var each in gradient.Row(row)) sum += each;
            losses[row] = (Real)(sum / outputs);
        }
        Elementwise.Zip(new Share<TDerivative>(derivative, (Real)1 / outputs), scores.Values, targets.Values, gradient.Values);
    }

    private readonly struct Share<TDerivative>(TDerivative derivative, Real share) : IFunctionOfTwo
        where TDerivative : struct, IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z, TLanes y) where TLanes : struct, ILanes<TLanes> =>
            TLanes.Broadcast(share) * derivative.Invoke(z, y);
    }
}
