using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>The base of the losses for learning to rank. They depend on the order of the rows of a group by their relevance y.</summary>
/// <remarks>
/// There is one score for each target column. With several columns, L is the mean over the columns. A group whose rows all have the same
/// relevance has no order: its loss and its gradient are 0. The prediction is the score. Only differences between scores of one group have
/// a meaning.
/// </remarks>
public abstract record RankingLoss : GroupLoss
{
    private protected RankingLoss()
    {
    }

    /// <inheritdoc/>
    public override TargetKind TargetKind => TargetKind.Relevance;

    /// <inheritdoc/>
    public sealed override double EvaluateGroup(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Matrix gradient)
    {
        var (rows, columns) = (scores.Rows, scores.Columns);
        if (columns == 1) return EvaluateColumn(scores.Values, targets.Values, gradient.Values);
        var room = Scratch.Rent(checked(3 * rows));
        Span<Real> z = room.AsSpan(0, rows), y = room.AsSpan(rows, rows), dz = room.AsSpan(2 * rows, rows);
        double sum = 0;
        for (var column = 0; column < columns; column++)
        {
            for (var row = 0; row < rows; row++) (z[row], y[row]) = (scores.Row(row)[column], targets.Row(row)[column]);
            sum += EvaluateColumn(z, y, dz);
            for (var row = 0; row < rows; row++) gradient.Row(row)[column] = dz[row] / columns;
        }
        Scratch.Return(room);
        return sum / columns;
    }

    /// <summary>The loss of one column of a group whose rows do not all have the same relevance.</summary>
    /// <param name="z">[rows]: the scores.</param>
    /// <param name="y">[rows]: the relevance.</param>
    /// <param name="dz">[rows]: 0 on entry; ∂L/∂z on return.</param>
    /// <returns>L.</returns>
    private protected abstract double Evaluate(ReadOnlySpan<Real> z, ReadOnlySpan<Real> y, Span<Real> dz);

    internal override LossLink Link => LossLink.Identity;

    internal override MemberAverage Averaging => MemberAverage.Mean;

    /// <inheritdoc/>
    public sealed override void Predict(Matrix scores)
    {
    }

    private double EvaluateColumn(ReadOnlySpan<Real> z, ReadOnlySpan<Real> y, Span<Real> dz)
    {
        dz.Clear();
        return y.IndexOfAnyExcept(y[0]) < 0 ? 0 : Evaluate(z, y, dz);
    }
}
