using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>pₖ = e^zₖ / Σⱼ e^zⱼ for every row, without overflow: each row's largest score is subtracted first.</summary>
internal static unsafe class Softmax
{
    // A row with fewer columns fills no vector. So the lanes hold neighbouring rows, as many at a time as stay in the nearest cache.
    private const int MinColumnsOfLongRow = 16, RowsAtOnce = 64;

    /// <summary>Writes the probabilities.</summary>
    /// <param name="scores">[rows × columns]</param>
    /// <param name="probabilities">[rows × columns], overwritten; may be the scores.</param>
    public static void OfRows(ReadOnlyMatrix scores, Matrix probabilities) => OfRows(scores, probabilities, [], []);

    /// <summary>Writes the probabilities, and log Σⱼ e^zⱼ of every row in two parts, whose sum would lose digits.</summary>
    /// <param name="scores">[rows × columns]</param>
    /// <param name="probabilities">[rows × columns], overwritten; may be the scores.</param>
    /// <param name="largest">[rows], overwritten with max z. If this and the logarithms are empty, neither is computed.</param>
    /// <param name="logarithms">[rows], overwritten with log Σⱼ e^(zⱼ − max z).</param>
    public static void OfRows(ReadOnlyMatrix scores, Matrix probabilities, Span<Real> largest, Span<Real> logarithms)
    {
        var areParts = largest.Length == logarithms.Length && (largest.IsEmpty || largest.Length == scores.Rows);
        if (probabilities.Rows != scores.Rows || probabilities.Columns != scores.Columns || !areParts)
            throw new ArgumentException(
                $"{scores.Rows} × {scores.Columns} scores do not fit {probabilities.Rows} × {probabilities.Columns} probabilities and " +
                    $"{largest.Length} and {logarithms.Length} parts of logarithms.");
        if (scores.Columns >= MinColumnsOfLongRow)
        {
            for (var row = 0; row < scores.Rows; row++)
            {
                var (max, logarithm) = OfLongRow(scores.Row(row), probabilities.Row(row));
                if (!largest.IsEmpty) (largest[row], logarithms[row]) = (max, logarithm);
            }
            return;
        }

        fixed (Real* z = scores.Values, p = probabilities.Values, scratch = Scratch.OfAtLeast((scores.Columns + 2) * RowsAtOnce))
            for (var first = 0; first < scores.Rows; first += RowsAtOnce)
            {
                var rows = Math.Min(RowsAtOnce, scores.Rows - first);
                Real* maxima = scratch, sums = scratch + RowsAtOnce, transposed = scratch + 2 * RowsAtOnce;
                MatrixTranspose.Copy(z + first * scores.Columns, scores.Columns, rows, scores.Columns, transposed, RowsAtOnce);
                VectorWidth.Run(new ColumnWork(transposed, maxima, sums, rows, scores.Columns, withLogarithms: !largest.IsEmpty));
                MatrixTranspose.Copy(transposed, RowsAtOnce, scores.Columns, rows, p + first * scores.Columns, scores.Columns);
                if (largest.IsEmpty) continue;
                new ReadOnlySpan<Real>(maxima, rows).CopyTo(largest[first..]);
                new ReadOnlySpan<Real>(sums, rows).CopyTo(logarithms[first..]);
            }
    }

    // The sum is in double and in order: the same for every width of vector.
    private static (Real Largest, Real Logarithm) OfLongRow(ReadOnlySpan<Real> z, Span<Real> p)
    {
        var largest = TensorPrimitives.Max(z);
        TensorPrimitives.Subtract(z, largest, p);
        Elementwise.Map(new Exponential.ExpFunction(), p, p);
        double sum = 0;
        foreach (var e in p) sum += e;
        TensorPrimitives.Divide(p, (Real)sum, p);
        return (largest, (Real)Math.Log(sum));
    }

    // Each lane has a row of its own. Lanes beyond the last row compute values that are never read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OfColumns<TLanes>(Real* transposed, Real* maxima, Real* sums, int rows, int columns, bool withLogarithms)
        where TLanes : struct, ILanes<TLanes>
    {
        for (var row = 0; row < rows; row += TLanes.Count)
        {
            var z = transposed + row;
            var largest = TLanes.Load(z);
            for (var k = 1; k < columns; k++)
            {
                var score = TLanes.Load(z + k * RowsAtOnce);
                largest = TLanes.SelectLess(largest, score, score, largest);
            }
            var sum = TLanes.Broadcast(0);
            for (var k = 0; k < columns; k++)
            {
                var e = Exponential.Exp(TLanes.Load(z + k * RowsAtOnce) - largest);
                TLanes.Store(e, z + k * RowsAtOnce);
                sum += e;
            }
            for (var k = 0; k < columns; k++) TLanes.Store(TLanes.Load(z + k * RowsAtOnce) / sum, z + k * RowsAtOnce);
            if (!withLogarithms) continue;
            TLanes.Store(largest, maxima + row);
            TLanes.Store(Logarithm.Log(sum), sums + row);
        }
    }

    private readonly struct ColumnWork(Real* transposed, Real* maxima, Real* sums, int rows, int columns, bool withLogarithms) : IVectorWork
    {
        public void Run<TLanes>() where TLanes : struct, ILanes<TLanes> =>
            OfColumns<TLanes>(transposed, maxima, sums, rows, columns, withLogarithms);
    }
}
