namespace Backprop.Core.Tests;

/// <summary>Compares lists of numbers and tells where they part.</summary>
internal static class Near
{
    /// <summary>Fails unless |actual − expected| ≤ absolute + relative·|expected| for every number.</summary>
    public static void Equal(string what, double[] expected, ReadOnlySpan<float> actual, double absolute, double relative = 0)
    {
        var numbers = new double[actual.Length];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = actual[i];
        Equal(what, expected, numbers, absolute, relative);
    }

    /// <inheritdoc cref="Equal(string, double[], ReadOnlySpan{float}, double, double)"/>
    public static void Equal(string what, double[] expected, double[] actual, double absolute, double relative = 0)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var room = absolute + relative * Math.Abs(expected[i]);
            Assert.True(
                Math.Abs(actual[i] - expected[i]) <= room, $"{what}[{i}]: expected {expected[i]:R}, got {actual[i]:R}, allowed ±{room:E1}");
        }
    }
}
