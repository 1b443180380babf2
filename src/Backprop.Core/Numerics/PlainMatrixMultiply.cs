namespace Backprop.Numerics;

/// <summary>The three products of backpropagation as a textbook writes them: the reference for <see cref="MatrixMultiply"/>.</summary>
/// <remarks>
/// Every output is one chain of multiply-adds (<see cref="Fused"/>) in the order of the inner index. <see cref="MatrixMultiply"/> keeps
/// that order, so the two agree to the last bit.
/// </remarks>
internal static class PlainMatrixMultiply
{
    /// <summary>y = x·W + b, with b in every row.</summary>
    public static void Product(ReadOnlyMatrix x, ReadOnlyMatrix w, ReadOnlySpan<Real> b, Matrix y)
    {
        for (var row = 0; row < y.Rows; row++)
            for (var j = 0; j < y.Columns; j++)
            {
                var sum = b[j];
                for (var k = 0; k < w.Rows; k++) sum = Fused.MultiplyAdd(x.Row(row)[k], w.Row(k)[j], sum);
                y.Row(row)[j] = sum;
            }
    }

    /// <summary>dx = dy·Wᵀ.</summary>
    public static void ProductWithTransposed(ReadOnlyMatrix dy, ReadOnlyMatrix w, Matrix dx)
    {
        for (var row = 0; row < dx.Rows; row++)
            for (var k = 0; k < dx.Columns; k++)
            {
                Real sum = 0;
                for (var j = 0; j < w.Columns; j++) sum = Fused.MultiplyAdd(dy.Row(row)[j], w.Row(k)[j], sum);
                dx.Row(row)[k] = sum;
            }
    }

    /// <summary>dW = xᵀ·dy.</summary>
    public static void TransposedProduct(ReadOnlyMatrix x, ReadOnlyMatrix dy, Matrix dw)
    {
        for (var k = 0; k < dw.Rows; k++)
            for (var j = 0; j < dw.Columns; j++)
            {
                Real sum = 0;
                for (var row = 0; row < x.Rows; row++) sum = Fused.MultiplyAdd(x.Row(row)[k], dy.Row(row)[j], sum);
                dw.Row(k)[j] = sum;
            }
    }
}
