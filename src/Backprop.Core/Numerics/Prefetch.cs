using System.Runtime.Intrinsics.X86;

namespace Backprop.Numerics;

/// <summary>Prefetches values that will be read soon into the cache. Changes the time that reading takes, and no result.</summary>
internal static unsafe class Prefetch
{
    private const int NumbersPerLine = 64 / sizeof(Real);

    // The processor prefetches the further lines of a longer row by itself, after it has seen requests for a few neighbouring lines.
    private const int MaxLines = 8;

    /// <summary>Some rows at any positions in memory: the processor cannot predict where the next one is.</summary>
    /// <param name="matrix">The matrix with the rows.</param>
    /// <param name="rows">The indices of the rows.</param>
    public static void Rows<TRows>(TRows matrix, ReadOnlySpan<int> rows) where TRows : IRows, allows ref struct
    {
        if (!Sse.IsSupported) return;
        var length = Math.Min(matrix.Columns, MaxLines * NumbersPerLine);
        foreach (var row in rows)
        {
            fixed (Real* numbers = matrix.Row(row))
            {
                for (var i = 0; i < length; i += NumbersPerLine) Sse.Prefetch1(numbers + i);

                // A row need not begin where a line does.
                Sse.Prefetch1(numbers + length - 1);
            }
        }
    }
}
