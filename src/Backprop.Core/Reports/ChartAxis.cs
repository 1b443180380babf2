namespace Backprop.Reports;

/// <summary>Maps values to positions between the two ends of an axis, and chooses its tick marks.</summary>
internal sealed class ChartAxis
{
    private const int Ticks = 5;
    private const double WideEnoughForLogarithms = 50, SmallestRange = 1e-12;

    private readonly double _low, _high;
    private readonly bool _isLogarithmic, _counts;

    /// <summary>An axis that covers all finite values. It may be logarithmic: then they are positive, and the largest is at least 50 times
    /// the smallest.</summary>
    /// <param name="values">The values of all curves.</param>
    /// <param name="counts">Whether the values are counts, such as epochs. Their axis is linear, with whole marks.</param>
    /// <param name="isLinear">Whether the axis is linear for all values.</param>
    public ChartAxis(IEnumerable<double> values, bool counts = false, bool isLinear = false)
    {
        _counts = counts;
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(0).ToArray();
        (_low, _high) = (finite.Min(), finite.Max());
        _isLogarithmic = !counts && !isLinear && _low > 0 && _high / _low >= WideEnoughForLogarithms;
        // Values that differ in their last digits only would have marks that are equal.
        var largest = Math.Max(Math.Abs(_low), Math.Abs(_high));
        if (_high - _low <= SmallestRange * largest)
            (_low, _high) = largest == 0 ? (-1, 1) : (_low - largest / 10, _high + largest / 10);
    }

    /// <summary>0 at the lowest value, 1 at the highest; null for a value without a position.</summary>
    public double? Position(double value) =>
        !double.IsFinite(value) ? null
        : !_isLogarithmic ? (value - _low) / (_high - _low)
        : value > 0 ? Math.Log(value / _low) / Math.Log(_high / _low)
        : null;

    /// <summary>About five round values within the axis.</summary>
    public IEnumerable<double> Marks =>
        _isLogarithmic ? LogarithmicMarks : LinearMarks(Math.Max(_counts ? 1 : 0, Step(_high - _low)));

    private IEnumerable<double> LinearMarks(double step)
    {
        for (var k = Math.Ceiling(_low / step); k * step <= _high; k++) yield return k * step;
    }

    // Powers of ten. If there are few, 2 and 5 times these powers are added; if there are many, some are skipped.
    private IEnumerable<double> LogarithmicMarks
    {
        get
        {
            var decades = Math.Log10(_high / _low);
            double[] within = decades < Ticks / 2.0 ? [1, 2, 5] : [1];
            var stride = Math.Max(1, (int)Math.Ceiling(decades / (Ticks + 1)));
            return from k in Enumerable.Range(0, (int)Math.Ceiling(decades / stride) + 2)
                   let power = Math.Pow(10, Math.Floor(Math.Log10(_low)) + k * stride)
                   from factor in within
                   let mark = factor * power
                   where mark >= _low && mark <= _high
                   select mark;
        }
    }

    // 1, 2 or 5 times a power of ten.
    private static double Step(double range)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(range / Ticks)));
        return power * (range / Ticks / power) switch { > 5 => 10, > 2 => 5, > 1 => 2, _ => 1 };
    }
}
