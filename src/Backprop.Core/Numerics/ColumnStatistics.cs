using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>Sums down the columns of a matrix, for layers that normalize by the batch. Several columns are summed in
/// parallel. The sum of each column is one chain of additions in row order.</summary>
internal static unsafe class ColumnStatistics
{
    // Short chains are added up to a long one, so that the sum of many rows keeps its digits.
    private const int RowsOfShortChain = 32;

    /// <summary>Mean and variance (divided by the rows) of some columns. The rows are read twice, because sums of squares of large values
    /// would cancel.</summary>
    /// <param name="x">[rows × columns]</param>
    /// <param name="first">The first column.</param>
    /// <param name="mean">[number of columns to measure], overwritten.</param>
    /// <param name="variance">[number of columns to measure], overwritten.</param>
    public static void Measure(ReadOnlyMatrix x, int first, Span<Real> mean, Span<Real> variance)
    {
        Check(x, first, mean.Length, variance.Length);
        fixed (Real* px = x.Values, pm = mean, pv = variance)
            VectorWidth.Run(new MomentWork(px + first, x.Rows, x.Columns, mean.Length, pm, pv), mean.Length);
    }

    /// <summary>Σ dy and Σ dy·(x − mean) of some columns.</summary>
    /// <param name="x">[rows × columns]</param>
    /// <param name="dy">[rows × columns]</param>
    /// <param name="first">The first column.</param>
    /// <param name="mean">[number of columns to sum]</param>
    /// <param name="sum">[number of columns to sum], overwritten with Σ dy.</param>
    /// <param name="product">[number of columns to sum], overwritten with Σ dy·(x − mean).</param>
    public static void SumGradients(
        ReadOnlyMatrix x, ReadOnlyMatrix dy, int first, ReadOnlySpan<Real> mean, Span<Real> sum, Span<Real> product)
    {
        Check(x, first, mean.Length, sum.Length);
        Check(dy, first, mean.Length, product.Length);
        if (dy.Rows != x.Rows) throw new ArgumentException($"dy has {dy.Rows} rows, but x has {x.Rows}.");
        fixed (Real* px = x.Values, pdy = dy.Values, pm = mean, ps = sum, pp = product)
            VectorWidth.Run(new GradientWork(px + first, pdy + first, x.Rows, x.Columns, mean.Length, pm, ps, pp), mean.Length);
    }

    /// <summary>Scales some columns down to a Euclidean norm, if theirs is larger.</summary>
    /// <param name="w">[rows × columns], changed in place.</param>
    /// <param name="first">The first column.</param>
    /// <param name="count">How many columns.</param>
    /// <param name="norm">The maximum norm.</param>
    public static void LimitNorms(Matrix w, int first, int count, Real norm)
    {
        Check(w, first, count, count);
        fixed (Real* pw = w.Values)
        {
            var whole = count - count % VectorWidth.Widest;
            if (whole > 0) VectorWidth.Run(new NormWork(pw + first, w.Rows, w.Columns, whole, norm));
            new NormWork(pw + first + whole, w.Rows, w.Columns, count - whole, norm).Run<SingleLane>();
        }
    }

    private static void Check(ReadOnlyMatrix x, int first, int count, int length)
    {
        if (first < 0 || count > x.Columns - first || length != count)
            throw new ArgumentException($"{count} columns from {first} on, and {length} results, do not fit {x.Columns} columns.");
    }

    private readonly struct MomentWork(Real* x, int rows, nint stride, int columns, Real* mean, Real* variance) : IVectorWork
    {
        // The last vector overlaps the one before, and computes the same bits.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes>
        {
            TLanes zero = TLanes.Broadcast(0), count = TLanes.Broadcast(rows);
            for (var column = 0; column < columns; column += TLanes.Count)
            {
                var at = Math.Min(column, columns - TLanes.Count);
                var total = zero;
                for (int row = 0, end; row < rows; row = end)
                {
                    end = Math.Min(rows, row + RowsOfShortChain);
                    var chain = zero;
                    for (var i = row; i < end; i++) chain += TLanes.Load(x + i * stride + at);
                    total += chain;
                }
                var average = total / count;
                total = zero;
                for (int row = 0, end; row < rows; row = end)
                {
                    end = Math.Min(rows, row + RowsOfShortChain);
                    var chain = zero;
                    for (var i = row; i < end; i++)
                    {
                        var deviation = TLanes.Load(x + i * stride + at) - average;
                        chain = TLanes.MultiplyAdd(deviation, deviation, chain);
                    }
                    total += chain;
                }
                TLanes.Store(average, mean + at);
                TLanes.Store(total / count, variance + at);
            }
        }
    }

    private readonly struct GradientWork(Real* x, Real* dy, int rows, nint stride, int columns, Real* mean, Real* sum, Real* product)
        : IVectorWork
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes>
        {
            for (var column = 0; column < columns; column += TLanes.Count)
            {
                var at = Math.Min(column, columns - TLanes.Count);
                TLanes average = TLanes.Load(mean + at), totalSum = TLanes.Broadcast(0), totalProduct = totalSum;
                for (int row = 0, end; row < rows; row = end)
                {
                    end = Math.Min(rows, row + RowsOfShortChain);
                    TLanes chainSum = TLanes.Broadcast(0), chainProduct = chainSum;
                    for (var i = row; i < end; i++)
                    {
                        var gradient = TLanes.Load(dy + i * stride + at);
                        chainSum += gradient;
                        chainProduct = TLanes.MultiplyAdd(gradient, TLanes.Load(x + i * stride + at) - average, chainProduct);
                    }
                    totalSum += chainSum;
                    totalProduct += chainProduct;
                }
                TLanes.Store(totalSum, sum + at);
                TLanes.Store(totalProduct, product + at);
            }
        }
    }

    private readonly struct NormWork(Real* w, int rows, nint stride, int columns, Real norm) : IVectorWork
    {
        // For columns that fill complete vectors: a column in two overlapping vectors would be scaled twice.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes>
        {
            TLanes one = TLanes.Broadcast(1), longest = TLanes.Broadcast(norm);
            for (var column = 0; column < columns; column += TLanes.Count)
            {
                var squares = TLanes.Broadcast(0);
                for (var i = 0; i < rows; i++)
                {
                    var weight = TLanes.Load(w + i * stride + column);
                    squares = TLanes.MultiplyAdd(weight, weight, squares);
                }
                var length = TLanes.Sqrt(squares);
                var factor = TLanes.SelectLess(longest, length, longest / length, one);
                for (var i = 0; i < rows; i++) TLanes.Store(TLanes.Load(w + i * stride + column) * factor, w + i * stride + column);
            }
        }
    }
}
