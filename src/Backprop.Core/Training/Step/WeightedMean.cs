namespace Backprop.Training;

/// <summary>A weighted mean, value by value.</summary>
internal struct WeightedMean
{
    private double _sum, _weight;

    /// <summary>Whether no value was added.</summary>
    public readonly bool IsEmpty => _weight == 0;

    /// <summary>The mean; 0 if there are no values.</summary>
    public readonly double Value => IsEmpty ? 0 : _sum / _weight;

    /// <summary>Adds a value.</summary>
    public void Add(double value, double weight)
    {
        _sum += weight * value;
        _weight += weight;
    }
}
