using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>Moves all singular values of a matrix close to 1 and keeps its singular vectors, with matrix products only.</summary>
/// <remarks>
/// X ← X / (‖X‖ + 1e-7), with the Frobenius norm. Then several times X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ, or A = Xᵀ·X on the other side
/// if X has more rows than columns. So A has the shorter side. A singular value s becomes a·s + b·s³ + c·s⁵. With the
/// coefficients below, this raises small values fast, and ends between 0.7 and 1.2. Jordan et al. (2024), "Muon: an optimizer for hidden
/// layers in neural networks"; the iteration is by Newton and Schulz.
/// </remarks>
internal static class Orthogonalization
{
    private const double A = 3.4445, B = -4.7750, C = 2.0315, Tiny = 1e-7;

    /// <summary>Replaces X by scale · X with singular values close to 1. The zero matrix stays zero.</summary>
    /// <param name="x">[rows × columns], changed in place.</param>
    /// <param name="iterations">≥ 1</param>
    /// <param name="scale">Multiplies the result.</param>
    public static void Compute(Matrix x, int iterations, double scale)
    {
        var isWide = x.Rows <= x.Columns;
        int side = Math.Min(x.Rows, x.Columns), area = side * side;
        var room = Scratch.Rent(checked(2 * area + x.Values.Length));
        var gram = new Matrix(room.AsSpan(0, area), side, side);
        var polynomial = new Matrix(room.AsSpan(area, area), side, side);
        Matrix from = x, to = new(room.AsSpan(2 * area, x.Values.Length), x.Rows, x.Columns);
        Multiply(x.Values, 1 / (Math.Sqrt(Sums.OfSquares(x.Values)) + Tiny));
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            if (isWide) MatrixMultiply.ProductWithTransposed(from, from, gram);
            else MatrixMultiply.TransposedProduct(from, from, gram);
            // A is symmetric to the last bit, so A·Aᵀ is A².
            MatrixMultiply.ProductWithTransposed(gram, gram, polynomial);
            Elementwise.Zip(new Combination((Real)B, (Real)C), gram.Values, polynomial.Values, polynomial.Values);
            for (var i = 0; i < side; i++) polynomial.Values[i * side + i] += (Real)A;
            if (isWide) MatrixMultiply.TransposedProduct(polynomial, from, to);
            else MatrixMultiply.ProductWithTransposed(from, polynomial, to);
            var last = from;
            from = to;
            to = last;
        }
        if (iterations % 2 == 1) from.Values.CopyTo(x.Values);
        Multiply(x.Values, scale);
        Scratch.Return(room);
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
