namespace Backprop.Numerics;

/// <summary>Memory for the inside of one product or one layer, kept by every thread. A shared pool would now and then forget it, and then
/// allocate in the middle of training.</summary>
internal static class Scratch
{
    [ThreadStatic]
    private static Real[]? t_numbers;

    [ThreadStatic]
    private static Real[]? t_spare, t_spareOfInner;

    /// <summary>This thread's array, of at least <paramref name="length"/> numbers, with whatever was left in it. The next product takes
    /// the same.</summary>
    public static Real[] OfAtLeast(int length)
    {
        var numbers = t_numbers;
        if (numbers is null || numbers.Length < length) t_numbers = numbers = new Real[length];
        return numbers;
    }

    /// <summary>An array that outlasts products, of at least <paramref name="length"/> numbers; to be given back. A layer inside another
    /// may have a second one meanwhile.</summary>
    public static Real[] Rent(int length)
    {
        var numbers = t_spare;
        (t_spare, t_spareOfInner) = (t_spareOfInner, null);
        return numbers is not null && numbers.Length >= length ? numbers : new Real[length];
    }

    /// <summary>Keeps what was rented for the next time.</summary>
    public static void Return(Real[] numbers) => (t_spare, t_spareOfInner) = (numbers, t_spare);
}
