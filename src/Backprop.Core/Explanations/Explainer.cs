using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>Explains values of rows as sums of contributions of their columns. The scratch of one thread; rows are explained without
/// allocations.</summary>
/// <remarks>A column is one feature, or several features that are explained together.</remarks>
/// <param name="columns">Number of columns.</param>
/// <param name="rows">Maximum number of rows of one call.</param>
internal abstract class RowExplainer(int columns, int rows)
{
    /// <summary>Number of columns.</summary>
    public int Columns => columns;

    /// <summary>Maximum number of rows of one call.</summary>
    public int MaxRows => rows;

    /// <summary>[columns]: the standard errors of the contributions of the last row, if they are estimates; otherwise empty.</summary>
    public virtual ReadOnlySpan<double> StandardErrors => [];

    /// <summary>Explains one value of every row: its difference to that of the baseline is the sum of the contributions.</summary>
    /// <param name="features">[rows × features], raw; at least one row.</param>
    /// <param name="outputs">[rows]: the index of the explained value, or <see cref="Explainer.LargestOutput"/>.</param>
    /// <param name="contributions">[rows × columns], overwritten; NaN where the value is NaN.</param>
    /// <param name="rows">[rows], overwritten.</param>
    public abstract void Explain(
        ReadOnlyMatrix features, ReadOnlySpan<int> outputs, Matrix contributions, Span<ExplainedRow> rows);
}

/// <summary>Explains values by comparing the prepared features of a row with those of the baseline.</summary>
internal abstract class Explainer : RowExplainer
{
    /// <summary>In place of an output: the output with the largest value of the row.</summary>
    public const int LargestOutput = -1;

    private readonly FeaturePreparation _preparation;
    private readonly Real[] _pathStart, _baselineValues;
    private readonly int[] _columns;
    private readonly double[] _sums;

    /// <param name="explained">The network.</param>
    /// <param name="columns">Maps features to columns.</param>
    /// <param name="explainsPredictions">Whether predictions are explained; otherwise scores.</param>
    /// <param name="rows">Maximum number of rows of one call.</param>
    /// <param name="capacity">Maximum number of rows that are scored together.</param>
    /// <param name="withGradients">Whether gradients of the scores are used.</param>
    protected Explainer(
        ExplainedNetwork explained, FeatureColumns columns, bool explainsPredictions, int rows, int capacity, bool withGradients)
        : base(columns.Count, rows)
    {
        Explained = explained;
        _preparation = explained.CreatePreparation(rows);
        Affine = explained.CreateAffine(rows, withGradients);
        Function = explained.CreateFunction(explainsPredictions, capacity, withGradients);
        _columns = [.. explained.Sources.ToArray().Select(feature => columns.ColumnOf(feature))];
        _sums = new double[Columns];
        _pathStart = Affine.Forward(new ReadOnlyMatrix(explained.Baseline, 1, explained.Width)).Values.ToArray();
        _baselineValues = Function.Forward(PathStart).Values.ToArray();
    }

    protected ExplainedNetwork Explained { get; }

    /// <summary>The affine layers after those that prepare features.</summary>
    protected IRowFunction Affine { get; }

    /// <summary>The explained values as a function of what leaves the affine layers.</summary>
    protected IScoreFunction Function { get; }

    /// <summary>[1 × inputs of <see cref="Function"/>]: the baseline behind the affine layers.</summary>
    protected ReadOnlyMatrix PathStart => new(_pathStart, 1, _pathStart.Length);

    /// <summary>The column of every prepared feature.</summary>
    protected ReadOnlySpan<int> ColumnsOfPrepared => _columns;

    /// <inheritdoc/>
    public override void Explain(ReadOnlyMatrix features, ReadOnlySpan<int> outputs, Matrix contributions, Span<ExplainedRow> rows)
    {
        var prepared = _preparation.Forward(features);
        ExplainPrepared(prepared, outputs, contributions, rows);
        for (var row = 0; row < rows.Length; row++)
            if (!double.IsFinite(rows[row].Value - rows[row].Baseline)) contributions.Row(row).Fill(Real.NaN);
    }

    /// <summary>The same for prepared features.</summary>
    protected abstract void ExplainPrepared(
        ReadOnlyMatrix prepared, ReadOnlySpan<int> outputs, Matrix contributions, Span<ExplainedRow> rows);

    /// <summary>Computes the values of the rows themselves and of the baseline.</summary>
    /// <param name="path">[rows × inputs of <see cref="Function"/>]</param>
    /// <param name="outputs">[rows]</param>
    /// <param name="rows">[rows], overwritten.</param>
    protected void Score(ReadOnlyMatrix path, ReadOnlySpan<int> outputs, Span<ExplainedRow> rows)
    {
        for (int first = 0, count; first < path.Rows; first += count)
        {
            count = Math.Min(Function.Capacity, path.Rows - first);
            var values = Function.Forward(path.RowRange(first, count));
            for (var i = 0; i < count; i++)
            {
                var output = outputs[first + i] == LargestOutput ? IndexOfLargest(values.Row(i)) : outputs[first + i];
                rows[first + i] = new ExplainedRow(output, values.Row(i)[output], _baselineValues[output]);
            }
        }
    }

    /// <summary>Adds up gradient·(prepared − baseline) over the prepared features of every column.</summary>
    protected void SumByColumn(ReadOnlySpan<Real> prepared, ReadOnlySpan<Real> gradient, Span<Real> contributions)
    {
        _sums.AsSpan().Clear();
        var baseline = Explained.Baseline;
        for (var i = 0; i < prepared.Length; i++) _sums[_columns[i]] += (double)gradient[i] * (prepared[i] - baseline[i]);
        for (var column = 0; column < _sums.Length; column++) contributions[column] = (Real)_sums[column];
    }

    private static int IndexOfLargest(ReadOnlySpan<Real> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++) if (values[i] > values[best]) best = i;
        return best;
    }
}

/// <summary>One explained value.</summary>
/// <param name="Output">The index of the value.</param>
/// <param name="Value">The value of the row.</param>
/// <param name="Baseline">The value of the baseline.</param>
internal readonly record struct ExplainedRow(int Output, double Value, double Baseline);
