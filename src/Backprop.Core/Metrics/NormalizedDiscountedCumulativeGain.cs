using System.Globalization;
using System.Text;
using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>NDCG@k of a group: its DCG@k in descending order of the scores, divided by the DCG@k of the best order. DCG@k = Σ gain /
/// log(1 + position) over the first k positions.</summary>
/// <remarks>
/// Järvelin and Kekäläinen (2002), "Cumulated gain-based evaluation of IR techniques". The values are those of
/// <c>ml.Ranking.Evaluate</c>: a group whose gains are all 0 has NDCG 0. Of rows with equal scores, the less relevant one is first.
/// </remarks>
public sealed record NormalizedDiscountedCumulativeGain : GroupMetric
{
    private readonly GainTable _gains = GainTable.Default;

    /// <summary>k: the positions that count.</summary>
    /// <value>10; at least 1.</value>
    public int TruncationLevel
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 10;

    /// <summary>The gain of each relevance label 0, 1, 2, …</summary>
    /// <value>0, 3, 7, 15, …, 4095 for labels from 0 to 11. 2 to 256 gains, each ≥ 0 and finite, none below the one before.
    /// Copied.</value>
    public IReadOnlyList<double> Gains
    {
        get => _gains.Gains;
        init => _gains = GainTable.Of(value, nameof(Gains));
    }

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <inheritdoc/>
    public override bool Suits(TargetKind kind) => kind == TargetKind.Relevance;

    /// <inheritdoc/>
    public override double MeasureGroup(ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets)
    {
        double sum = 0;
        for (var column = 0; column < targets.Columns; column++) sum += MeasureColumn(scores, targets, column);
        return sum / targets.Columns;
    }

    /// <summary>The first target that is not a label of the gains; null if there is none.</summary>
    internal Real? FirstWithoutGain(ReadOnlyMatrix targets)
    {
        foreach (var target in targets.Values)
            if (!_gains.Contains(target)) return target;
        return null;
    }

    /// <summary>The labels that have gains, for messages.</summary>
    internal string AllowedLabels => _gains.AllowedLabels;

    /// <summary>Lists the options.</summary>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append(
            CultureInfo.InvariantCulture, $"{nameof(TruncationLevel)} = {TruncationLevel}, {nameof(Gains)} = {_gains}");
        return true;
    }

    private double MeasureColumn(ReadOnlyMatrix scores, ReadOnlyMatrix targets, int column)
    {
        var rows = targets.Rows;
        var room = Scratch.Rent(checked(3 * rows));
        Span<Real> z = room.AsSpan(0, rows), y = room.AsSpan(rows, rows), negative = room.AsSpan(2 * rows, rows);
        for (var row = 0; row < rows; row++) (z[row], y[row]) = (scores.Row(row)[column], targets.Row(row)[column]);
        for (var row = 0; row < rows; row++) negative[row] = -y[row];
        var value = Measure(z, y, negative);
        Scratch.Return(room);
        return value;
    }

    private double Measure(ReadOnlySpan<Real> z, ReadOnlySpan<Real> y, ReadOnlySpan<Real> negative)
    {
        foreach (var target in y)
            if (!_gains.Contains(target)) return double.NaN;
        var ideal = _gains.IdealDcg(y, TruncationLevel);
        if (ideal == 0) return 0;
        var order = Scratch.IndicesOfAtLeast(z.Length).AsSpan(0, z.Length);
        DescendingOrder.Write(z, negative, order);
        double dcg = 0;
        for (var i = 0; i < Math.Min(TruncationLevel, order.Length); i++)
            dcg += _gains.Of(y[order[i]]) * GainTable.Discount(i, TruncationLevel);
        return dcg / ideal;
    }
}
