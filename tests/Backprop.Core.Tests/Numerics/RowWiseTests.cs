using System.Runtime.CompilerServices;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Numerics;

/// <summary>Loops over rows give the bits of a loop over single numbers, whatever the width, and also where they overwrite what they
/// read.</summary>
public class RowWiseTests
{
    private const int Rows = 5, Widest = 40;

    public static TheoryData<int> Widths => [.. Enumerable.Range(1, Widest)];

    [Theory, MemberData(nameof(Widths))]
    public void A_vector_for_all_rows_meets_each_of_them(int columns)
    {
        float[] x = TestNumbers.Normal(Rows * columns, seed: 1), s = TestNumbers.Normal(columns, seed: 2),
            expected = [.. x.Select((value, i) => value * s[i % columns])];
        var y = TestNumbers.Unassigned(x.Length);
        RowWise.Zip(new Arithmetic.Product(), new ReadOnlyMatrix(x, Rows, columns), s, new Matrix(y, Rows, columns));
        TestNumbers.AssertSameBits(expected, y);
        RowWise.Zip(new Arithmetic.Product(), new ReadOnlyMatrix(x, Rows, columns), s, new Matrix(x, Rows, columns));
        TestNumbers.AssertSameBits(expected, x);
    }

    [Theory, MemberData(nameof(Widths))]
    public void Two_matrices_and_a_vector_meet_number_by_number(int columns)
    {
        float[] x = TestNumbers.Normal(Rows * columns, seed: 1), s = TestNumbers.Normal(columns, seed: 2),
            z = TestNumbers.Normal(x.Length, seed: 3);
        float[] expected = [.. x.Select((value, i) => value - s[i % columns] - z[i])];
        RowWise.Zip(
            new Arithmetic.Difference(), new ReadOnlyMatrix(x, Rows, columns), s, new ReadOnlyMatrix(z, Rows, columns),
            new Matrix(z, Rows, columns));
        TestNumbers.AssertSameBits(expected, z);
    }

    [Theory, MemberData(nameof(Widths))]
    public void Sums_add_one_row_after_the_other(int columns)
    {
        float[] x = TestNumbers.Normal(Rows * columns, seed: 1), z = TestNumbers.Normal(x.Length, seed: 2), expected = new float[columns],
            sums = TestNumbers.Unassigned(columns);
        for (var i = 0; i < x.Length; i++) expected[i % columns] = Fused.MultiplyAdd(x[i], z[i], expected[i % columns]);
        RowWise.Sum(new Arithmetic.ProductAndSum(), new ReadOnlyMatrix(x, Rows, columns), new ReadOnlyMatrix(z, Rows, columns), sums);
        TestNumbers.AssertSameBits(expected, sums);
    }

    [Theory, MemberData(nameof(Widths))]
    public void The_number_of_a_row_meets_some_columns_of_it_and_the_others_stay(int columns)
    {
        const int width = Widest + 3;
        float[] numbers = TestNumbers.Normal(2 * Rows, seed: 1), a = TestNumbers.Normal(columns, seed: 2),
            matrix = TestNumbers.Normal(Rows * width, seed: 3), y = TestNumbers.Normal(matrix.Length, seed: 4), expected = [.. y];
        for (var row = 0; row < Rows; row++)
            for (var k = 0; k < columns; k++) expected[row * width + 1 + k] = numbers[2 * row + 1] * a[k] - matrix[row * width + 3 + k];
        RowWise.Columns vector = new(a), some = new(new ReadOnlyMatrixColumns(new ReadOnlyMatrix(matrix, Rows, width), 3, columns));
        RowWise.Spread(
            new ProductMinus(), new ReadOnlyMatrix(numbers, Rows, 2), column: 1, vector, some, vector,
            new MatrixColumns(new Matrix(y, Rows, width), 1, columns));
        TestNumbers.AssertSameBits(expected, y);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(
            () =>
                RowWise.Zip(
                    new Arithmetic.Product(), new ReadOnlyMatrix(new float[6], 2, 3), new float[2], new Matrix(new float[6], 2, 3)));
        Assert.Throws<ArgumentException>(
            () =>
                RowWise.Sum(
                    new Arithmetic.ProductAndSum(), new ReadOnlyMatrix(new float[6], 2, 3), new ReadOnlyMatrix(new float[3], 1, 3),
                    new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(
            "column",
            () => RowWise.Spread(new ProductMinus(), new ReadOnlyMatrix(new float[6], 2, 3), 3, default, default, default, default));
    }

    private readonly struct ProductMinus : IFunctionOfRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Invoke<TLanes>(TLanes number, TLanes a, TLanes b, TLanes c) where TLanes : struct, ILanes<TLanes> => number * a - b;
    }
}
