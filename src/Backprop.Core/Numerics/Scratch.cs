namespace Backprop.Numerics;

/// <summary>Memory for the intermediate values of one product or one layer, kept by every thread. A shared pool would sometimes drop it,
/// and then allocate in the middle of training.</summary>
internal static class Scratch
{
    [ThreadStatic]
    private static Real[]? t_numbers;

    [ThreadStatic]
    private static Real[]? t_spare, t_spareOfInner;

    [ThreadStatic]
    private static int[]? t_indices;

    [ThreadStatic]
    private static double[]? t_doubles;

    [ThreadStatic]
    private static Real[]? t_blocks;

    /// <summary>This thread's array, of at least <paramref name="length"/> values, not cleared. The next product uses the same
    /// array.</summary>
    public static Real[] OfAtLeast(int length)
    {
        var numbers = t_numbers;
        if (numbers is null || numbers.Length < length) t_numbers = numbers = new Real[length];
        return numbers;
    }

    /// <summary>This thread's array of indices, of at least <paramref name="length"/> elements, not cleared.</summary>
    public static int[] IndicesOfAtLeast(int length)
    {
        var indices = t_indices;
        if (indices is null || indices.Length < length) t_indices = indices = new int[length];
        return indices;
    }

    /// <summary>This thread's array of double precision, of at least <paramref name="length"/> values, not cleared.</summary>
    public static double[] DoublesOfAtLeast(int length)
    {
        var values = t_doubles;
        if (values is null || values.Length < length) t_doubles = values = new double[length];
        return values;
    }

    /// <summary>This thread's array for the gradients of several shards, of at least <paramref name="length"/> values, not cleared. No
    /// product or layer uses it.</summary>
    public static Real[] BlocksOfAtLeast(int length)
    {
        var blocks = t_blocks;
        if (blocks is null || blocks.Length < length) t_blocks = blocks = new Real[length];
        return blocks;
    }

    /// <summary>An array that outlasts products, of at least <paramref name="length"/> values; to be returned. A layer inside another may
    /// have a second one meanwhile.</summary>
    public static Real[] Rent(int length)
    {
        var numbers = t_spare;
        (t_spare, t_spareOfInner) = (t_spareOfInner, null);
        return numbers is not null && numbers.Length >= length ? numbers : new Real[length];
    }

    /// <summary>Keeps the array for the next call of <see cref="Rent"/>.</summary>
    public static void Return(Real[] numbers) => (t_spare, t_spareOfInner) = (numbers, t_spare);
}
