namespace Backprop.Numerics;

/// <summary>Some rows of a product C = start + factor·A·B, and one or two vectors of its columns: what <see cref="MatrixTile"/> computes at
/// once, tile below tile.</summary>
/// <param name="rows">Rows of C.</param>
/// <param name="depth">Length of the chains.</param>
/// <param name="second">Where the second vector begins, counted from the first: less than a vector when few columns are left, 0 when there
/// is only one.</param>
/// <param name="a">A(i, p) = a[i·aRow + p·aDepth], unless it is copied by tiles.</param>
/// <param name="aRow">Distance of two rows of A.</param>
/// <param name="aDepth">Distance of two steps of depth in A.</param>
/// <param name="b">B(p, j) = b[p·bDepth + j].</param>
/// <param name="bDepth">Distance of two steps of depth in B.</param>
/// <param name="start">Where the chain of row i and column j starts: start[i·startRow + j].</param>
/// <param name="startRow">Distance of two rows of the starts; 0 when all rows start alike.</param>
/// <param name="factor">Multiplies A·B: what the chains took of their starts is added again.</param>
/// <param name="c">C(i, j) = c[i·cRow + j], overwritten.</param>
/// <param name="cRow">Distance of two rows of C.</param>
/// <param name="isCopiedByTiles">Whether A is copied tile by tile. Then the rows of a tile are adjacent at each step of the
/// depth, and the steps follow one another.</param>
internal readonly unsafe struct TileStrip(
    int rows, nint depth, nint second, Real* a, nint aRow, nint aDepth, Real* b, nint bDepth, Real* start, nint startRow, Real factor,
    Real* c, nint cRow, bool isCopiedByTiles = false)
{
    public readonly int Rows = rows;
    public readonly nint Depth = depth, Second = second, ARow = aRow, BDepth = bDepth, StartRow = startRow, CRow = cRow;
    public readonly Real* A = a, B = b, Start = start, C = c;
    public readonly Real Factor = factor;

    /// <summary>Distance of two steps of depth in A, within a tile of <paramref name="height"/> rows.</summary>
    public nint DepthOf(int height) => isCopiedByTiles ? height : aDepth;

    /// <summary>Where in A the tile begins that has <paramref name="rows"/> rows above it.</summary>
    public nint TileAfter(int rows) => rows * (isCopiedByTiles ? Depth : ARow);

    /// <summary>Cuts rows into as few tiles as possible, of heights as equal as possible: a low tile leaves the processor waiting for its
    /// chains.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="most">The greatest height.</param>
    public static TileHeights Cut(int rows, int most)
    {
        var tiles = (rows + most - 1) / most;
        return tiles == 0 ? default : new TileHeights(tiles, rows / tiles, rows % tiles);
    }
}

/// <summary>The heights of tiles, one below the other.</summary>
/// <param name="Tiles">How many.</param>
/// <param name="Low">The height of the others.</param>
/// <param name="Higher">How many, from the first on, are one row higher.</param>
internal readonly record struct TileHeights(int Tiles, int Low, int Higher)
{
    /// <summary>The height of the first.</summary>
    public int Highest => Higher > 0 ? Low + 1 : Low;
}
