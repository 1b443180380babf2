namespace Backprop.GradientTests.Checking;

/// <summary>∂f/∂θᵢ ≈ (8·(f(θ + h·eᵢ) − f(θ − h·eᵢ)) − (f(θ + 2h·eᵢ) − f(θ − 2h·eᵢ))) / 12h, the independent opinion that every backward is
/// compared with.</summary>
internal static class CentralDifferences
{
    // The cut-off error falls with h⁴ and the rounding error grows with 1/h; in double both are near 1e-11 here. With two points it would
    // fall with h² only, and be too large where a loss grows like eᶻ.
    private const double H = 2e-5;
    private const double Tolerance = 1e-8;

    // How far f itself may be rounded, for its size: one that has grown like eᶻ leaves few digits to a difference.
    private const double RoundingOfF = 1e-14;

    /// <summary>Throws unless <paramref name="claimed"/> is the gradient of <paramref name="f"/> by <paramref name="theta"/>, which is left
    /// as it was.</summary>
    public static void Compare(string what, Func<double> f, double[] theta, ReadOnlySpan<double> claimed)
    {
        for (var i = 0; i < theta.Length; i++)
        {
            var value = theta[i];
            var difference = (8 * Across(H) - Across(2 * H)) / (12 * H);
            theta[i] = value;
            var allowed = Tolerance * Math.Max(1, Math.Abs(difference)) + RoundingOfF * Math.Abs(f()) / H;

            double Across(double h)
            {
                theta[i] = value + h;
                var above = f();
                theta[i] = value - h;
                return above - f();
            }

            // Written so that a NaN on either side fails, too.
            if (!(Math.Abs(difference - claimed[i]) <= allowed))
                throw new GradientMismatchException($"{what}[{i}]: backward says {claimed[i]:R}, central differences say {difference:R}.");
        }
    }
}
