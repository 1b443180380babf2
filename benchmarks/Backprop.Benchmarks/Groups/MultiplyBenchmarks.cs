using Backprop.Benchmarks.Harness;
using Backprop.Benchmarks.Peers;
using Backprop.Numerics;

namespace Backprop.Benchmarks.Groups;

/// <summary>The three products, on one thread, against OpenBLAS and against the processor.</summary>
internal static class MultiplyBenchmarks
{
    // Rows, inputs, outputs.
    private static readonly (int M, int K, int N)[] Shapes =
    [
        (8, 64, 64), (32, 64, 64), (32, 256, 256), (128, 54, 256), (256, 256, 256), (128, 784, 512), (128, 512, 512), (256, 512, 256),
        (8, 1024, 1024), (128, 1024, 1024), (1024, 1024, 1024),
        (256, 256, 7), (128, 256, 10), (1024, 1024, 1), (256, 64, 16),
        (1, 64, 64), (1, 256, 256), (1, 784, 512), (1, 1024, 1024),
    ];

    public static void Run(Report report)
    {
        foreach (var (m, k, n) in Shapes)
        {
            float[] x = Numbers(m * k), w = Numbers(k * n), y = new float[m * n], biases = new float[n];
            var operations = 2.0 * m * k * n;
            var (share, ratio) = m == 1 ? (0, 1.0) : n <= 16 ? (0.50, 0) : (0.92, 1.08);
            Compare("y = x·W", y, m == 1 || n <= 16 ? share : 0, ratio,
                () => MatrixMultiply.Product(new ReadOnlyMatrix(x, m, k), new ReadOnlyMatrix(w, k, n), biases, new Matrix(y, m, n)),
                () => OpenBlas.Multiply(false, false, m, n, k, x, w, y));
            var packed = MatrixMultiply.Pack(new ReadOnlyMatrix(w, k, n));
            if (m > 1 && packed.Length > 0 && n > 16)
            {
                Compare("y = x·W, W packed", y, share, ratio,
                    () =>
                        MatrixMultiply.Product(
                            new ReadOnlyMatrix(x, m, k), new ReadOnlyMatrix(w, k, n), packed, biases, new Matrix(y, m, n)),
                    () => OpenBlas.Multiply(false, false, m, n, k, x, w, y));
            }
            Compare("dx = dy·Wᵀ", x, share, ratio,
                () => MatrixMultiply.ProductWithTransposed(new ReadOnlyMatrix(y, m, n), new ReadOnlyMatrix(w, k, n), new Matrix(x, m, k)),
                () => OpenBlas.Multiply(false, true, m, k, n, y, w, x));
            if (m >= 128)
            {
                Compare("dW = xᵀ·dy", w, n <= 16 ? share : 0.88, ratio,
                    () => MatrixMultiply.TransposedProduct(new ReadOnlyMatrix(x, m, k), new ReadOnlyMatrix(y, m, n), new Matrix(w, k, n)),
                    () => OpenBlas.Multiply(true, false, k, n, m, x, y, w));
            }

            void Compare(string product, float[] c, double share, double ratio, Action ours, Action theirs)
            {
                // What one product overwrites, the next one reads: all start with the same numbers.
                foreach (var matrix in (float[][])[x, w, y]) Numbers(matrix.Length).CopyTo(matrix, 0);
                var work = $"{product}, {m} × {k} × {n}";
                if (!OpenBlas.IsAvailable)
                {
                    report.Void(work, "OpenBLAS", "not installed");
                    report.AddShareOfPeak(work, operations, PairedRun.Time(ours), share > 0 ? share : null);
                }
                else if (Difference(c, ours, theirs) is { } difference) report.Void(work, "OpenBLAS", difference);
                else
                {
                    var times = PairedRun.Compare(ours, theirs);
                    report.Add(work, "OpenBLAS", times, ratio > 0 ? ratio : null);
                    report.AddShareOfPeak(work, operations, times.Ours, share > 0 ? share : null);
                }
            }
        }
    }

    // Sums of up to 1024 products of ordinary numbers, in two orders.
    private static string? Difference(float[] c, Action ours, Action theirs)
    {
        ours();
        float[] found = [.. c];
        Array.Fill(c, float.NaN);
        theirs();
        for (var i = 0; i < c.Length; i++)
            if (!(Math.Abs(found[i] - c[i]) <= Math.Max(1e-3, 1e-5 * Math.Abs(c[i])))) return $"number {i} differs: {found[i]} and {c[i]}";
        return null;
    }

    private static float[] Numbers(int count)
    {
        var random = new RandomSequence(count, RandomPurpose.Shuffling);
        var numbers = new float[count];
        foreach (ref var number in numbers.AsSpan()) number = (float)random.NextNormal();
        return numbers;
    }
}
