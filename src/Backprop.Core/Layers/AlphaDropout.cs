using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Dropout for <see cref="Activations.SELU"/>. In training, every value becomes α′ = −λα, SELU's lowest value, with probability p.
/// Then all values are scaled and shifted so that mean 0 and variance 1 are kept. In scoring, y = x.</summary>
/// <remarks>y = a·(x or α′) + b with a = ((1 − p)·(1 + p·α′²))^−½ and b = −a·p·α′. Klambauer, Unterthiner, Mayr and Hochreiter (2017),
/// "Self-normalizing neural networks", arXiv:1706.02515; as PyTorch's AlphaDropout.</remarks>
public sealed record AlphaDropout : TrainingOnlyLayer, IReplicable, IDividesMembers
{
    // −λα of SELU.
    private const double Lowest = -1.7580993408473766;

    /// <summary>Makes a layer of <paramref name="width"/> units.</summary>
    /// <param name="width">Number of inputs and outputs per example; at least 1.</param>
    /// <param name="rate">p: the share to drop; in [0, 1). 0.05 to 0.1 are usual.</param>
    public AlphaDropout(int width, double rate) : base(width)
    {
        if (!(rate is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(rate), rate, "must be in [0, 1)");
        Rate = rate;
    }

    /// <summary>p: the share to drop.</summary>
    public double Rate { get; }

    Layer IReplicable.Replicated(int members) => new AlphaDropout(Replicate.Times(Width, members), Rate);

    Layer IDividesMembers.ForMembers(int members, int count) => new AlphaDropout(Width / members * count, Rate);

    /// <inheritdoc/>
    public override void ForwardTraining(ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, Matrix y)
    {
        double rate = pass.ScheduledRate(Rate), scale = Scale(rate), shift = -scale * rate * Lowest;
        pass.Mask(new Choice((Real)rate, (Real)(scale * Lowest + shift), (Real)scale, (Real)shift), Width, x.Values, y.Values);
    }

    /// <inheritdoc/>
    public override void BackwardTraining(
        ReadOnlySpan<Real> parameters, TrainingPass pass, ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlyMatrix dy, Matrix dx,
        Span<Real> dParameters)
    {
        var rate = pass.ScheduledRate(Rate);
        if (!dx.IsEmpty) pass.Mask(new Choice((Real)rate, 0, (Real)Scale(rate), 0), Width, dy.Values, dx.Values);
    }

    private static double Scale(double rate) => 1 / Math.Sqrt((1 - rate) * (1 + rate * Lowest * Lowest));

    private readonly struct Choice(Real rate, Real dropped, Real factor, Real shift) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes x, TLanes chance) where TLanes : struct, ILanes<TLanes> =>
            TLanes.SelectLess(
                chance, TLanes.Broadcast(rate), TLanes.Broadcast(dropped),
                TLanes.MultiplyAdd(x, TLanes.Broadcast(factor), TLanes.Broadcast(shift)));
    }
}
