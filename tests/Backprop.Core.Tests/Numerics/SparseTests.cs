using Backprop.Numerics;

namespace Backprop.Core.Tests.Numerics;

public class SparseTests
{
    [Theory]
    [InlineData(1, 5, 1)]
    [InlineData(3, 40, 7)]
    [InlineData(9, 100, 16)]
    [InlineData(20, 300, 64)]
    [InlineData(33, 50, 67)]
    [InlineData(2, 9, 130)]
    public void Products_have_the_bits_of_dense_ones(int rows, int columns, int outputs)
    {
        var random = new Random(rows);
        var x = TestNumbers.Normal(rows * columns, 1);
        for (var i = 0; i < x.Length; i++)
            if (random.Next(4) > 0) x[i] = 0;
        float[] w = TestNumbers.Normal(columns * outputs, 2), b = TestNumbers.Normal(outputs, 3),
            dy = TestNumbers.Normal(rows * outputs, 4);
        float[] y = new float[rows * outputs], expectedY = new float[rows * outputs], dw = new float[columns * outputs],
            expectedDw = new float[columns * outputs];
        var batch = new SparseBatch(columns);
        for (var row = 0; row < rows; row++) batch.Add([], x.AsSpan(row * columns, columns), []);
        batch.Transpose();

        PlainMatrixMultiply.Product(
            new ReadOnlyMatrix(x, rows, columns), new ReadOnlyMatrix(w, columns, outputs), b, new Matrix(expectedY, rows, outputs));
        SparseMultiply.Product(batch, 0, new ReadOnlyMatrix(w, columns, outputs), b, new Matrix(y, rows, outputs));
        Assert.Equal(expectedY, y);

        PlainMatrixMultiply.TransposedProduct(
            new ReadOnlyMatrix(x, rows, columns), new ReadOnlyMatrix(dy, rows, outputs), new Matrix(expectedDw, columns, outputs));
        var half = columns / 2;
        SparseMultiply.TransposedProduct(
            batch, 0, 0, new ReadOnlyMatrix(dy, rows, outputs), new Matrix(dw.AsSpan(0, half * outputs), half, outputs));
        SparseMultiply.TransposedProduct(
            batch, half, 0, new ReadOnlyMatrix(dy, rows, outputs), new Matrix(dw.AsSpan(half * outputs), columns - half, outputs));
        Assert.Equal(expectedDw, dw);
    }

    [Fact]
    public void A_batch_can_be_used_again_and_grows()
    {
        var batch = new SparseBatch(1000);
        foreach (var rows in new[] { 1, 50, 3 })
        {
            batch.Clear();
            for (var row = 0; row < rows; row++) batch.Add([row, row + 7, 999], [1, 2, row], TestNumbers.Normal(1000, 1));
            batch.Transpose();
            Assert.Equal((rows, rows - 1), (batch.Rows, batch.RowsOf(999).Length)); // the value of row 0 is 0, and left out
            Assert.Equal(Enumerable.Range(1, rows - 1), batch.RowsOf(999).ToArray());
            Assert.Equal([rows - 1, rows + 6, .. rows > 1 ? new[] { 999 } : []], batch.ColumnsOf(rows - 1).ToArray());
        }
    }

    [Fact]
    public void Arrays_that_contradict_each_other_are_refused()
    {
        Assert.Equal([0, 5, 0], Row(new SparseMatrix([0, 1], [1], [5], 3)));
        Assert.Throws<ArgumentException>("starts", () => new SparseMatrix([0, 2], [1], [5], 3));
        Assert.Throws<ArgumentException>("starts", () => new SparseMatrix([0, 2, 1, 3], [0, 1, 2], [5, 5, 5], 3));
        Assert.Throws<ArgumentException>("columns", () => new SparseMatrix([0, 2], [1, 1], [5, 6], 3));
        Assert.Throws<ArgumentException>("columns", () => new SparseMatrix([0, 1], [3], [5], 3));
        Assert.Contains(
            "Row 1, column 2",
            Assert.Throws<ArgumentException>("values", () => new SparseMatrix([0, 1, 2], [0, 2], [5, float.NaN], 3)).Message,
            StringComparison.Ordinal);

        static float[] Row(SparseMatrix matrix)
        {
            var row = new float[matrix.Columns];
            matrix.CopyRow(0, row);
            return row;
        }
    }
}
