using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>In training, every value becomes 0 with probability p, and x / (1 − p) otherwise; in scoring, y = x. So no unit can rely on
/// another.</summary>
/// <remarks>
/// Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), "Dropout", JMLR 15; scaled in training, as PyTorch does. As the
/// first layer it drops inputs. The seed, the layer, the step and the position in the batch decide which values are dropped.
/// </remarks>
public sealed record Dropout : TrainingOnlyLayer, IReplicable, IDividesMembers
{
    /// <summary>Makes a layer of <paramref name="width"/> units.</summary>
    /// <param name="width">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="rate">p: the share to drop; in [0, 1).</param>
    public Dropout(int width, double rate) : base(width)
    {
        if (!(rate is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(rate), rate, "must be in [0, 1)");
        Rate = rate;
    }

    /// <summary>p: the share to drop.</summary>
    public double Rate { get; }

    Layer IReplicable.Replicated(int members) => new Dropout(Replicate.Times(Width, members), Rate);

    Layer IDividesMembers.ForMembers(int members, int count) => new Dropout(Width / members * count, Rate);

    /// <summary>True: y shows which values were dropped.</summary>
    public override bool ReadsOutput => true;

    /// <inheritdoc/>
    public override void ForwardTraining(ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, Matrix y)
    {
        var rate = pass.ScheduledRate(Rate);
        pass.Mask(new Choice((Real)rate, (Real)(1 / (1 - rate))), Width, x.Values, y.Values);
    }

    // The derivative of dropped values is 0, and that of the others is 1 / (1 − p). Drawing the random numbers again would take longer
    // than everything else here.
    /// <inheritdoc/>
    public override void BackwardTraining(
        ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx,
        Span<Real> dParameters)
    {
        if (!dx.IsEmpty) Elementwise.Zip(new Derivative((Real)(1 / (1 - pass.ScheduledRate(Rate)))), y.Values, dy.Values, dx.Values);
    }

    // Dropped values become −0. Kept values never do, because the sum of −0 and 0 is 0. So the sign of a zero tells them apart.
    private readonly struct Choice(Real rate, Real factor) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes chance) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(
                chance, TLanes.Broadcast(rate), TLanes.Broadcast(Real.NegativeZero),
                TLanes.MultiplyAdd(x, TLanes.Broadcast(factor), TLanes.Broadcast(0)));
    }

    private readonly struct Derivative(Real factor) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes y, TLanes dy) where TLanes : struct, ILanes<TLanes>
        {
            TLanes zero = TLanes.Broadcast(0), kept = dy * TLanes.Broadcast(factor);
            var ofZero = TLanes.SelectLess(TLanes.CopySign(TLanes.Broadcast(1), y), zero, zero, kept);
            // below the smallest positive value there is only 0
            return TLanes.SelectLess(TLanes.Abs(y), TLanes.Broadcast(Real.Epsilon), ofZero, kept);
        }
    }
}
