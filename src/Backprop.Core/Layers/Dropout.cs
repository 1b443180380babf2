using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>In training, every number becomes 0 with probability p, and x / (1 − p) otherwise; in scoring, y = x. So no unit can lean on another.</summary>
/// <remarks>
/// Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), "Dropout", JMLR 15; scaled in training, as PyTorch does. As the first
/// layer it drops inputs. Which numbers are dropped depends on the seed, the layer, the step and the place in the batch.
/// </remarks>
public sealed record Dropout : TrainingOnlyLayer
{
    /// <summary>Makes a layer of <paramref name="width"/> units.</summary>
    /// <param name="width">Numbers per example, in and out; at least 1.</param>
    /// <param name="rate">p: the share to drop; in [0, 1).</param>
    public Dropout(int width, double rate) : base(width)
    {
        if (!(rate is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(rate), rate, "must be in [0, 1)");
        Rate = rate;
    }

    /// <summary>p: the share to drop.</summary>
    public double Rate { get; }

    /// <inheritdoc/>
    internal override Layer ForMembers(int members) => new Dropout(Replicate.Times(Width, members), Rate);

    /// <inheritdoc/>
    public override void ForwardTraining(ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, Matrix y) => Drop(pass, x.Values, y.Values);

    // The slope of what was dropped is 0, and of the rest 1 / (1 − p): the same numbers are dropped once more.
    /// <inheritdoc/>
    public override void BackwardTraining(ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx, Span<Real> dParameters)
    {
        if (!dx.IsEmpty) Drop(pass, dy.Values, dx.Values);
    }

    private void Drop(TrainingPass pass, ReadOnlySpan<Real> from, Span<Real> to)
    {
        var rate = pass.ScheduledRate(Rate);
        pass.Mask(new Choice((Real)rate, (Real)(1 / (1 - rate))), Width, from, to);
    }

    private readonly struct Choice(Real rate, Real factor) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes chance) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(chance, TLanes.Broadcast(rate), TLanes.Broadcast(0), x * TLanes.Broadcast(factor));
    }
}
