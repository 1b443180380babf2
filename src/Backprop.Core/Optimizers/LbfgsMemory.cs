using Backprop.Numerics;

namespace Backprop.Optimizers;

/// <summary>The last steps s and changes of the gradient y. Computes the search direction from them and a gradient.</summary>
/// <remarks>In double precision, because many small differences are summed. Allocates only in the constructor.</remarks>
internal sealed class LbfgsMemory(int parameterCount, int maxSteps)
{
    private readonly double[][] _steps = Vectors(parameterCount, maxSteps), _changes = Vectors(parameterCount, maxSteps);
    private readonly double[] _inverseProducts = new double[maxSteps], _factors = new double[maxSteps];
    private int _count, _next;

    /// <summary>Shows all remembered steps to a visitor.</summary>
    public void Visit(StateVisitor visitor)
    {
        for (var i = 0; i < maxSteps; i++)
        {
            visitor.Doubles($"step {i}", _steps[i]);
            visitor.Doubles($"change {i}", _changes[i]);
        }
        visitor.Doubles("inverse products", _inverseProducts);
        visitor.Count("count", ref _count, maxSteps);
        visitor.Count("next", ref _next, maxSteps - 1);
    }

    public void Clear() => (_count, _next) = (0, 0);

    /// <summary>Stores a step, unless the curvature along it is not positive: then −H·g would no longer be a descent direction.</summary>
    public void Add(
        ReadOnlySpan<Real> before, ReadOnlySpan<Real> after, ReadOnlySpan<Real> gradientBefore, ReadOnlySpan<Real> gradientAfter)
    {
        double[] step = _steps[_next], change = _changes[_next];
        for (var i = 0; i < step.Length; i++)
            (step[i], change[i]) = ((double)after[i] - before[i], (double)gradientAfter[i] - gradientBefore[i]);
        var product = Dot(step, change);
        if (!(product > double.Epsilon) || product <= 1e-16 * Dot(change, change)) return;
        _inverseProducts[_next] = 1 / product;
        _next = (_next + 1) % maxSteps;
        _count = Math.Min(_count + 1, maxSteps);
    }

    /// <summary>Writes d = −H·g by the two-loop recursion; without memory, −g / ‖g‖, a step of length 1.</summary>
    public void Direction(ReadOnlySpan<Real> gradient, double[] direction)
    {
        for (var i = 0; i < direction.Length; i++) direction[i] = -gradient[i];
        if (_count == 0)
        {
            Scale(direction, 1 / Math.Sqrt(Dot(direction, direction)));
            return;
        }
        for (var age = 1; age <= _count; age++)
        {
            var k = (_next - age + maxSteps) % maxSteps;
            _factors[k] = _inverseProducts[k] * Dot(_steps[k], direction);
            AddMultiple(direction, -_factors[k], _changes[k]);
        }
        var last = (_next - 1 + maxSteps) % maxSteps;
        Scale(direction, 1 / (_inverseProducts[last] * Dot(_changes[last], _changes[last])));
        for (var age = _count; age >= 1; age--)
        {
            var k = (_next - age + maxSteps) % maxSteps;
            AddMultiple(direction, _factors[k] - _inverseProducts[k] * Dot(_changes[k], direction), _steps[k]);
        }
    }

    /// <summary>aᵀb.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>∂J/∂t where the parameters move by t·direction.</summary>
    public static double DirectionalDerivative(ReadOnlySpan<Real> gradient, ReadOnlySpan<double> direction)
    {
        double sum = 0;
        for (var i = 0; i < gradient.Length; i++) sum += gradient[i] * direction[i];
        return sum;
    }

    private static void Scale(Span<double> x, double factor)
    {
        foreach (ref var value in x) value *= factor;
    }

    private static void AddMultiple(Span<double> sum, double factor, ReadOnlySpan<double> x)
    {
        for (var i = 0; i < sum.Length; i++) sum[i] += factor * x[i];
    }

    private static double[][] Vectors(int length, int count) => [.. Enumerable.Range(0, count).Select(_ => new double[length])];
}
