namespace Backprop.GradientTests.Checking;

/// <summary>∂f/∂θᵢ ≈ (f(θ + h·eᵢ) − f(θ − h·eᵢ)) / 2h, the independent opinion that every backward is compared with.</summary>
internal static class CentralDifferences
{
    // The cut-off error falls with h² and the rounding error grows with 1/h; in double both are near 1e-10 here.
    private const double H = 1e-5;
    private const double Tolerance = 1e-8;

    /// <summary>Throws unless <paramref name="claimed"/> is the gradient of <paramref name="f"/> by <paramref name="theta"/>, which is left as it was.</summary>
    public static void Compare(string what, Func<double> f, double[] theta, ReadOnlySpan<double> claimed)
    {
        for (var i = 0; i < theta.Length; i++)
        {
            var value = theta[i];
            theta[i] = value + H;
            var above = f();
            theta[i] = value - H;
            var below = f();
            theta[i] = value;

            var difference = (above - below) / (2 * H);
            // Written so that a NaN on either side fails, too.
            if (!(Math.Abs(difference - claimed[i]) <= Tolerance * Math.Max(1, Math.Abs(difference))))
                throw new GradientMismatchException($"{what}[{i}]: backward says {claimed[i]:R}, central differences say {difference:R}.");
        }
    }
}
