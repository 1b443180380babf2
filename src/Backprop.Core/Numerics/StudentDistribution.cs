namespace Backprop.Numerics;

/// <summary>Student's t distribution, for confidence intervals of means over few repeats.</summary>
internal static class StudentDistribution
{
    /// <summary>t such that a variable lies between −t and t with a given probability.</summary>
    /// <param name="probability">Above 0, below 1.</param>
    /// <param name="degreesOfFreedom">ν; at least 1.</param>
    public static double TwoSidedQuantile(double probability, int degreesOfFreedom)
    {
        double low = 0, high = 1;
        while (Within(high, degreesOfFreedom) < probability && high < 1e12) high *= 2;
        for (var i = 0; i < 100; i++)
        {
            var middle = (low + high) / 2;
            if (Within(middle, degreesOfFreedom) < probability) low = middle;
            else high = middle;
        }
        return high;
    }

    /// <summary>P(−t &lt; T &lt; t): a finite sum, because ν is an integer.</summary>
    /// <remarks>Abramowitz and Stegun (1964), "Handbook of mathematical functions", 26.7.3 and 26.7.4.</remarks>
    public static double Within(double t, int degreesOfFreedom)
    {
        var angle = Math.Atan(t / Math.Sqrt(degreesOfFreedom));
        var (sine, cosine) = Math.SinCos(angle);
        var isOdd = degreesOfFreedom % 2 == 1;

        // Even: 1 + 1/2·cos² + 1·3/(2·4)·cos⁴ + …; odd: cos + 2/3·cos³ + 2·4/(3·5)·cos⁵ + …
        double term = isOdd ? cosine : 1, sum = 0;
        for (var k = isOdd ? 1 : 0; k <= degreesOfFreedom - 2; k += 2)
        {
            sum += term;
            term *= cosine * cosine * (k + 1) / (k + 2);
        }
        return isOdd ? 2 / Math.PI * (angle + sine * sum) : sine * sum;
    }
}
