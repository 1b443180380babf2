using Backprop.Numerics;
using CsCheck;

namespace Backprop.Core.Tests.Numerics;

/// <summary>The fast products give the bits of the textbook ones, so tiles, vectors and rest loops cannot be told apart.</summary>
public class MatrixMultiplyTests
{
    // Up to 70 covers every rest of the tiles of up to 14 rows by up to 32 columns; a few larger ones are copied in panels.
    private static readonly Gen<int> Size = Gen.Frequency((9, Gen.Int[1, 70]), (1, Gen.Int[71, 330]));
    private static readonly Gen<Shape> Shapes = Gen.Select(
        Size, Size, Size, Gen.Int[0, 1000], (rows, inputs, outputs, seed) => new Shape(rows, inputs, outputs, seed));

    private const float Factor = 0.3f;

    [Fact]
    public void Product_gives_the_bits_of_the_textbook() => Shapes.Sample(ProductAgrees, iter: 1000);

    [Fact]
    public void Product_with_transposed_gives_the_bits_of_the_textbook() => Shapes.Sample(ProductWithTransposedAgrees, iter: 1000);

    [Fact]
    public void Transposed_product_gives_the_bits_of_the_textbook() => Shapes.Sample(TransposedProductAgrees, iter: 1000);

    // Each shard is a product of its own here, and a recursive function adds them. A shard may be empty.
    [Theory, InlineData(2), InlineData(4), InlineData(8)]
    public void Shards_of_the_rows_are_added_in_the_order_of_a_tree(int shards)
    {
        Gen.Select(Shapes, Gen.Int[0, 330].Array[shards - 1]).Sample(
            (s, cuts) =>
            {
                int[] ends = [.. cuts.Select(cut => cut % (s.Rows + 1)).Order(), s.Rows];
                float[] fast = TestNumbers.Unassigned(s.Inputs * s.Outputs), sums = TestNumbers.Unassigned(s.Outputs);
                MatrixMultiply.TransposedProduct(s.X, s.Dy, ends, new Matrix(fast, s.Inputs, s.Outputs), Factor);
                MatrixMultiply.SumOfRows(s.Dy, ends, sums);
                TestNumbers.AssertSameBits(
                    Tree(0, shards, shard =>
                    {
                        var product = new float[s.Inputs * s.Outputs];
                        var (first, count) = RowsOf(shard);
                        PlainMatrixMultiply.TransposedProduct(
                            s.X.RowRange(first, count), s.Dy.RowRange(first, count), new Matrix(product, s.Inputs, s.Outputs));
                        return TimesFactor(product, [0]);
                    }),
                    fast);
                TestNumbers.AssertSameBits(
                    Tree(0, shards, shard =>
                    {
                        var (first, count) = RowsOf(shard);
                        var ones = new ReadOnlyMatrix([.. Enumerable.Repeat(1f, count)], count, 1);
                        var sum = new float[s.Outputs];
                        PlainMatrixMultiply.TransposedProduct(ones, s.Dy.RowRange(first, count), new Matrix(sum, 1, s.Outputs));
                        return sum;
                    }),
                    sums);

                (int First, int Count) RowsOf(int shard)
                {
                    var first = shard == 0 ? 0 : ends[shard - 1];
                    return (first, ends[shard] - first);
                }
            },
            iter: 300);

        static float[] Tree(int first, int count, Func<int, float[]> of) => count == 1
            ? of(first)
            : [.. Tree(first, count / 2, of).Zip(Tree(first + count / 2, count / 2, of), (a, b) => a + b)];
    }

    // So wide and long that rows and panels are copied.
    [Fact]
    public void Shards_of_large_products_are_added_in_the_order_of_a_tree()
    {
        const int rows = 200, width = 1030;
        int[] ends = [0, 40, 77, 77, 120, 121, rows, rows];
        ReadOnlyMatrix x = new(TestNumbers.Normal(rows * width, seed: 1), rows, width), dy = new(
            TestNumbers.Normal(rows * width, seed: 2), rows, width);
        float[] found = TestNumbers.Unassigned(width * width), expected = new float[width * width];
        var products = new float[ends.Length * width * width];
        for (int shard = 0, row = 0; shard < ends.Length; row = ends[shard++])
            MatrixMultiply.TransposedProduct(
                x.RowRange(row, ends[shard] - row), dy.RowRange(row, ends[shard] - row),
                new Matrix(products.AsSpan(shard * width * width, width * width), width, width), Factor);
        BlockSums.Add(products, ends.Length, expected);
        MatrixMultiply.TransposedProduct(x, dy, ends, new Matrix(found, width, width), Factor);
        TestNumbers.AssertSameBits(expected, found);
    }

    // An empty shard adds 0, also to a product that is too small for a number and has become −0.
    [Theory, InlineData(40), InlineData(3)]
    public void Empty_shards_add_zero(int columns)
    {
        foreach (var rows in (int[])[0, 1])
        {
            int[] ends = [0, rows, rows, rows];
            float[] product = TestNumbers.Unassigned(30 * columns), sum = TestNumbers.Unassigned(columns);
            var x = new ReadOnlyMatrix([.. Enumerable.Repeat(1e-30f, rows * 30)], rows, 30);
            var dy = new ReadOnlyMatrix([.. Enumerable.Repeat(-1e-30f, rows * columns)], rows, columns);
            MatrixMultiply.TransposedProduct(x, dy, ends, new Matrix(product, 30, columns));
            MatrixMultiply.SumOfRows(dy, ends, sum);
            TestNumbers.AssertSameBits(new float[product.Length], product);
            TestNumbers.AssertSameBits([.. Enumerable.Repeat(-1e-30f * rows + 0f, columns)], sum);
        }
    }

    [Fact]
    public void Shards_that_do_not_divide_the_rows_are_refused()
    {
        var x = new float[6];
        foreach (var ends in (int[][])[[3], [1, 2, 3], [2, 1], [1, 2], [1, 4], [-1, 3]])
        {
            Assert.Throws<ArgumentException>("ends", () => MatrixMultiply.TransposedProduct(
                new ReadOnlyMatrix(x, 3, 2), new ReadOnlyMatrix(x, 3, 2), ends, new Matrix(new float[4], 2, 2)));
            Assert.Throws<ArgumentException>("ends", () => MatrixMultiply.SumOfRows(new ReadOnlyMatrix(x, 3, 2), ends, new float[2]));
        }
    }

    [Fact]
    public void Every_small_size_gives_the_bits_of_the_textbook()
    {
        for (var size = 1; size <= 70; size++)
            foreach (
                var shape in (Shape[])[
                    new(size, 7, 17, 1), new(size, 37, 70, 5), new(5, size, 19, 2), new(33, size, 35, 6), new(6, 11, size, 3),
                    new(1, 11, size, 7), new(size, size, size, 4)])
            {
                ProductAgrees(shape);
                ProductWithTransposedAgrees(shape);
                TransposedProductAgrees(shape);
            }
    }

    [Fact]
    public void Products_worked_out_by_hand_agree()
    {
        ReadOnlyMatrix x = new([1, 2, 3, 4, 5, 6], 2, 3), w = new([1, 0, 2, -1, 0, 1], 3, 2), dy = new([1, 2, 3, 4], 2, 2);
        float[] y = TestNumbers.Unassigned(4), dx = TestNumbers.Unassigned(6), dw = TestNumbers.Unassigned(6);
        MatrixMultiply.Product(x, w, [10, 20], new Matrix(y, 2, 2));
        MatrixMultiply.ProductWithTransposed(dy, w, new Matrix(dx, 2, 3));
        MatrixMultiply.TransposedProduct(x, dy, new Matrix(dw, 3, 2));
        Assert.Equal([15f, 21f, 24f, 21f], y);
        Assert.Equal([1f, 0f, 2f, 3f, 2f, 4f], dx);
        Assert.Equal([13f, 18f, 17f, 24f, 21f, 30f], dw);
    }

    [Fact]
    public void A_sum_of_rows_adds_one_row_after_the_other()
    {
        for (var columns = 1; columns <= 70; columns++)
        {
            var dy = new ReadOnlyMatrix(TestNumbers.Normal(11 * columns, seed: columns), 11, columns);
            float[] expected = new float[columns], found = TestNumbers.Unassigned(columns);
            for (var row = 0; row < dy.Rows; row++)
                for (var j = 0; j < columns; j++) expected[j] += dy.Row(row)[j];
            MatrixMultiply.SumOfRows(dy, found);
            TestNumbers.AssertSameBits(expected, found);
        }
        Assert.Throws<ArgumentException>("db", () => MatrixMultiply.SumOfRows(new ReadOnlyMatrix(new float[6], 2, 3), new float[2]));
    }

    [Fact]
    public void What_was_packed_of_another_matrix_is_refused()
    {
        Assert.Throws<ArgumentException>("packed", () => MatrixMultiply.Product(
            new ReadOnlyMatrix(new float[3], 1, 3), new(new float[3 * 40], 3, 40), packed: new float[7], new float[40],
                new Matrix(new float[40], 1, 40)));
        Assert.Empty(MatrixMultiply.Pack(new(new float[9], 3, 3)));
    }

    private static void ProductAgrees(Shape s)
    {
        var b = TestNumbers.Normal(s.Outputs, s.Seed + 3);
        float[] fast = TestNumbers.Unassigned(s.Rows * s.Outputs), plain = TestNumbers.Unassigned(s.Rows * s.Outputs);
        MatrixMultiply.Product(s.X, s.W, b, new Matrix(fast, s.Rows, s.Outputs));
        PlainMatrixMultiply.Product(s.X, s.W, b, new Matrix(plain, s.Rows, s.Outputs));
        TestNumbers.AssertSameBits(plain, fast);

        fast = TestNumbers.Unassigned(fast.Length);
        MatrixMultiply.Product(s.X, s.W, MatrixMultiply.Pack(s.W), b, new Matrix(fast, s.Rows, s.Outputs));
        TestNumbers.AssertSameBits(plain, fast);

        fast = TestNumbers.Unassigned(fast.Length);
        MatrixMultiply.Product(s.X, s.W, b, new Matrix(fast, s.Rows, s.Outputs), Factor);
        TestNumbers.AssertSameBits(TimesFactor(plain, b), fast);
    }

    private static void ProductWithTransposedAgrees(Shape s)
    {
        float[] fast = TestNumbers.Unassigned(s.Rows * s.Inputs), plain = TestNumbers.Unassigned(s.Rows * s.Inputs);
        MatrixMultiply.ProductWithTransposed(s.Dy, s.W, new Matrix(fast, s.Rows, s.Inputs));
        PlainMatrixMultiply.ProductWithTransposed(s.Dy, s.W, new Matrix(plain, s.Rows, s.Inputs));
        TestNumbers.AssertSameBits(plain, fast);

        fast = TestNumbers.Unassigned(fast.Length);
        MatrixMultiply.ProductWithTransposed(s.Dy, s.W, new Matrix(fast, s.Rows, s.Inputs), Factor);
        TestNumbers.AssertSameBits(TimesFactor(plain, [0]), fast);
    }

    private static void TransposedProductAgrees(Shape s)
    {
        float[] fast = TestNumbers.Unassigned(s.Inputs * s.Outputs), plain = TestNumbers.Unassigned(s.Inputs * s.Outputs);
        MatrixMultiply.TransposedProduct(s.X, s.Dy, new Matrix(fast, s.Inputs, s.Outputs));
        PlainMatrixMultiply.TransposedProduct(s.X, s.Dy, new Matrix(plain, s.Inputs, s.Outputs));
        TestNumbers.AssertSameBits(plain, fast);

        fast = TestNumbers.Unassigned(fast.Length);
        MatrixMultiply.TransposedProduct(s.X, s.Dy, new Matrix(fast, s.Inputs, s.Outputs), Factor);
        TestNumbers.AssertSameBits(TimesFactor(plain, [0]), fast);
    }

    // Of A·B + b, number by number, factor·A·B + b.
    private static float[] TimesFactor(float[] product, float[] biases) =>
        [.. product.Select((value, i) => Fused.MultiplyAdd(Factor, value, (1 - Factor) * biases[i % biases.Length]))];

    private sealed record Shape(int Rows, int Inputs, int Outputs, int Seed)
    {
        public ReadOnlyMatrix X => new(TestNumbers.Normal(Rows * Inputs, Seed), Rows, Inputs);
        public ReadOnlyMatrix W => new(TestNumbers.Normal(Inputs * Outputs, Seed + 1), Inputs, Outputs);
        public ReadOnlyMatrix Dy => new(TestNumbers.Normal(Rows * Outputs, Seed + 2), Rows, Outputs);
    }
}
