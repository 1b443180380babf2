using System.Runtime.InteropServices;

namespace Backprop.Benchmarks.Peers;

/// <summary>OpenBLAS's single-precision product, on one thread.</summary>
internal static unsafe partial class OpenBlas
{
    private const string Library = "libopenblas.so.0";
    private const int RowMajor = 101, AsIs = 111, Transposed = 112;

    /// <summary>Whether the library is installed.</summary>
    public static bool IsAvailable { get; } = TryStart();

    /// <summary>C [m × n] = A·B, where A [m × k] and B [k × n] may be given transposed.</summary>
    public static void Multiply(bool transposeA, bool transposeB, int m, int n, int k, float[] a, float[] b, float[] c)
    {
        fixed (float* pa = a, pb = b, pc = c)
            Sgemm(
                RowMajor, transposeA ? Transposed : AsIs, transposeB ? Transposed : AsIs, m, n, k, 1, pa, transposeA ? m : k, pb,
                transposeB ? k : n, 0, pc, n);
    }

    private static bool TryStart()
    {
        if (!NativeLibrary.TryLoad(Library, out _)) return false;
        SetNumThreads(1);
        return true;
    }

    [LibraryImport(Library, EntryPoint = "cblas_sgemm")]
    private static partial void Sgemm(
        int order, int transposeA, int transposeB, int m, int n, int k, float alpha, float* a, int lda, float* b, int ldb, float beta,
        float* c, int ldc);

    [LibraryImport(Library, EntryPoint = "openblas_set_num_threads")]
    private static partial void SetNumThreads(int threads);
}
