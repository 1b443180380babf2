namespace Backprop.Numerics;

/// <summary>Some rows of a product C = start + factor·A·B, and one or two vectors of its columns: what <see cref="MatrixTile"/> computes at once, tile below tile.</summary>
internal readonly unsafe struct TileStrip
{
    /// <summary>Rows of C.</summary>
    public required int Rows { get; init; }

    /// <summary>Length of the chains.</summary>
    public required nint Depth { get; init; }

    /// <summary>Where the second vector begins, counted from the first: less than a vector when few columns are left, 0 when there is only one.</summary>
    public required nint Second { get; init; }

    /// <summary>A(i, p) = A[i·ARow + p·ADepth], unless <see cref="IsCopiedByTiles"/>.</summary>
    public required Real* A { get; init; }

    /// <summary>Distance of two rows of A.</summary>
    public required nint ARow { get; init; }

    /// <summary>Distance of two steps of depth in A.</summary>
    public required nint ADepth { get; init; }

    /// <summary>Whether A lies tile after tile, and the rows of a tile side by side, one step of the depth after the other.</summary>
    public bool IsCopiedByTiles { get; init; }

    /// <summary>B(p, j) = B[p·BDepth + j].</summary>
    public required Real* B { get; init; }

    /// <summary>Distance of two steps of depth in B.</summary>
    public required nint BDepth { get; init; }

    /// <summary>Where the chain of row i and column j starts: Start[i·StartRow + j].</summary>
    public required Real* Start { get; init; }

    /// <summary>Distance of two rows of the starts; 0 when all rows start alike.</summary>
    public required nint StartRow { get; init; }

    /// <summary>Multiplies A·B: what the chains took of their starts is added again.</summary>
    public required Real Factor { get; init; }

    /// <summary>C(i, j) = C[i·CRow + j], overwritten.</summary>
    public required Real* C { get; init; }

    /// <summary>Distance of two rows of C.</summary>
    public required nint CRow { get; init; }

    /// <summary>Distance of two steps of depth in A, within a tile of <paramref name="height"/> rows.</summary>
    public nint DepthOf(int height) => IsCopiedByTiles ? height : ADepth;

    /// <summary>Where in A the tile begins that has <paramref name="rows"/> rows above it.</summary>
    public nint TileAfter(int rows) => rows * (IsCopiedByTiles ? Depth : ARow);

    /// <summary>Cuts rows into as few tiles as possible, of heights as equal as possible: a low tile leaves the processor waiting for its chains.</summary>
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
