using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>The losses of an ensemble, whose members' scores stand side by side: each member learns by its own, as if it were alone.</summary>
internal static class MemberLosses
{
    /// <summary>The loss of every example, which is the mean of the members' own, and the slopes of the members' own.</summary>
    /// <param name="loss">What they are compared by.</param>
    /// <param name="scores">[rows × (members · outputs)], member after member.</param>
    /// <param name="members">How many; at least 1.</param>
    /// <param name="targets">[rows × target columns], the same for all members.</param>
    /// <param name="leftOut">[rows]: the member that does not learn from the example; or empty, where all do.</param>
    /// <param name="losses">[rows], overwritten.</param>
    /// <param name="gradient">[rows × (members · outputs)], overwritten with the slope of every member's own loss.</param>
    public static void EvaluateRows(Loss loss, ReadOnlyMatrix scores, int members, ReadOnlyMatrix targets, ReadOnlySpan<int> leftOut, Span<Real> losses, Matrix gradient)
    {
        if (members == 1)
        {
            loss.EvaluateRows(scores, targets, losses, gradient);
            return;
        }

        // A row of k members is k rows in memory, so the loss sees as many rows, each with the target of its example.
        int rows = scores.Rows * members, outputs = scores.Columns / members;
        var room = Scratch.Rent(checked(rows * (targets.Columns + 1)));
        Matrix repeated = new(room.AsSpan(0, rows * targets.Columns), rows, targets.Columns);
        var ofMembers = room.AsSpan(repeated.Values.Length, rows);
        for (var row = 0; row < rows; row++) targets.Row(row / members).CopyTo(repeated.Row(row));
        loss.EvaluateRows(new ReadOnlyMatrix(scores.Values, rows, outputs), repeated, ofMembers, new Matrix(gradient.Values, rows, outputs));
        for (var row = 0; row < scores.Rows; row++)
        {
            double sum = 0;
            var without = leftOut.IsEmpty ? -1 : leftOut[row];
            for (var member = 0; member < members; member++) sum += member == without ? 0 : ofMembers[row * members + member];
            losses[row] = (Real)(sum / (without < 0 ? members : members - 1));
            if (without >= 0) gradient.Row(row).Slice(without * outputs, outputs).Clear();
        }
        Scratch.Return(room);
    }

    /// <summary>Makes ∂J/∂scores of the slopes of the rows' own losses, where each member has a J of its own, over the rows that it learns from: each times wᵢ / Σ w of the member.</summary>
    /// <param name="gradient">[rows × (members · outputs)], changed in place.</param>
    /// <param name="weights">[rows], or empty.</param>
    /// <param name="totals">[members]: Σ w; 0 for a member that learns from no row, whose slopes are 0.</param>
    public static void ScaleGradient(Matrix gradient, ReadOnlySpan<Real> weights, ReadOnlySpan<double> totals)
    {
        var outputs = gradient.Columns / totals.Length;
        for (var row = 0; row < gradient.Rows; row++)
        {
            var weight = weights.IsEmpty ? 1 : (double)weights[row];
            for (var member = 0; member < totals.Length; member++)
            {
                var factor = totals[member] > 0 ? (Real)(weight / totals[member]) : 0;
                foreach (ref var slope in gradient.Row(row).Slice(member * outputs, outputs)) slope *= factor;
            }
        }
    }

    /// <summary>The scores of one member of every row.</summary>
    /// <param name="scores">[rows × (members · outputs)]</param>
    /// <param name="chosen">[rows]: which member.</param>
    /// <param name="result">[rows × outputs], overwritten.</param>
    public static void Choose(ReadOnlyMatrix scores, ReadOnlySpan<int> chosen, Matrix result)
    {
        for (var row = 0; row < result.Rows; row++) scores.Row(row).Slice(chosen[row] * result.Columns, result.Columns).CopyTo(result.Row(row));
    }
}
