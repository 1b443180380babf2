using System.Runtime.Intrinsics.X86;

namespace Backprop.Numerics;

/// <summary>Prefetches values that will be read soon into the cache. Changes the time that reading takes, and no
/// result.</summary>
internal static unsafe class Prefetch
{
    private const int NumbersPerLine = 64 / sizeof(Real);

    // Of a longer row, the processor fetches the rest by itself after it has seen requests for a few neighbouring lines.
    private const int MaxLines = 8;

    /// <summary>Some rows that lie anywhere in memory: the processor cannot guess where the next one is.</summary>
    /// <param name="matrix">Where they are.</param>
    /// <param name="rows">Which.</param>
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
