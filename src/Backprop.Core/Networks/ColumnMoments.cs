namespace Backprop.Networks;

/// <summary>Weighted mean and spread of every column, in one pass over rows that nobody keeps. NaN is left out.</summary>
/// <remarks>Sums of deviations from the first row, in double: of a column of dates, whose mean dwarfs its spread, the sums themselves would lose all digits.</remarks>
internal sealed class ColumnMoments(int columns)
{
    private readonly double[] _shifts = new double[columns], _weights = new double[columns], _sums = new double[columns], _squares = new double[columns];
    private readonly bool[] _isKnown = new bool[columns], _varies = new bool[columns], _isMissing = new bool[columns];

    /// <summary>Columns that are missing somewhere, in rising order.</summary>
    public IReadOnlyList<int> WithMissing => [.. Enumerable.Range(0, columns).Where(j => _isMissing[j])];

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
}
