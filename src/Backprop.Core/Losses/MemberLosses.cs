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
    /// <param name="losses">[rows], overwritten.</param>
    /// <param name="gradient">[rows × (members · outputs)], overwritten with the slope of every member's own loss.</param>
    public static void EvaluateRows(Loss loss, ReadOnlyMatrix scores, int members, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
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
            foreach (var own in ofMembers.Slice(row * members, members)) sum += own;
            losses[row] = (Real)(sum / members);
        }
        Scratch.Return(room);
    }
}
