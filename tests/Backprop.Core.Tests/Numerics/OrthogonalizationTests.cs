using Backprop.Numerics;

namespace Backprop.Core.Tests.Numerics;

public class OrthogonalizationTests
{
    public static TheoryData<int, int> Shapes =>
        new() { { 1, 1 }, { 3, 3 }, { 4, 9 }, { 9, 4 }, { 20, 20 }, { 33, 17 }, { 17, 33 }, { 128, 128 } };

    // X = U·diag(s)·Vᵀ from reflections, so its singular values are known. Every one must follow the polynomial by itself.
    [Theory, MemberData(nameof(Shapes))]
    public void Every_singular_value_follows_the_polynomial_and_the_singular_vectors_stay(int rows, int columns)
    {
        var values = Enumerable.Range(0, Math.Min(rows, columns)).Select(i => 3.0 / (i + 1)).ToArray();
        var norm = Math.Sqrt(values.Sum(value => value * value));
        var x = Compose(rows, columns, values);
        foreach (var iterations in new[] { 1, 2, 5 })
        {
            var actual = x.ToArray();
            Orthogonalization.Compute(new Matrix(actual, rows, columns), iterations, scale: 0.5);
            var expected = Compose(rows, columns, [.. values.Select(value => 0.5 * Raised(value / norm, iterations))]);
            TestNumbers.AssertClose(expected, actual, 2e-5f);
        }
    }

    // From a hundredth of the norm on, five iterations are enough.
    [Fact]
    public void Five_iterations_move_singular_values_between_0_68_and_1_21()
    {
        for (var value = 0.02; value <= 1; value += 0.001) Assert.InRange(Raised(value, 5), 0.68, 1.21);
        const int Side = 24;
        var values = Enumerable.Range(0, Side).Select(i => 1 - 0.04 * i).ToArray();
        var x = Compose(Side, Side, values);
        Orthogonalization.Compute(new Matrix(x, Side, Side), 5, scale: 1);
        for (var row = 0; row < Side; row++)
        {
            var squares = Enumerable.Range(0, Side).Sum(column => (double)x[row * Side + column] * x[row * Side + column]);
            Assert.InRange(Math.Sqrt(squares), 0.68, 1.21);
        }
    }

    [Fact]
    public void The_transposed_matrix_becomes_the_transposed_result()
    {
        const int Rows = 7, Columns = 12;
        var wide = TestNumbers.Normal(Rows * Columns, seed: 1);
        var tall = Transposed(wide, Rows, Columns);
        Orthogonalization.Compute(new Matrix(wide, Rows, Columns), 5, scale: 1);
        Orthogonalization.Compute(new Matrix(tall, Columns, Rows), 5, scale: 1);
        TestNumbers.AssertClose(Transposed(wide, Rows, Columns), tall, 1e-5f);
    }

    [Theory, InlineData(0f), InlineData(1e-30f)]
    public void A_matrix_of_zeros_or_of_tiny_values_stays_finite_and_small(float value)
    {
        float[] x = [value, value, value, value, value, value];
        Orthogonalization.Compute(new Matrix(x, 2, 3), 5, scale: 1);
        Assert.All(x, entry => Assert.InRange(entry, -1e-15f, 1e-15f));
    }

    private static double Raised(double value, int iterations)
    {
        for (var i = 0; i < iterations; i++)
        {
            var square = value * value;
            value *= 3.4445 - 4.7750 * square + 2.0315 * square * square;
        }
        return value;
    }

    // Householder: Q = I − 2·v·vᵀ / |v|² is orthogonal and symmetric.
    private static float[] Compose(int rows, int columns, double[] values)
    {
        double[,] left = Reflection(rows, seed: 5), right = Reflection(columns, seed: 6);
        var x = new float[rows * columns];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
                x[i * columns + j] = (float)Enumerable.Range(0, values.Length).Sum(k => left[i, k] * values[k] * right[j, k]);
        return x;
    }

    private static double[,] Reflection(int side, int seed)
    {
        var v = TestNumbers.Normal(side, seed);
        var squares = v.Sum(entry => (double)entry * entry);
        var q = new double[side, side];
        for (var i = 0; i < side; i++)
            for (var j = 0; j < side; j++) q[i, j] = (i == j ? 1 : 0) - 2 * (double)v[i] * v[j] / squares;
        return q;
    }

    private static float[] Transposed(float[] x, int rows, int columns) =>
        [.. Enumerable.Range(0, x.Length).Select(i => x[i % rows * columns + i / rows])];
}
