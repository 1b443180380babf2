using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Numerics;

/// <summary>Turns rows into columns, a block at a time.</summary>
internal static unsafe class MatrixTranspose
{
    private const int Block = 8;

    /// <summary>to[j·toRow + i] = from[i·fromRow + j].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(Real* from, nint fromRow, int rows, int columns, Real* to, nint toRow)
    {
        int i = 0, j = 0;
        if (Avx.IsSupported && typeof(Real) == typeof(float))
            for (; i + Block <= rows; i += Block)
                for (j = 0; j + Block <= columns; j += Block)
                    CopyBlock((float*)from + i * fromRow + j, fromRow, (float*)to + j * toRow + i, toRow);

        // What fills no block: the last columns of the rows above, then the last rows.
        for (var row = 0; row < rows; row++)
            for (var column = row < i ? j : 0; column < columns; column++)
                to[column * toRow + row] = from[row * fromRow + column];
    }

    // Eight rows of eight: pairs, then fours, then halves change places.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyBlock(float* from, nint fromRow, float* to, nint toRow)
    {
        var (r0, r1) = Interleave(Avx.LoadVector256(from), Avx.LoadVector256(from + fromRow));
        var (r2, r3) = Interleave(Avx.LoadVector256(from + 2 * fromRow), Avx.LoadVector256(from + 3 * fromRow));
        var (r4, r5) = Interleave(Avx.LoadVector256(from + 4 * fromRow), Avx.LoadVector256(from + 5 * fromRow));
        var (r6, r7) = Interleave(Avx.LoadVector256(from + 6 * fromRow), Avx.LoadVector256(from + 7 * fromRow));
        var (s0, s1) = InterleavePairs(r0, r2);
        var (s2, s3) = InterleavePairs(r1, r3);
        var (s4, s5) = InterleavePairs(r4, r6);
        var (s6, s7) = InterleavePairs(r5, r7);
        StoreHalves(s0, s4, to, toRow);
        StoreHalves(s1, s5, to + toRow, toRow);
        StoreHalves(s2, s6, to + 2 * toRow, toRow);
        StoreHalves(s3, s7, to + 3 * toRow, toRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) Interleave(Vector256<float> a, Vector256<float> b) => (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Low, Vector256<float> High) InterleavePairs(Vector256<float> a, Vector256<float> b) =>
        (Avx.UnpackLow(a.AsDouble(), b.AsDouble()).AsSingle(), Avx.UnpackHigh(a.AsDouble(), b.AsDouble()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreHalves(Vector256<float> a, Vector256<float> b, float* to, nint toRow)
    {
        Avx.Store(to, Avx.Permute2x128(a, b, 0x20));
        Avx.Store(to + 4 * toRow, Avx.Permute2x128(a, b, 0x31));
    }
}
