namespace Backprop.Explanations;

/// <summary>Gauss–Legendre quadrature over [0, 1]: ∫ f ≈ Σ wₖ·f(xₖ), exact for polynomials of degree 2n − 1.</summary>
/// <remarks>The nodes are the zeros of the Legendre polynomial Pₙ, found by Newton's method. Golub and Welsch (1969), "Calculation of Gauss
/// quadrature rules".</remarks>
internal sealed class GaussLegendre
{
    private const int MaxSteps = 100;
    private const double Tolerance = 1e-15;

    private readonly double[] _nodes, _weights;

    /// <summary>Computes nodes and weights.</summary>
    /// <param name="points">n; at least 1.</param>
    public GaussLegendre(int points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        (_nodes, _weights) = (new double[points], new double[points]);
        for (var k = 0; k < points; k++)
        {
            var x = Math.Cos(Math.PI * (k + 0.75) / (points + 0.5)); // close to the k-th zero
            var (value, derivative) = Polynomial(points, x);
            for (var step = 0; step < MaxSteps && Math.Abs(value / derivative) > Tolerance; step++)
            {
                x -= value / derivative;
                (value, derivative) = Polynomial(points, x);
            }
            _nodes[points - 1 - k] = (1 + x) / 2;
            _weights[points - 1 - k] = 1 / ((1 - x * x) * derivative * derivative);
        }
    }

    /// <summary>The nodes, in ascending order, above 0 and below 1.</summary>
    public ReadOnlySpan<double> Nodes => _nodes;

    /// <summary>The weights; their sum is 1.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    // Pₙ(x) and its derivative, by k·Pₖ = (2k − 1)·x·Pₖ₋₁ − (k − 1)·Pₖ₋₂.
    private static (double Value, double Derivative) Polynomial(int degree, double x)
    {
        double before = 1, value = x;
        for (var k = 2; k <= degree; k++) (before, value) = (value, ((2 * k - 1) * x * value - (k - 1) * before) / k);
        return (value, degree * (x * value - before) / (x * x - 1));
    }
}
