using Backprop.Numerics;
using CsCheck;

namespace Backprop.Core.Tests.Numerics;

/// <summary>Products of some columns of wider matrices have the bits of the same columns copied together, and leave the others
/// alone.</summary>
public class MatrixColumnsTests
{
    // Beyond 1024 columns rows are copied before they are multiplied.
    private static readonly Gen<int> Size = Gen.Frequency((9, Gen.Int[1, 70]), (1, Gen.Int[71, 330]));
    private static readonly Gen<int> Beside = Gen.Frequency((3, Gen.Int[0, 40]), (1, Gen.Int[41, 1100]));
    private static readonly Gen<Case> Cases = Gen.Select(
        Size, Size, Size, Beside, Beside, Gen.Int[0, 1000],
        (rows, inputs, outputs, before, behind, seed) => new Case(rows, inputs, outputs, before, behind, seed));

    [Fact]
    public void Product() => Cases.Sample(c =>
    {
        var b = TestNumbers.Normal(c.Outputs, c.Seed + 3);
        var expected = new Matrix(TestNumbers.Unassigned(c.Rows * c.Outputs), c.Rows, c.Outputs);
        PlainMatrixMultiply.Product(c.Narrow(c.Inputs, 0), c.W, b, expected);

        foreach (var packed in (float[][])[[], MatrixMultiply.Pack(c.W)])
        {
            var y = c.Wide(c.Outputs, 9);
            MatrixMultiply.Product(c.Columns(c.Wide(c.Inputs, 0), c.Inputs), c.W, packed, b, new MatrixColumns(y, c.Before, c.Outputs));
            c.AssertHolds(expected, y, c.Wide(c.Outputs, 9));
        }
    }, iter: 300);

    [Fact]
    public void Product_with_transposed() => Cases.Sample(c =>
    {
        var expected = new Matrix(TestNumbers.Unassigned(c.Rows * c.Inputs), c.Rows, c.Inputs);
        PlainMatrixMultiply.ProductWithTransposed(c.Narrow(c.Outputs, 0), c.W, expected);
        var dx = c.Wide(c.Inputs, 9);
        MatrixMultiply.ProductWithTransposed(c.Columns(c.Wide(c.Outputs, 0), c.Outputs), c.W, new MatrixColumns(dx, c.Before, c.Inputs));
        c.AssertHolds(expected, dx, c.Wide(c.Inputs, 9));
    }, iter: 300);

    [Fact]
    public void Transposed_product_and_sum_of_rows() => Cases.Sample(c =>
    {
        float[] expected = TestNumbers.Unassigned(c.Inputs * c.Outputs), found = TestNumbers.Unassigned(c.Inputs * c.Outputs);
        PlainMatrixMultiply.TransposedProduct(c.Narrow(c.Inputs, 0), c.Narrow(c.Outputs, 1), new Matrix(expected, c.Inputs, c.Outputs));
        var dy = c.Columns(c.Wide(c.Outputs, 1), c.Outputs);
        MatrixMultiply.TransposedProduct(c.Columns(c.Wide(c.Inputs, 0), c.Inputs), dy, new Matrix(found, c.Inputs, c.Outputs));
        TestNumbers.AssertSameBits(expected, found);

        float[] expectedSum = TestNumbers.Unassigned(c.Outputs), sum = TestNumbers.Unassigned(c.Outputs);
        MatrixMultiply.SumOfRows(c.Narrow(c.Outputs, 1), expectedSum);
        MatrixMultiply.SumOfRows(dy, sum);
        TestNumbers.AssertSameBits(expectedSum, sum);
    }, iter: 300);

    [Fact]
    public void Columns_that_are_not_there_are_refused()
    {
        Assert.Contains(
            "2 columns from there on do not fit 3 columns",
            Assert.Throws<ArgumentOutOfRangeException>(
                "first", () => new ReadOnlyMatrixColumns(new ReadOnlyMatrix(new float[6], 2, 3), 2, 2).Columns).Message);
        Assert.Throws<ArgumentOutOfRangeException>("first", () => new MatrixColumns(new Matrix(new float[6], 2, 3), -1, 2).Columns);
        Assert.Throws<ArgumentException>(
            () => MatrixMultiply.SumOfRows(new ReadOnlyMatrixColumns(new ReadOnlyMatrix(new float[6], 2, 3), 1, 2), new float[3]));
    }

    private sealed record Case(int Rows, int Inputs, int Outputs, int Before, int Behind, int Seed)
    {
        public ReadOnlyMatrix W => new(TestNumbers.Normal(Inputs * Outputs, Seed + 5), Inputs, Outputs);

        public Matrix Wide(int columns, int seed) =>
            new(TestNumbers.Normal(Rows * (Before + columns + Behind), Seed + seed), Rows, Before + columns + Behind);

        public ReadOnlyMatrixColumns Columns(ReadOnlyMatrix wide, int columns) => new(wide, Before, columns);

        public ReadOnlyMatrix Narrow(int columns, int seed)
        {
            Matrix wide = Wide(columns, seed), narrow = new(new float[Rows * columns], Rows, columns);
            for (var row = 0; row < Rows; row++) wide.Row(row).Slice(Before, columns).CopyTo(narrow.Row(row));
            return narrow;
        }

        public void AssertHolds(ReadOnlyMatrix expected, ReadOnlyMatrix found, ReadOnlyMatrix untouched)
        {
            for (var row = 0; row < Rows; row++)
            {
                TestNumbers.AssertSameBits(expected.Row(row), found.Row(row).Slice(Before, expected.Columns));
                TestNumbers.AssertSameBits(untouched.Row(row)[..Before], found.Row(row)[..Before]);
                TestNumbers.AssertSameBits(
                    untouched.Row(row)[(Before + expected.Columns)..], found.Row(row)[(Before + expected.Columns)..]);
            }
        }
    }
}
