using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>A constant at the compilation of a tile, so that the compiler removes the lines beyond it.</summary>
internal interface ICount
{
    static abstract int Value { get; }
}

/// <summary>The innermost loop of every product: C = start + A·B for a few rows and two vectors of columns, held in registers from start to
/// end.</summary>
/// <remarks>
/// Every value of C is one chain of multiply-adds over the depth, in order. So the result does not depend on the size of a
/// tile, the width of a vector, or the thread that computes it.
/// The shape of a tile follows from three facts.
/// A multiply-add takes four cycles and two start per cycle, so at least eight chains must run in parallel.
/// Each value of A that is broadcast serves two vectors, and each vector of B serves all rows. So loads take less time than
/// the arithmetic.
/// 14 × 2 chains, two vectors of B and one of A fit in the 32 registers of AVX-512 (6 × 2 + 3 fit in the 16 of AVX2) without
/// spilling.
/// The chains are named locals, because an array of them would be in memory. The rows of A are addressed from every third
/// row, by [base], [base + stride] and [base + 2·stride].
/// </remarks>
internal static unsafe class MatrixTile
{
    /// <summary>Maximum number of rows of one tile: as many as the registers hold.</summary>
    public static int MaxRows<TLanes>() where TLanes : struct, ILanes<TLanes> => TLanes.Count * sizeof(Real) == 64 ? 14 : 6;

    /// <summary>Maximum number of vectors of a single row: as many as the registers hold.</summary>
    public static int MaxVectors<TLanes>() where TLanes : struct, ILanes<TLanes> => TLanes.Count * sizeof(Real) == 64 ? 16 : 8;

    /// <summary>C of a strip.</summary>
    public static void Compute<TLanes>(in TileStrip strip) where TLanes : struct, ILanes<TLanes>
    {
        var (tiles, low, higher) = TileStrip.Cut(strip.Rows, MaxRows<TLanes>());
        if (higher > 0) Compute<TLanes>(strip, 0, higher, low + 1);
        if (higher < tiles) Compute<TLanes>(strip, higher * (low + 1), tiles - higher, low);
    }

    private static void Compute<TLanes>(in TileStrip strip, int row, int tiles, int height) where TLanes : struct, ILanes<TLanes>
    {
        if (strip.Second == 0) Compute<TLanes, One>(strip, row, tiles, height);
        else Compute<TLanes, Two>(strip, row, tiles, height);
    }

    private static void Compute<TLanes, TVectors>(in TileStrip strip, int row, int tiles, int height)
        where TLanes : struct, ILanes<TLanes>
        where TVectors : struct, ICount
    {
        switch (height)
        {
            case 1: Tiles<TLanes, TVectors, Rows1>(strip, row, tiles); break;
            case 2: Tiles<TLanes, TVectors, Rows2>(strip, row, tiles); break;
            case 3: Tiles<TLanes, TVectors, Rows3>(strip, row, tiles); break;
            case 4: Tiles<TLanes, TVectors, Rows4>(strip, row, tiles); break;
            case 5: Tiles<TLanes, TVectors, Rows5>(strip, row, tiles); break;
            case 6: Tiles<TLanes, TVectors, Rows6>(strip, row, tiles); break;
            case 7: Tiles<TLanes, TVectors, Rows7>(strip, row, tiles); break;
            case 8: Tiles<TLanes, TVectors, Rows8>(strip, row, tiles); break;
            case 9: Tiles<TLanes, TVectors, Rows9>(strip, row, tiles); break;
            case 10: Tiles<TLanes, TVectors, Rows10>(strip, row, tiles); break;
            case 11: Tiles<TLanes, TVectors, Rows11>(strip, row, tiles); break;
            case 12: Tiles<TLanes, TVectors, Rows12>(strip, row, tiles); break;
            case 13: Tiles<TLanes, TVectors, Rows13>(strip, row, tiles); break;
            case 14: Tiles<TLanes, TVectors, Rows14>(strip, row, tiles); break;
            default: throw new ArgumentOutOfRangeException(nameof(height), height, "must be 1 to 14");
        }
    }

    // One call for all tiles of a height: to choose and call for each took a twentieth to a tenth of the time of 128 × 128 weights.
    // Compiled at full optimization at once: the first calls would otherwise run twenty times slower.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles<TLanes, TVectors, TRows>(in TileStrip strip, int row, int tiles)
        where TLanes : struct, ILanes<TLanes>
        where TVectors : struct, ICount
        where TRows : struct, ICount
    {
        nint depth = strip.Depth, second = strip.Second, aRow = strip.ARow, bDepth = strip.BDepth, startRow = strip.StartRow,
            cRow = strip.CRow;
        nint aDepth = strip.DepthOf(TRows.Value), aTile = strip.TileAfter(TRows.Value);
        Real* first = strip.A + strip.TileAfter(row) + strip.StartOf(TRows.Value),
            start = strip.Start + row * startRow, c = strip.C + row * cRow;
        var factor = strip.Factor;
        for (; tiles > 0; tiles--)
        {
            TLanes c0 = TLanes.Load(start), d0 = TLanes.Load(start + second);
            TLanes c1 = TRows.Value > 1 ? TLanes.Load(start + startRow) : c0,
                d1 = TRows.Value > 1 ? TLanes.Load(start + startRow + second) : d0;
            TLanes c2 = TRows.Value > 2 ? TLanes.Load(start + 2 * startRow) : c0,
                d2 = TRows.Value > 2 ? TLanes.Load(start + 2 * startRow + second) : d0;
            TLanes c3 = TRows.Value > 3 ? TLanes.Load(start + 3 * startRow) : c0,
                d3 = TRows.Value > 3 ? TLanes.Load(start + 3 * startRow + second) : d0;
            TLanes c4 = TRows.Value > 4 ? TLanes.Load(start + 4 * startRow) : c0,
                d4 = TRows.Value > 4 ? TLanes.Load(start + 4 * startRow + second) : d0;
            TLanes c5 = TRows.Value > 5 ? TLanes.Load(start + 5 * startRow) : c0,
                d5 = TRows.Value > 5 ? TLanes.Load(start + 5 * startRow + second) : d0;
            TLanes c6 = TRows.Value > 6 ? TLanes.Load(start + 6 * startRow) : c0,
                d6 = TRows.Value > 6 ? TLanes.Load(start + 6 * startRow + second) : d0;
            TLanes c7 = TRows.Value > 7 ? TLanes.Load(start + 7 * startRow) : c0,
                d7 = TRows.Value > 7 ? TLanes.Load(start + 7 * startRow + second) : d0;
            TLanes c8 = TRows.Value > 8 ? TLanes.Load(start + 8 * startRow) : c0,
                d8 = TRows.Value > 8 ? TLanes.Load(start + 8 * startRow + second) : d0;
            TLanes c9 = TRows.Value > 9 ? TLanes.Load(start + 9 * startRow) : c0,
                d9 = TRows.Value > 9 ? TLanes.Load(start + 9 * startRow + second) : d0;
            TLanes c10 = TRows.Value > 10 ? TLanes.Load(start + 10 * startRow) : c0,
                d10 = TRows.Value > 10 ? TLanes.Load(start + 10 * startRow + second) : d0;
            TLanes c11 = TRows.Value > 11 ? TLanes.Load(start + 11 * startRow) : c0,
                d11 = TRows.Value > 11 ? TLanes.Load(start + 11 * startRow + second) : d0;
            TLanes c12 = TRows.Value > 12 ? TLanes.Load(start + 12 * startRow) : c0,
                d12 = TRows.Value > 12 ? TLanes.Load(start + 12 * startRow + second) : d0;
            TLanes c13 = TRows.Value > 13 ? TLanes.Load(start + 13 * startRow) : c0,
                d13 = TRows.Value > 13 ? TLanes.Load(start + 13 * startRow + second) : d0;
            Real* a = first, b = strip.B, a3 = a + 3 * aRow, a6 = a + 6 * aRow, a9 = a + 9 * aRow, a12 = a + 12 * aRow;
            for (var p = depth; p > 0; p--)
            {
                TLanes b0 = TLanes.Load(b), b1 = TLanes.Load(b + second), x;

                {
                    x = TLanes.Broadcast(*a);
                    c0 = TLanes.MultiplyAdd(x, b0, c0);
                    if (TVectors.Value > 1) d0 = TLanes.MultiplyAdd(x, b1, d0);
                }
                if (TRows.Value > 1)
                {
                    x = TLanes.Broadcast(*(a + aRow));
                    c1 = TLanes.MultiplyAdd(x, b0, c1);
                    if (TVectors.Value > 1) d1 = TLanes.MultiplyAdd(x, b1, d1);
                }
                if (TRows.Value > 2)
                {
                    x = TLanes.Broadcast(*(a + 2 * aRow));
                    c2 = TLanes.MultiplyAdd(x, b0, c2);
                    if (TVectors.Value > 1) d2 = TLanes.MultiplyAdd(x, b1, d2);
                }
                if (TRows.Value > 3)
                {
                    x = TLanes.Broadcast(*a3);
                    c3 = TLanes.MultiplyAdd(x, b0, c3);
                    if (TVectors.Value > 1) d3 = TLanes.MultiplyAdd(x, b1, d3);
                }
                if (TRows.Value > 4)
                {
                    x = TLanes.Broadcast(*(a3 + aRow));
                    c4 = TLanes.MultiplyAdd(x, b0, c4);
                    if (TVectors.Value > 1) d4 = TLanes.MultiplyAdd(x, b1, d4);
                }
                if (TRows.Value > 5)
                {
                    x = TLanes.Broadcast(*(a3 + 2 * aRow));
                    c5 = TLanes.MultiplyAdd(x, b0, c5);
                    if (TVectors.Value > 1) d5 = TLanes.MultiplyAdd(x, b1, d5);
                }
                if (TRows.Value > 6)
                {
                    x = TLanes.Broadcast(*a6);
                    c6 = TLanes.MultiplyAdd(x, b0, c6);
                    if (TVectors.Value > 1) d6 = TLanes.MultiplyAdd(x, b1, d6);
                }
                if (TRows.Value > 7)
                {
                    x = TLanes.Broadcast(*(a6 + aRow));
                    c7 = TLanes.MultiplyAdd(x, b0, c7);
                    if (TVectors.Value > 1) d7 = TLanes.MultiplyAdd(x, b1, d7);
                }
                if (TRows.Value > 8)
                {
                    x = TLanes.Broadcast(*(a6 + 2 * aRow));
                    c8 = TLanes.MultiplyAdd(x, b0, c8);
                    if (TVectors.Value > 1) d8 = TLanes.MultiplyAdd(x, b1, d8);
                }
                if (TRows.Value > 9)
                {
                    x = TLanes.Broadcast(*a9);
                    c9 = TLanes.MultiplyAdd(x, b0, c9);
                    if (TVectors.Value > 1) d9 = TLanes.MultiplyAdd(x, b1, d9);
                }
                if (TRows.Value > 10)
                {
                    x = TLanes.Broadcast(*(a9 + aRow));
                    c10 = TLanes.MultiplyAdd(x, b0, c10);
                    if (TVectors.Value > 1) d10 = TLanes.MultiplyAdd(x, b1, d10);
                }
                if (TRows.Value > 11)
                {
                    x = TLanes.Broadcast(*(a9 + 2 * aRow));
                    c11 = TLanes.MultiplyAdd(x, b0, c11);
                    if (TVectors.Value > 1) d11 = TLanes.MultiplyAdd(x, b1, d11);
                }
                if (TRows.Value > 12)
                {
                    x = TLanes.Broadcast(*a12);
                    c12 = TLanes.MultiplyAdd(x, b0, c12);
                    if (TVectors.Value > 1) d12 = TLanes.MultiplyAdd(x, b1, d12);
                }
                if (TRows.Value > 13)
                {
                    x = TLanes.Broadcast(*(a12 + aRow));
                    c13 = TLanes.MultiplyAdd(x, b0, c13);
                    if (TVectors.Value > 1) d13 = TLanes.MultiplyAdd(x, b1, d13);
                }
                b += bDepth;
                a += aDepth;
                if (TRows.Value > 3) a3 += aDepth;
                if (TRows.Value > 6) a6 += aDepth;
                if (TRows.Value > 9) a9 += aDepth;
                if (TRows.Value > 12) a12 += aDepth;
            }

            // The factor is applied while the chains are still in registers; b0, b1 and x are free by now.
            if (factor != 1)
            {
                TLanes scale = TLanes.Broadcast(factor), rest = TLanes.Broadcast(1 - factor);

                {
                    c0 = TLanes.MultiplyAdd(scale, c0, rest * TLanes.Load(start));
                    if (TVectors.Value > 1) d0 = TLanes.MultiplyAdd(scale, d0, rest * TLanes.Load(start + second));
                }
                if (TRows.Value > 1)
                {
                    c1 = TLanes.MultiplyAdd(scale, c1, rest * TLanes.Load(start + startRow));
                    if (TVectors.Value > 1) d1 = TLanes.MultiplyAdd(scale, d1, rest * TLanes.Load(start + startRow + second));
                }
                if (TRows.Value > 2)
                {
                    c2 = TLanes.MultiplyAdd(scale, c2, rest * TLanes.Load(start + 2 * startRow));
                    if (TVectors.Value > 1) d2 = TLanes.MultiplyAdd(scale, d2, rest * TLanes.Load(start + 2 * startRow + second));
                }
                if (TRows.Value > 3)
                {
                    c3 = TLanes.MultiplyAdd(scale, c3, rest * TLanes.Load(start + 3 * startRow));
                    if (TVectors.Value > 1) d3 = TLanes.MultiplyAdd(scale, d3, rest * TLanes.Load(start + 3 * startRow + second));
                }
                if (TRows.Value > 4)
                {
                    c4 = TLanes.MultiplyAdd(scale, c4, rest * TLanes.Load(start + 4 * startRow));
                    if (TVectors.Value > 1) d4 = TLanes.MultiplyAdd(scale, d4, rest * TLanes.Load(start + 4 * startRow + second));
                }
                if (TRows.Value > 5)
                {
                    c5 = TLanes.MultiplyAdd(scale, c5, rest * TLanes.Load(start + 5 * startRow));
                    if (TVectors.Value > 1) d5 = TLanes.MultiplyAdd(scale, d5, rest * TLanes.Load(start + 5 * startRow + second));
                }
                if (TRows.Value > 6)
                {
                    c6 = TLanes.MultiplyAdd(scale, c6, rest * TLanes.Load(start + 6 * startRow));
                    if (TVectors.Value > 1) d6 = TLanes.MultiplyAdd(scale, d6, rest * TLanes.Load(start + 6 * startRow + second));
                }
                if (TRows.Value > 7)
                {
                    c7 = TLanes.MultiplyAdd(scale, c7, rest * TLanes.Load(start + 7 * startRow));
                    if (TVectors.Value > 1) d7 = TLanes.MultiplyAdd(scale, d7, rest * TLanes.Load(start + 7 * startRow + second));
                }
                if (TRows.Value > 8)
                {
                    c8 = TLanes.MultiplyAdd(scale, c8, rest * TLanes.Load(start + 8 * startRow));
                    if (TVectors.Value > 1) d8 = TLanes.MultiplyAdd(scale, d8, rest * TLanes.Load(start + 8 * startRow + second));
                }
                if (TRows.Value > 9)
                {
                    c9 = TLanes.MultiplyAdd(scale, c9, rest * TLanes.Load(start + 9 * startRow));
                    if (TVectors.Value > 1) d9 = TLanes.MultiplyAdd(scale, d9, rest * TLanes.Load(start + 9 * startRow + second));
                }
                if (TRows.Value > 10)
                {
                    c10 = TLanes.MultiplyAdd(scale, c10, rest * TLanes.Load(start + 10 * startRow));
                    if (TVectors.Value > 1) d10 = TLanes.MultiplyAdd(scale, d10, rest * TLanes.Load(start + 10 * startRow + second));
                }
                if (TRows.Value > 11)
                {
                    c11 = TLanes.MultiplyAdd(scale, c11, rest * TLanes.Load(start + 11 * startRow));
                    if (TVectors.Value > 1) d11 = TLanes.MultiplyAdd(scale, d11, rest * TLanes.Load(start + 11 * startRow + second));
                }
                if (TRows.Value > 12)
                {
                    c12 = TLanes.MultiplyAdd(scale, c12, rest * TLanes.Load(start + 12 * startRow));
                    if (TVectors.Value > 1) d12 = TLanes.MultiplyAdd(scale, d12, rest * TLanes.Load(start + 12 * startRow + second));
                }
                if (TRows.Value > 13)
                {
                    c13 = TLanes.MultiplyAdd(scale, c13, rest * TLanes.Load(start + 13 * startRow));
                    if (TVectors.Value > 1) d13 = TLanes.MultiplyAdd(scale, d13, rest * TLanes.Load(start + 13 * startRow + second));
                }
            }

            { TLanes.Store(c0, c); if (TVectors.Value > 1) TLanes.Store(d0, c + second); }
            if (TRows.Value > 1) { TLanes.Store(c1, c + cRow); if (TVectors.Value > 1) TLanes.Store(d1, c + cRow + second); }
            if (TRows.Value > 2) { TLanes.Store(c2, c + 2 * cRow); if (TVectors.Value > 1) TLanes.Store(d2, c + 2 * cRow + second); }
            if (TRows.Value > 3) { TLanes.Store(c3, c + 3 * cRow); if (TVectors.Value > 1) TLanes.Store(d3, c + 3 * cRow + second); }
            if (TRows.Value > 4) { TLanes.Store(c4, c + 4 * cRow); if (TVectors.Value > 1) TLanes.Store(d4, c + 4 * cRow + second); }
            if (TRows.Value > 5) { TLanes.Store(c5, c + 5 * cRow); if (TVectors.Value > 1) TLanes.Store(d5, c + 5 * cRow + second); }
            if (TRows.Value > 6) { TLanes.Store(c6, c + 6 * cRow); if (TVectors.Value > 1) TLanes.Store(d6, c + 6 * cRow + second); }
            if (TRows.Value > 7) { TLanes.Store(c7, c + 7 * cRow); if (TVectors.Value > 1) TLanes.Store(d7, c + 7 * cRow + second); }
            if (TRows.Value > 8) { TLanes.Store(c8, c + 8 * cRow); if (TVectors.Value > 1) TLanes.Store(d8, c + 8 * cRow + second); }
            if (TRows.Value > 9) { TLanes.Store(c9, c + 9 * cRow); if (TVectors.Value > 1) TLanes.Store(d9, c + 9 * cRow + second); }
            if (TRows.Value > 10) { TLanes.Store(c10, c + 10 * cRow); if (TVectors.Value > 1) TLanes.Store(d10, c + 10 * cRow + second); }
            if (TRows.Value > 11) { TLanes.Store(c11, c + 11 * cRow); if (TVectors.Value > 1) TLanes.Store(d11, c + 11 * cRow + second); }
            if (TRows.Value > 12) { TLanes.Store(c12, c + 12 * cRow); if (TVectors.Value > 1) TLanes.Store(d12, c + 12 * cRow + second); }
            if (TRows.Value > 13) { TLanes.Store(c13, c + 13 * cRow); if (TVectors.Value > 1) TLanes.Store(d13, c + 13 * cRow + second); }

            first += aTile;
            start += TRows.Value * startRow;
            c += TRows.Value * cRow;
        }
    }

    /// <summary>1, 2, 4, 8 or 16 vectors (at most <see cref="MaxVectors"/>) of a single row. With one row, only several
    /// vectors of columns in parallel hide the latency. B is read once, in order.</summary>
    public static void SingleRow<TLanes>(
        int vectors, nint depth, Real* a, nint aDepth, Real* b, nint bDepth, Real* start, Real factor, Real* c)
        where TLanes : struct, ILanes<TLanes>
    {
        switch (vectors)
        {
            case 1: SingleRow<TLanes, One>(depth, a, aDepth, b, bDepth, start, factor, c); break;
            case 2: SingleRow<TLanes, Two>(depth, a, aDepth, b, bDepth, start, factor, c); break;
            case 4: SingleRow<TLanes, Four>(depth, a, aDepth, b, bDepth, start, factor, c); break;
            case 8: SingleRow<TLanes, Eight>(depth, a, aDepth, b, bDepth, start, factor, c); break;
            case 16: SingleRow<TLanes, Sixteen>(depth, a, aDepth, b, bDepth, start, factor, c); break;
            default: throw new ArgumentOutOfRangeException(nameof(vectors), vectors, "must be 1, 2, 4, 8 or 16");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SingleRow<TLanes, TVectors>(
        nint depth, Real* a, nint aDepth, Real* b, nint bDepth, Real* start, Real factor, Real* c)
        where TLanes : struct, ILanes<TLanes>
        where TVectors : struct, ICount
    {
        nint count = TLanes.Count;
        TLanes c0 = TLanes.Load(start);
        TLanes c1 = TVectors.Value > 1 ? TLanes.Load(start + count) : c0;
        TLanes c2 = TVectors.Value > 2 ? TLanes.Load(start + 2 * count) : c0;
        TLanes c3 = TVectors.Value > 3 ? TLanes.Load(start + 3 * count) : c0;
        TLanes c4 = TVectors.Value > 4 ? TLanes.Load(start + 4 * count) : c0;
        TLanes c5 = TVectors.Value > 5 ? TLanes.Load(start + 5 * count) : c0;
        TLanes c6 = TVectors.Value > 6 ? TLanes.Load(start + 6 * count) : c0;
        TLanes c7 = TVectors.Value > 7 ? TLanes.Load(start + 7 * count) : c0;
        TLanes c8 = TVectors.Value > 8 ? TLanes.Load(start + 8 * count) : c0;
        TLanes c9 = TVectors.Value > 9 ? TLanes.Load(start + 9 * count) : c0;
        TLanes c10 = TVectors.Value > 10 ? TLanes.Load(start + 10 * count) : c0;
        TLanes c11 = TVectors.Value > 11 ? TLanes.Load(start + 11 * count) : c0;
        TLanes c12 = TVectors.Value > 12 ? TLanes.Load(start + 12 * count) : c0;
        TLanes c13 = TVectors.Value > 13 ? TLanes.Load(start + 13 * count) : c0;
        TLanes c14 = TVectors.Value > 14 ? TLanes.Load(start + 14 * count) : c0;
        TLanes c15 = TVectors.Value > 15 ? TLanes.Load(start + 15 * count) : c0;
        for (var p = depth; p > 0; p--)
        {
            var x = TLanes.Broadcast(*a);
            c0 = TLanes.MultiplyAdd(x, TLanes.Load(b), c0);
            if (TVectors.Value > 1) c1 = TLanes.MultiplyAdd(x, TLanes.Load(b + count), c1);
            if (TVectors.Value > 2) c2 = TLanes.MultiplyAdd(x, TLanes.Load(b + 2 * count), c2);
            if (TVectors.Value > 3) c3 = TLanes.MultiplyAdd(x, TLanes.Load(b + 3 * count), c3);
            if (TVectors.Value > 4) c4 = TLanes.MultiplyAdd(x, TLanes.Load(b + 4 * count), c4);
            if (TVectors.Value > 5) c5 = TLanes.MultiplyAdd(x, TLanes.Load(b + 5 * count), c5);
            if (TVectors.Value > 6) c6 = TLanes.MultiplyAdd(x, TLanes.Load(b + 6 * count), c6);
            if (TVectors.Value > 7) c7 = TLanes.MultiplyAdd(x, TLanes.Load(b + 7 * count), c7);
            if (TVectors.Value > 8) c8 = TLanes.MultiplyAdd(x, TLanes.Load(b + 8 * count), c8);
            if (TVectors.Value > 9) c9 = TLanes.MultiplyAdd(x, TLanes.Load(b + 9 * count), c9);
            if (TVectors.Value > 10) c10 = TLanes.MultiplyAdd(x, TLanes.Load(b + 10 * count), c10);
            if (TVectors.Value > 11) c11 = TLanes.MultiplyAdd(x, TLanes.Load(b + 11 * count), c11);
            if (TVectors.Value > 12) c12 = TLanes.MultiplyAdd(x, TLanes.Load(b + 12 * count), c12);
            if (TVectors.Value > 13) c13 = TLanes.MultiplyAdd(x, TLanes.Load(b + 13 * count), c13);
            if (TVectors.Value > 14) c14 = TLanes.MultiplyAdd(x, TLanes.Load(b + 14 * count), c14);
            if (TVectors.Value > 15) c15 = TLanes.MultiplyAdd(x, TLanes.Load(b + 15 * count), c15);
            a += aDepth;
            b += bDepth;
        }

        if (factor != 1)
        {
            TLanes scale = TLanes.Broadcast(factor), rest = TLanes.Broadcast(1 - factor);
            c0 = TLanes.MultiplyAdd(scale, c0, rest * TLanes.Load(start));
            if (TVectors.Value > 1) c1 = TLanes.MultiplyAdd(scale, c1, rest * TLanes.Load(start + count));
            if (TVectors.Value > 2) c2 = TLanes.MultiplyAdd(scale, c2, rest * TLanes.Load(start + 2 * count));
            if (TVectors.Value > 3) c3 = TLanes.MultiplyAdd(scale, c3, rest * TLanes.Load(start + 3 * count));
            if (TVectors.Value > 4) c4 = TLanes.MultiplyAdd(scale, c4, rest * TLanes.Load(start + 4 * count));
            if (TVectors.Value > 5) c5 = TLanes.MultiplyAdd(scale, c5, rest * TLanes.Load(start + 5 * count));
            if (TVectors.Value > 6) c6 = TLanes.MultiplyAdd(scale, c6, rest * TLanes.Load(start + 6 * count));
            if (TVectors.Value > 7) c7 = TLanes.MultiplyAdd(scale, c7, rest * TLanes.Load(start + 7 * count));
            if (TVectors.Value > 8) c8 = TLanes.MultiplyAdd(scale, c8, rest * TLanes.Load(start + 8 * count));
            if (TVectors.Value > 9) c9 = TLanes.MultiplyAdd(scale, c9, rest * TLanes.Load(start + 9 * count));
            if (TVectors.Value > 10) c10 = TLanes.MultiplyAdd(scale, c10, rest * TLanes.Load(start + 10 * count));
            if (TVectors.Value > 11) c11 = TLanes.MultiplyAdd(scale, c11, rest * TLanes.Load(start + 11 * count));
            if (TVectors.Value > 12) c12 = TLanes.MultiplyAdd(scale, c12, rest * TLanes.Load(start + 12 * count));
            if (TVectors.Value > 13) c13 = TLanes.MultiplyAdd(scale, c13, rest * TLanes.Load(start + 13 * count));
            if (TVectors.Value > 14) c14 = TLanes.MultiplyAdd(scale, c14, rest * TLanes.Load(start + 14 * count));
            if (TVectors.Value > 15) c15 = TLanes.MultiplyAdd(scale, c15, rest * TLanes.Load(start + 15 * count));
        }

        TLanes.Store(c0, c);
        if (TVectors.Value > 1) TLanes.Store(c1, c + count);
        if (TVectors.Value > 2) TLanes.Store(c2, c + 2 * count);
        if (TVectors.Value > 3) TLanes.Store(c3, c + 3 * count);
        if (TVectors.Value > 4) TLanes.Store(c4, c + 4 * count);
        if (TVectors.Value > 5) TLanes.Store(c5, c + 5 * count);
        if (TVectors.Value > 6) TLanes.Store(c6, c + 6 * count);
        if (TVectors.Value > 7) TLanes.Store(c7, c + 7 * count);
        if (TVectors.Value > 8) TLanes.Store(c8, c + 8 * count);
        if (TVectors.Value > 9) TLanes.Store(c9, c + 9 * count);
        if (TVectors.Value > 10) TLanes.Store(c10, c + 10 * count);
        if (TVectors.Value > 11) TLanes.Store(c11, c + 11 * count);
        if (TVectors.Value > 12) TLanes.Store(c12, c + 12 * count);
        if (TVectors.Value > 13) TLanes.Store(c13, c + 13 * count);
        if (TVectors.Value > 14) TLanes.Store(c14, c + 14 * count);
        if (TVectors.Value > 15) TLanes.Store(c15, c + 15 * count);
    }

    private struct One : ICount { public static int Value => 1; }
    private struct Two : ICount { public static int Value => 2; }
    private struct Four : ICount { public static int Value => 4; }
    private struct Eight : ICount { public static int Value => 8; }
    private struct Sixteen : ICount { public static int Value => 16; }
    private struct Rows1 : ICount { public static int Value => 1; }
    private struct Rows2 : ICount { public static int Value => 2; }
    private struct Rows3 : ICount { public static int Value => 3; }
    private struct Rows4 : ICount { public static int Value => 4; }
    private struct Rows5 : ICount { public static int Value => 5; }
    private struct Rows6 : ICount { public static int Value => 6; }
    private struct Rows7 : ICount { public static int Value => 7; }
    private struct Rows8 : ICount { public static int Value => 8; }
    private struct Rows9 : ICount { public static int Value => 9; }
    private struct Rows10 : ICount { public static int Value => 10; }
    private struct Rows11 : ICount { public static int Value => 11; }
    private struct Rows12 : ICount { public static int Value => 12; }
    private struct Rows13 : ICount { public static int Value => 13; }
    private struct Rows14 : ICount { public static int Value => 14; }
}
