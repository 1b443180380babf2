using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>The link μ = eᶻ of losses with positive predictions. z is clipped to [−30, 30], so that no prediction is 0 or
/// infinite.</summary>
/// <remarks>Where a loss would overflow beyond these bounds, it continues as a straight line. Its derivative there is that at the bound,
/// so the gradient never vanishes.</remarks>
internal static class ExponentialLink
{
    /// <summary>The largest |z|.</summary>
    public const double Bound = 30;

    /// <summary>μ = eᶻ, in place.</summary>
    public static void Predict(Span<Real> scores) => Elementwise.Map(new Link(), scores, scores);

    /// <summary>z, but at most 30.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes AtMost<TLanes>(TLanes z) where TLanes : struct, ILanes<TLanes>
    {
        var bound = TLanes.Broadcast((Real)Bound);
        return TLanes.SelectLess(bound, z, bound, z);
    }

    /// <summary>z, but at least −30.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes AtLeast<TLanes>(TLanes z) where TLanes : struct, ILanes<TLanes>
    {
        var bound = TLanes.Broadcast((Real)(-Bound));
        return TLanes.SelectLess(z, bound, bound, z);
    }

    private readonly struct Link : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes z) where TLanes : struct, ILanes<TLanes> => Exponential.Exp(AtMost(AtLeast(z)));
    }
}
