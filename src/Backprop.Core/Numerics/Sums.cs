using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>Sums along a row, with the same bits for every vector width. Sixteen sums run in parallel at any width, and are
/// added up in double at the end.</summary>
internal static unsafe class Sums
{
    private const int PerMember = 16;

    /// <summary>Σ x.</summary>
    public static double Of(ReadOnlySpan<Real> x) => Of(new Value(), x, x);

    /// <summary>Σ x².</summary>
    public static double OfSquares(ReadOnlySpan<Real> x) => Of(new Product(), x, x);

    /// <summary>Σ a·b.</summary>
    public static double OfProducts(ReadOnlySpan<Real> a, ReadOnlySpan<Real> b)
    {
        if (b.Length != a.Length) throw new ArgumentException($"b has {b.Length} values, but a has {a.Length}.");
        return Of(new Product(), a, b);
    }

    private static double Of<TTerm>(TTerm term, ReadOnlySpan<Real> a, ReadOnlySpan<Real> b) where TTerm : struct, ITerm
    {
        var sums = stackalloc Real[PerMember];
        new Span<Real>(sums, PerMember).Clear();
        var whole = a.Length - a.Length % PerMember;
        fixed (Real* pa = a, pb = b) VectorWidth.Run(new Work<TTerm>(term, pa, pb, whole, sums));

        double total = 0;
        for (var i = 0; i < PerMember; i++) total += sums[i];
        for (var i = whole; i < a.Length; i++) total += term.InDouble(a[i], b[i]);
        return total;
    }

    private interface ITerm
    {
        TLanes AddTo<TLanes>(TLanes sum, TLanes a, TLanes b) where TLanes : struct, ILanes<TLanes>;

        double InDouble(double a, double b);
    }

    private readonly struct Value : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes AddTo<TLanes>(TLanes sum, TLanes a, TLanes b) where TLanes : struct, ILanes<TLanes> => sum + a;

        public double InDouble(double a, double b) => a;
    }

    private readonly struct Product : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes AddTo<TLanes>(TLanes sum, TLanes a, TLanes b) where TLanes : struct, ILanes<TLanes> => TLanes.MultiplyAdd(a, b, sum);

        public double InDouble(double a, double b) => a * b;
    }

    private readonly struct Work<TTerm>(TTerm term, Real* a, Real* b, int count, Real* sums) : IVectorWork where TTerm : struct, ITerm
    {
        // Lane by lane of the sixteen, so that each sum stays in its register.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes>
        {
            for (var lane = 0; lane < PerMember; lane += TLanes.Count)
            {
                var sum = TLanes.Broadcast(0);
                for (var i = lane; i < count; i += PerMember) sum = term.AddTo(sum, TLanes.Load(a + i), TLanes.Load(b + i));
                TLanes.Store(sum, sums + lane);
            }
        }
    }
}
