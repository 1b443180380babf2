using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>Moves all singular values of a matrix close to 1 and keeps its singular vectors, with matrix products only.</summary>
/// <remarks>
/// X ← X / (‖X‖ + 1e-7), with the Frobenius norm. Then several times X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ. A singular value s becomes
/// a·s + b·s³ + c·s⁵. The coefficients below raise small values fast, and values end between 0.7 and 1.2. Jordan et al. (2024), "Muon: an
/// optimizer for hidden layers in neural networks"; the iteration is by Newton and Schulz.
/// </remarks>
internal static class Orthogonalization
{
    private const double A = 3.4445, B = -4.7750, C = 2.0315, Tiny = 1e-7;

    // Few enough rows that half of the products of large matrices are saved, and enough for tiles of full height.
    private const int RowsOfBlock = 42, ColumnsOfTile = 32;

    /// <summary>Replaces X by scale · X with singular values close to 1. The zero matrix stays zero.</summary>
    /// <param name="x">[rows × columns], changed in place.</param>
    /// <param name="iterations">≥ 1</param>
    /// <param name="scale">Multiplies the result.</param>
    public static void Compute(Matrix x, int iterations, double scale)
    {
        int side = Math.Min(x.Rows, x.Columns), other = Math.Max(x.Rows, x.Columns), area = side * side, length = x.Values.Length;
        var room = Scratch.Rent(checked(2 * area + 2 * length));
        var gram = new Matrix(room.AsSpan(0, area), side, side);
        var polynomial = new Matrix(room.AsSpan(area, area), side, side);
        Matrix from = new(room.AsSpan(2 * area, length), side, other), to = new(room.AsSpan(2 * area + length, length), side, other);
        if (x.Rows == side) x.Values.CopyTo(from.Values);
        else MatrixTranspose.Copy(x, from);
        Multiply(from.Values, 1 / (Math.Sqrt(Sums.OfSquares(from.Values)) + Tiny));
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            ProductWithOwnTransposed(from, gram);
            ProductWithOwnTransposed(gram, polynomial); // A² = A·Aᵀ, because A is symmetric
            Elementwise.Zip(new Combination((Real)B, (Real)C), gram.Values, polynomial.Values, polynomial.Values);
            for (var i = 0; i < side; i++) polynomial.Values[i * side + i] += (Real)A;
            MatrixMultiply.TransposedProduct(polynomial, from, to);
            var last = from;
            from = to;
            to = last;
        }
        Multiply(from.Values, scale);
        if (x.Rows == side) from.Values.CopyTo(x.Values);
        else MatrixTranspose.Copy(from, x);
        Scratch.Return(room);
    }

    // The product is symmetric: of each block of rows, what is right of its diagonal block is copied from below.
    private static void ProductWithOwnTransposed(ReadOnlyMatrix x, Matrix product)
    {
        var blocks = Math.Max(1, x.Rows / RowsOfBlock);
        for (var block = 0; block < blocks; block++)
        {
            int first = x.Rows * block / blocks, end = x.Rows * (block + 1) / blocks;
            var columns = Math.Min(x.Rows, (end + ColumnsOfTile - 1) / ColumnsOfTile * ColumnsOfTile);
            var rows = product.RowRange(first, end - first);
            MatrixMultiply.ProductWithTransposed(
                x.RowRange(first, end - first), x.RowRange(0, columns), new MatrixColumns(rows, 0, columns));
            var above = new MatrixColumns(product.RowRange(0, first), first, end - first);
            MatrixTranspose.Copy(new ReadOnlyMatrixColumns(rows, 0, first), above);
        }
    }

    private static void Multiply(Span<Real> values, double factor) =>
        Elementwise.Map(new Arithmetic.Multiple((Real)factor), values, values);

    private readonly struct Combination(Real b, Real c) : IFunctionOfTwo
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes gram, TLanes square) where TLanes : struct, ILanes<TLanes> =>
            TLanes.MultiplyAdd(TLanes.Broadcast(c), square, TLanes.Broadcast(b) * gram);
    }
}
