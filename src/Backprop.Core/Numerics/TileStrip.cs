namespace Backprop.Numerics;

/// <summary>Some rows of a product C = start + factor·A·B, and one or two vectors of its columns. One call of <see cref="MatrixTile"/>
/// computes it, tile below tile.</summary>
/// <param name="rows">Rows of C.</param>
/// <param name="depth">Length of the chains.</param>
/// <param name="second">Offset of the second vector from the first: less than a vector if few columns are left, 0 if there is only one
/// vector.</param>
/// <param name="a">A(i, p) = a[i·aRow + (firstStep + p)·aDepth], unless it is copied by tiles.</param>
/// <param name="aRow">Distance of two rows of A.</param>
/// <param name="aDepth">Distance of two steps of depth in A.</param>
/// <param name="b">B(p, j) = b[p·bDepth + j].</param>
/// <param name="bDepth">Distance of two steps of depth in B.</param>
/// <param name="start">Where the chain of row i and column j starts: start[i·startRow + j].</param>
/// <param name="startRow">Distance of two rows of the starts; 0 if all rows have the same starts.</param>
/// <param name="factor">Multiplies the end of each chain. Then (1 − factor) times its start is added.</param>
/// <param name="c">C(i, j) = c[i·cRow + j], overwritten.</param>
/// <param name="cRow">Distance of two rows of C.</param>
/// <param name="copiedDepth">The number of steps in a copy of A tile by tile; 0 if A is not copied. In a copy, the rows of a tile are
/// adjacent at each step, and the steps follow one another.</param>
/// <param name="firstStep">The first step of the depth in A.</param>
internal readonly unsafe struct TileStrip(
    int rows, nint depth, nint second, Real* a, nint aRow, nint aDepth, Real* b, nint bDepth, Real* start, nint startRow, Real factor,
    Real* c, nint cRow, nint copiedDepth = 0, nint firstStep = 0)
{
    public readonly int Rows = rows;
    public readonly nint Depth = depth, Second = second, ARow = aRow, BDepth = bDepth, StartRow = startRow, CRow = cRow;
    public readonly Real* A = a, B = b, Start = start, C = c;
    public readonly Real Factor = factor;

    /// <summary>Distance of two steps of depth in A, within a tile of <paramref name="height"/> rows.</summary>
    public nint DepthOf(int height) => copiedDepth > 0 ? height : aDepth;

    /// <summary>The offset in A of the tile that has <paramref name="rows"/> rows above it.</summary>
    public nint TileAfter(int rows) => rows * (copiedDepth > 0 ? copiedDepth : ARow);

    /// <summary>The offset in A of the first step, within a tile of <paramref name="height"/> rows.</summary>
    public nint StartOf(int height) => firstStep * DepthOf(height);

    /// <summary>Some of the rows, and one shard of the depth.</summary>
    /// <param name="row">The first row; 0 if A is copied by tiles.</param>
    /// <param name="count">Number of rows; all of them if A is copied by tiles.</param>
    /// <param name="first">The first step of the shard.</param>
    /// <param name="steps">Number of steps of the shard.</param>
    /// <param name="target">C of these rows, overwritten.</param>
    /// <param name="targetRow">Distance of two rows of the target.</param>
    public TileStrip Shard(int row, int count, int first, int steps, Real* target, nint targetRow) => new(
        count, steps, Second, A + row * ARow, ARow, aDepth, B + first * BDepth, BDepth, Start + row * StartRow, StartRow, Factor,
        target, targetRow, copiedDepth, first);

    /// <summary>Cuts rows into as few tiles as possible, of heights as equal as possible: in a low tile, the processor waits for its
    /// chains.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="maxHeight">The maximum height.</param>
    public static TileHeights Cut(int rows, int maxHeight)
    {
        var tiles = (rows + maxHeight - 1) / maxHeight;
        return tiles == 0 ? default : new TileHeights(tiles, rows / tiles, rows % tiles);
    }
}

/// <summary>The heights of tiles, one below the other.</summary>
/// <param name="Tiles">Number of tiles.</param>
/// <param name="Low">The height of the low tiles.</param>
/// <param name="Higher">How many tiles, from the first on, are one row higher.</param>
internal readonly record struct TileHeights(int Tiles, int Low, int Higher)
{
    /// <summary>The height of the first tile.</summary>
    public int Highest => Higher > 0 ? Low + 1 : Low;
}
