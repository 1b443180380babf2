namespace Backprop.Numerics;

/// <summary>Memory for the inside of one product, one array for every thread. A shared pool would now and then forget it, and then allocate in the middle of training.</summary>
internal static class Scratch
{
    [ThreadStatic]
    private static Real[]? t_numbers;

    /// <summary>This thread's array, of at least <paramref name="length"/> numbers, with whatever was left in it.</summary>
    public static Real[] OfAtLeast(int length)
    {
        var numbers = t_numbers;
        if (numbers is null || numbers.Length < length) t_numbers = numbers = new Real[length];
        return numbers;
    }
}
