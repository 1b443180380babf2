using Backprop.Numerics;

namespace Backprop.Core.Tests.Numerics;

public class MatrixTests
{
    [Fact]
    public void Rows_follow_each_other()
    {
        var m = new Matrix([1, 2, 3, 4, 5, 6], 2, 3);
        Assert.Equal([4f, 5f, 6f], m.Row(1).ToArray());
        ReadOnlyMatrix read = m;
        Assert.Equal([1f, 2f, 3f], read.Row(0).ToArray());
        Assert.Equal((2, 3), (read.Rows, read.Columns));
    }

    [Theory]
    [InlineData(5, 2, 3)]
    [InlineData(6, -2, -3)]
    [InlineData(0, 65536, 65536)] // the product overflows an int to 0
    public void A_shape_that_does_not_fit_is_refused(int length, int rows, int columns)
    {
        var message = $"{length} values cannot be viewed as {rows} rows × {columns} columns.";
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => new Matrix(new float[length], rows, columns)).Message);
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => new ReadOnlyMatrix(new float[length], rows, columns)).Message);
    }

    [Fact]
    public void Only_a_view_of_nothing_is_empty()
    {
        Assert.True(default(Matrix).IsEmpty);
        Assert.False(new Matrix([0], 1, 1).IsEmpty);
    }
}
