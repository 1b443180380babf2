using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>x′ = (x − center)·factor, column by column: mean and 1 / standard deviation, or median and 1 / distance of the quartiles. A
/// constant column becomes 0. It is part of a trained network, so scoring accepts raw columns.</summary>
/// <remarks>LeCun, Bottou, Orr and Müller (1998), "Efficient BackProp", §4.3: shifted and scaled inputs make gradient descent converge
/// faster.</remarks>
public sealed class Standardization
{
    private readonly Real[] _means, _factors;

    /// <summary>Makes a standardization from known means and factors.</summary>
    /// <param name="means">The subtracted values, one per column; finite. NaN, with the factor 0, makes every value of the column
    /// missing.</param>
    /// <param name="factors">The factors, one per column; finite, ≥ 0; 0 marks a constant column.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a number is out of range.</exception>
    public Standardization(ReadOnlySpan<Real> means, ReadOnlySpan<Real> factors)
    {
        if (means.Length != factors.Length)
            throw new ArgumentException($"There are {means.Length} means, but {factors.Length} factors. Every column needs one of each.");
        for (var j = 0; j < means.Length; j++)
            if (!(Real.IsFinite(means[j]) || (Real.IsNaN(means[j]) && factors[j] == 0)) || !Real.IsFinite(factors[j]) || factors[j] < 0)
                throw new ArgumentException($"Column {j}: mean {means[j]} and factor {factors[j]} must be finite, and the factor ≥ 0.");
        (_means, _factors) = (means.ToArray(), factors.ToArray());
    }

    /// <summary>The subtracted values, one per column.</summary>
    public ReadOnlySpan<Real> Means => _means;

    /// <summary>1 / standard deviation, or the other factor that was measured, one per column; 0 for a constant column.</summary>
    public ReadOnlySpan<Real> Factors => _factors;

    /// <summary>Measures weighted mean and population standard deviation: σ² = Σ w·(x − μ)² / Σ w.</summary>
    /// <param name="values">[rows × columns], finite; or NaN, which is ignored.</param>
    /// <param name="weights">[rows], or empty when all rows count the same.</param>
    public static Standardization Measure(ReadOnlyMatrix values, ReadOnlySpan<Real> weights) => MeasureRows(values, weights, meter: null);

    /// <summary>The same. Counts the work.</summary>
    internal static Standardization MeasureRows<TRows>(TRows values, ReadOnlySpan<Real> weights, WorkMeter? meter)
        where TRows : IRows, allows ref struct
    {
        // Two loops in double: a single loop would suffer from cancellation in columns such as dates, whose mean is much larger than
        // their spread.
        double[] total = new double[values.Columns], mean = new double[values.Columns], variance = new double[values.Columns];
        for (var row = 0; row < values.Rows; row++)
        {
            double weight = weights.IsEmpty ? 1 : weights[row];
            var x = values.Row(row);
            meter?.Add(x.Length);
            for (var j = 0; j < x.Length; j++)
            {
                if (Real.IsNaN(x[j])) continue;
                total[j] += weight;
                mean[j] += weight * x[j];
            }
        }
        for (var j = 0; j < mean.Length; j++) mean[j] = total[j] == 0 ? 0 : mean[j] / total[j];

        for (var row = 0; row < values.Rows; row++)
        {
            double weight = weights.IsEmpty ? 1 : weights[row];
            var x = values.Row(row);
            meter?.Add(x.Length);
            for (var j = 0; j < x.Length; j++)
                if (!Real.IsNaN(x[j])) variance[j] += weight * (x[j] - mean[j]) * (x[j] - mean[j]);
        }

        Real[] means = new Real[values.Columns], factors = new Real[values.Columns];
        for (var j = 0; j < means.Length; j++)
        {
            meter?.Add(values.Rows);
            means[j] = (Real)mean[j];
            var factor = (Real)(1 / Math.Sqrt(variance[j] / total[j]));
            factors[j] = IsConstant(values, j) || !Real.IsFinite(factor) ? 0 : factor;
        }
        return new Standardization(means, factors);
    }

    /// <summary>Measures median and quartiles: x′ = (x − median) / (upper − lower quartile). If the quartiles are equal, half the range
    /// replaces their distance.</summary>
    /// <remarks>Quantiles are interpolated between neighbours, as in NumPy. Holzmüller, Grinsztajn and Steinwart (2024), "Better by
    /// default", arXiv:2407.04491.</remarks>
    /// <param name="values">[rows × columns], finite; or NaN, which is ignored.</param>
    public static Standardization MeasureQuartiles(ReadOnlyMatrix values) => MeasureQuartilesOfRows(values, meter: null);

    /// <summary>The same. Counts the work.</summary>
    internal static Standardization MeasureQuartilesOfRows<TRows>(TRows values, WorkMeter? meter) where TRows : IRows, allows ref struct
    {
        Real[] medians = new Real[values.Columns], factors = new Real[values.Columns], known = new Real[values.Rows];
        for (var j = 0; j < values.Columns; j++)
        {
            var sorted = RowReading.CopyKnown(values, j, known, meter);
            if (sorted.IsEmpty) continue;
            ChunkedSort.Sort(sorted, meter);
            var (median, factor) = Quartiles.Of(sorted);
            (medians[j], factors[j]) = ((Real)median, Real.IsFinite((Real)factor) ? (Real)factor : 0);
        }
        return new Standardization(medians, factors);
    }

    /// <summary>For sparse columns: no shift, because it would change their zeros. Each column is divided by its largest magnitude. A
    /// column of zeros stays unchanged.</summary>
    /// <remarks>As scikit-learn's MaxAbsScaler, which it recommends for sparse data, and as ML.NET's NormalizeMinMax does by
    /// default.</remarks>
    /// <param name="values">[rows × columns]</param>
    /// <param name="rows">The indices of the rows.</param>
    /// <param name="meter">Counts the work; null where work is not counted.</param>
    internal static Standardization MeasureMagnitudes(SparseMatrix values, IEnumerable<int> rows, WorkMeter? meter = null)
    {
        var factors = new Real[values.Columns];
        foreach (var row in rows)
        {
            var columns = values.ColumnsOf(row);
            var numbers = values.ValuesOf(row);
            meter?.Add(numbers.Length);
            // MaxNumber ignores missing values (NaN).
            for (var i = 0; i < columns.Length; i++) factors[columns[i]] = Real.MaxNumber(factors[columns[i]], Math.Abs(numbers[i]));
        }
        for (var j = 0; j < factors.Length; j++) factors[j] = Real.IsFinite(1 / factors[j]) ? 1 / factors[j] : 0;
        return new Standardization(new Real[values.Columns], factors);
    }

    /// <summary>Whether 0 stays 0 in every column.</summary>
    internal bool KeepsZeros => !_means.AsSpan().ContainsAnyExcept((Real)0);

    /// <summary>The same, but some columns stay unchanged.</summary>
    internal Standardization Sparing(IEnumerable<int> columns)
    {
        Real[] means = [.. _means], factors = [.. _factors];
        foreach (var column in columns) (means[column], factors[column]) = (0, 1);
        return new Standardization(means, factors);
    }

    /// <summary>Writes x′ = (x − mean)·factor for one row.</summary>
    /// <param name="x">[columns]</param>
    /// <param name="standardized">[columns], overwritten; may be <paramref name="x"/>.</param>
    public void Apply(ReadOnlySpan<Real> x, Span<Real> standardized) =>
        Elementwise.Zip(new Arithmetic.ScaledDeviation(), x, _means, _factors, standardized);

    /// <summary>The same for values of one column, in place.</summary>
    internal void ApplyToColumn(int column, Span<Real> values)
    {
        foreach (ref var value in values) value = (value - _means[column]) * _factors[column];
    }

    /// <summary>Writes one row standardized; without a standardization, it is copied.</summary>
    internal static void ApplyOrCopy(Standardization? standardization, ReadOnlySpan<Real> x, Span<Real> destination)
    {
        if (standardization is null) x.CopyTo(destination);
        else standardization.Apply(x, destination);
    }

    /// <summary>Undoes <see cref="Apply"/> in place: x = x′·σ + mean. A constant column becomes its mean.</summary>
    /// <param name="x">[columns]</param>
    public void Invert(Span<Real> x)
    {
        for (var j = 0; j < x.Length; j++) x[j] = _factors[j] == 0 ? _means[j] : x[j] / _factors[j] + _means[j];
    }

    // The measured variance of a constant column is only nearly zero: its mean is rounded.
    private static bool IsConstant<TRows>(TRows values, int column) where TRows : IRows, allows ref struct
    {
        var first = Real.NaN;
        for (var row = 0; row < values.Rows; row++)
        {
            var value = values.Row(row)[column];
            if (Real.IsNaN(value)) continue;
            if (Real.IsNaN(first)) first = value;
            else if (value != first) return false;
        }
        return true;
    }
}
