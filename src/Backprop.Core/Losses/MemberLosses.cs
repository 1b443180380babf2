using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>The losses of an ensemble, whose members' scores follow one another in a row. Each member learns from its own loss, as if it
/// were alone.</summary>
internal static class MemberLosses
{
    /// <summary>The loss of every example, which is the mean of the members' losses, and the gradients of the members' own
    /// losses.</summary>
    /// <param name="loss">The loss of one member.</param>
    /// <param name="scores">[rows × (members · outputs)], member after member.</param>
    /// <param name="members">Number of members; at least 1.</param>
    /// <param name="targets">[rows × target columns], the same for all members.</param>
    /// <param name="losses">[rows], overwritten.</param>
    /// <param name="gradient">[rows × (members · outputs)], overwritten with the gradient of every member's own loss.</param>
    /// <param name="own">[rows × members], overwritten with the loss of every member; empty if not needed. A <see cref="GroupLoss"/> has
    /// none.</param>
    public static void EvaluateRows(
        Loss loss, ReadOnlyMatrix scores, int members, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient, Span<Real> own = default)
    {
        if (members == 1)
        {
            loss.EvaluateRows(scores, targets, losses, gradient);
            if (!own.IsEmpty) losses.CopyTo(own);
            return;
        }
        if (loss is GroupLoss ofGroups)
        {
            EvaluateGroup(ofGroups, scores, members, targets, losses, gradient);
            return;
        }

        // A row of k members is k rows in memory, so the loss sees as many rows, each with the target of its example.
        int rows = scores.Rows * members, outputs = scores.Columns / members;
        var room = Scratch.Rent(checked(rows * (targets.Columns + 1)));
        Matrix repeated = new(room.AsSpan(0, rows * targets.Columns), rows, targets.Columns);
        var ofMembers = room.AsSpan(repeated.Values.Length, rows);
        for (var row = 0; row < rows; row++) targets.Row(row / members).CopyTo(repeated.Row(row));
        loss.EvaluateRows(
            new ReadOnlyMatrix(scores.Values, rows, outputs), repeated, ofMembers, new Matrix(gradient.Values, rows, outputs));
        for (var row = 0; row < scores.Rows; row++) losses[row] = Mean(ofMembers.Slice(row * members, members));
        if (!own.IsEmpty) ofMembers.CopyTo(own);
        Scratch.Return(room);
    }

    /// <summary>The loss of an example: the mean of the members' losses, in their order.</summary>
    public static Real Mean(ReadOnlySpan<Real> losses)
    {
        double sum = 0;
        foreach (var loss in losses) sum += loss;
        return (Real)(sum / losses.Length);
    }

    // The scores of one member are not adjacent in memory, but a group loss needs all scores of a group together.
    private static void EvaluateGroup(
        GroupLoss loss, ReadOnlyMatrix scores, int members, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        int rows = scores.Rows, outputs = scores.Columns / members;
        var room = Scratch.Rent(checked(2 * rows * outputs));
        Matrix own = new(room.AsSpan(0, rows * outputs), rows, outputs),
            ownGradient = new(room.AsSpan(rows * outputs, rows * outputs), rows, outputs);
        double sum = 0;
        for (var member = 0; member < members; member++)
        {
            var first = member * outputs;
            for (var row = 0; row < rows; row++) scores.Row(row).Slice(first, outputs).CopyTo(own.Row(row));
            sum += loss.EvaluateGroup(own, targets, ownGradient);
            for (var row = 0; row < rows; row++) ownGradient.Row(row).CopyTo(gradient.Row(row)[first..]);
        }
        losses.Fill((Real)(sum / members / rows));
        Scratch.Return(room);
    }

    /// <summary>Computes ∂J/∂scores from the gradients of the examples' own losses, where each member has its own examples and its own J.
    /// Multiplies each by wᵢ / Σ w of the member.</summary>
    /// <param name="gradient">[examples × outputs], of the first member, the second, … and the first again; changed in place.</param>
    /// <param name="weights">[examples]</param>
    /// <param name="totals">[members]: Σ w; 0 for a member without examples, whose gradients are 0.</param>
    public static void ScaleGradient(Matrix gradient, ReadOnlySpan<Real> weights, ReadOnlySpan<double> totals)
    {
        for (var i = 0; i < gradient.Rows; i++)
        {
            var total = totals[i % totals.Length];
            var factor = total > 0 ? (Real)(weights[i] / total) : 0;
            foreach (ref var value in gradient.Row(i)) value *= factor;
        }
    }

    /// <summary>The scores of one member of every row.</summary>
    /// <param name="scores">[rows × (members · outputs)]</param>
    /// <param name="chosen">[rows]: which member.</param>
    /// <param name="result">[rows × outputs], overwritten.</param>
    public static void Choose(ReadOnlyMatrix scores, ReadOnlySpan<int> chosen, Matrix result)
    {
        for (var row = 0; row < result.Rows; row++)
            scores.Row(row).Slice(chosen[row] * result.Columns, result.Columns).CopyTo(result.Row(row));
    }
}
