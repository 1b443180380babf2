namespace Backprop.Networks;

/// <summary>Weighted mean and spread of every column. Rows are read once, and not stored. NaN is ignored.</summary>
/// <remarks>Sums deviations from the first row, in double. In a column of dates, whose mean is much larger than its spread, sums of the
/// values themselves would lose all digits.</remarks>
internal sealed class ColumnMoments(int columns)
{
    private readonly double[] _shifts = new double[columns], _weights = new double[columns], _sums = new double[columns],
        _squares = new double[columns], _least = new double[columns], _most = new double[columns];
    private readonly bool[] _isKnown = new bool[columns], _varies = new bool[columns], _isMissing = new bool[columns];

    /// <summary>Columns with missing values in some rows, but not in all, in ascending order.</summary>
    public IReadOnlyList<int> WithMissing => [.. Enumerable.Range(0, columns).Where(j => _isMissing[j] && _isKnown[j])];

    /// <summary>Whether a column has more than one value.</summary>
    public bool Varies(int column) => _varies[column];

    /// <summary>Whether a column is missing in some row.</summary>
    public bool IsMissing(int column) => _isMissing[column];

    /// <summary>Whether a column has a value in some row.</summary>
    public bool IsKnown(int column) => _isKnown[column];

    public void Add(ReadOnlySpan<Real> row, double weight)
    {
        for (var j = 0; j < row.Length; j++)
        {
            var value = row[j];
            if (Real.IsNaN(value))
            {
                _isMissing[j] = true;
                continue;
            }
            if (!_isKnown[j]) (_isKnown[j], _shifts[j]) = (true, value);
            var deviation = value - _shifts[j];
            _varies[j] |= deviation != 0;
            _least[j] = Math.Min(_least[j], deviation);
            _most[j] = Math.Max(_most[j], deviation);
            _weights[j] += weight;
            _sums[j] += weight * deviation;
            _squares[j] += weight * deviation * deviation;
        }
    }

    public Standardization ToStandardization()
    {
        Real[] means = new Real[columns], factors = new Real[columns];
        for (var j = 0; j < columns; j++)
        {
            if (!_isKnown[j]) continue;
            var mean = _sums[j] / _weights[j];
            means[j] = (Real)(_shifts[j] + mean);
            var factor = (Real)(1 / Math.Sqrt(_squares[j] / _weights[j] - mean * mean));
            factors[j] = _varies[j] && Real.IsFinite(factor) ? factor : 0;
        }
        return new Standardization(means, factors);
    }

    /// <summary>Scales columns that vary, but are constant in a sample, as
    /// <see cref="Standardization.MeasureQuartiles(Numerics.ReadOnlyMatrix)"/> scales columns with equal quartiles: by half of their
    /// range.</summary>
    /// <param name="ofSample">The scaling that was measured on a sample.</param>
    public Standardization Complete(Standardization ofSample)
    {
        Real[] means = [.. ofSample.Means], factors = [.. ofSample.Factors];
        for (var j = 0; j < columns; j++)
        {
            var factor = (Real)(2 / (_most[j] - _least[j]));
            if (factors[j] != 0 || !_varies[j] || !Real.IsFinite(factor)) continue;
            (means[j], factors[j]) = ((Real)(_shifts[j] + _sums[j] / _weights[j]), factor);
        }
        return new Standardization(means, factors);
    }
}
