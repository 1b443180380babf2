using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Numerics;

/// <summary>Transposes a matrix, block by block.</summary>
internal static unsafe class MatrixTranspose
{
    /// <summary>to = fromᵀ.</summary>
    /// <param name="from">[rows × columns]</param>
    /// <param name="to">[columns × rows], overwritten.</param>
    public static void Copy(ReadOnlyMatrixColumns from, MatrixColumns to)
    {
        if (from.Rows != to.Columns || from.Columns != to.Rows)
            throw new ArgumentException($"{from.Rows} × {from.Columns} transposed does not fit {to.Rows} × {to.Columns}.");
        fixed (Real* pFrom = from.Values, pTo = to.Values)
            Copy(pFrom, from.Stride, from.Rows, from.Columns, pTo, to.Stride);
    }

    /// <summary>to[j·toRow + i] = from[i·fromRow + j].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(Real* from, nint fromRow, int rows, int columns, Real* to, nint toRow)
    {
        int i = 0, j = 0;
        if (Avx512F.IsSupported && typeof(Real) == typeof(float) && columns >= 16)
        {
            // The remaining columns in blocks of eight, which are half as high.
            for (; i + 16 <= rows; i += 16)
            {
                for (j = 0; j + 16 <= columns; j += 16)
                    CopyBlockOf16((float*)from + i * fromRow + j, fromRow, (float*)to + j * toRow + i, toRow);
                for (; j + 8 <= columns; j += 8)
                {
                    CopyBlockOf8((float*)from + i * fromRow + j, fromRow, (float*)to + j * toRow + i, toRow);
                    CopyBlockOf8((float*)from + (i + 8) * fromRow + j, fromRow, (float*)to + j * toRow + i + 8, toRow);
                }
            }
        }
        if (Avx.IsSupported && typeof(Real) == typeof(float))
            for (; i + 8 <= rows; i += 8)
                for (j = 0; j + 8 <= columns; j += 8)
                    CopyBlockOf8((float*)from + i * fromRow + j, fromRow, (float*)to + j * toRow + i, toRow);

        // What fills no block: the last columns of the rows above, then the last rows.
        for (var row = 0; row < rows; row++)
            for (var column = row < i ? j : 0; column < columns; column++)
                to[column * toRow + row] = from[row * fromRow + column];
    }

    // Sixteen rows of sixteen: four rows at a time as below, then quarters are exchanged.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyBlockOf16(float* from, nint fromRow, float* to, nint toRow)
    {
        var (a0, a1, a2, a3) = FourRows(from, fromRow);
        var (b0, b1, b2, b3) = FourRows(from + 4 * fromRow, fromRow);
        var (c0, c1, c2, c3) = FourRows(from + 8 * fromRow, fromRow);
        var (d0, d1, d2, d3) = FourRows(from + 12 * fromRow, fromRow);
        StoreQuarters(a0, b0, c0, d0, to, toRow);
        StoreQuarters(a1, b1, c1, d1, to + toRow, toRow);
        StoreQuarters(a2, b2, c2, d2, to + 2 * toRow, toRow);
        StoreQuarters(a3, b3, c3, d3, to + 3 * toRow, toRow);
    }

    // Quarter q of vector k holds the values of the four rows in column 4·q + k.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>) FourRows(float* from, nint fromRow)
    {
        Vector512<float> r0 = Avx512F.LoadVector512(from), r1 = Avx512F.LoadVector512(from + fromRow);
        Vector512<float> r2 = Avx512F.LoadVector512(from + 2 * fromRow), r3 = Avx512F.LoadVector512(from + 3 * fromRow);
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        return (Avx512F.UnpackLow(low01, low23).AsSingle(), Avx512F.UnpackHigh(low01, low23).AsSingle(),
            Avx512F.UnpackLow(high01, high23).AsSingle(), Avx512F.UnpackHigh(high01, high23).AsSingle());
    }

    // Rows 0, 4, 8 and 12 of the destination: the first quarters of all four, then the second, …
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuarters(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* to, nint toRow)
    {
        Vector512<float> evenAb = Avx512F.Shuffle4x128(a, b, 0x88), oddAb = Avx512F.Shuffle4x128(a, b, 0xDD);
        Vector512<float> evenCd = Avx512F.Shuffle4x128(c, d, 0x88), oddCd = Avx512F.Shuffle4x128(c, d, 0xDD);
        Avx512F.Store(to, Avx512F.Shuffle4x128(evenAb, evenCd, 0x88));
        Avx512F.Store(to + 4 * toRow, Avx512F.Shuffle4x128(oddAb, oddCd, 0x88));
        Avx512F.Store(to + 8 * toRow, Avx512F.Shuffle4x128(evenAb, evenCd, 0xDD));
        Avx512F.Store(to + 12 * toRow, Avx512F.Shuffle4x128(oddAb, oddCd, 0xDD));
    }

    // Eight rows of eight: pairs, then fours, then halves are exchanged.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyBlockOf8(float* from, nint fromRow, float* to, nint toRow)
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
    private static (Vector256<float> Low, Vector256<float> High) Interleave(Vector256<float> a, Vector256<float> b) =>
        (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b));

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
