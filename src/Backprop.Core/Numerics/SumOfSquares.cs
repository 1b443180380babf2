using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>Σ x²: the same bits for every width of vector, because sixteen sums run side by side whatever the width, and are added up in double at the end.</summary>
internal static unsafe class SumOfSquares
{
    private const int Sums = 16;

    /// <summary>Σ x².</summary>
    public static double Of(ReadOnlySpan<Real> x)
    {
        var sums = stackalloc Real[Sums];
        new Span<Real>(sums, Sums).Clear();
        var whole = x.Length - x.Length % Sums;
        fixed (Real* px = x) VectorWidth.Run(new Work(px, whole, sums));

        double total = 0;
        for (var i = 0; i < Sums; i++) total += sums[i];
        foreach (var value in x[whole..]) total += (double)value * value;
        return total;
    }

    private readonly struct Work(Real* x, int count, Real* sums) : IVectorWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes>
        {
            for (var i = 0; i < count; i += Sums)
                for (var lane = 0; lane < Sums; lane += TLanes.Count)
                {
                    var value = TLanes.Load(x + i + lane);
                    TLanes.Store(TLanes.MultiplyAdd(value, value, TLanes.Load(sums + lane)), sums + lane);
                }
        }
    }
}
