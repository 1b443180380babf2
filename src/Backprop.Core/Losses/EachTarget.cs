using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>Evaluates each target of a row by itself: L = Σ sₜ·Lₜ(zₜ, yₜ) with the share sₜ of each target
/// (<see cref="Loss.ShareOf"/>).</summary>
internal static class EachTarget
{
    /// <summary>Fills losses and gradient (<see cref="Loss.EvaluateRows"/>). A missing target (NaN) adds nothing to the loss, and its
    /// scores have the gradient 0.</summary>
    /// <param name="loss">The loss, and the shares of the targets.</param>
    /// <param name="factors">Factors of the values of labels; null for none.</param>
    /// <param name="scores">[rows × outputs]</param>
    /// <param name="targets">[rows × targets]; NaN if missing.</param>
    /// <param name="losses">[rows], overwritten.</param>
    /// <param name="gradient">[rows × outputs], overwritten.</param>
    public static void EvaluateRows(
        Loss loss, LabelFactors? factors, ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<Real> losses, Matrix gradient)
    {
        int rows = scores.Rows, each = scores.Columns / targets.Columns;
        var room = Scratch.Rent(checked(2 * rows * (each + 1)));
        Span<Real> z = room.AsSpan(0, rows * each), dz = room.AsSpan(rows * each, rows * each),
            y = room.AsSpan(2 * rows * each, rows), own = room.AsSpan(2 * rows * each + rows, rows);
        losses.Clear();
        gradient.Values.Clear();
        for (var target = 0; target < targets.Columns; target++)
        {
            var first = target * each;
            var known = 0;
            for (var row = 0; row < rows; row++)
            {
                if (Real.IsNaN(targets.Row(row)[target])) continue;
                scores.Row(row).Slice(first, each).CopyTo(z[(known * each)..]);
                y[known++] = targets.Row(row)[target];
            }
            if (known == 0) continue;
            var derivatives = new Matrix(dz[..(known * each)], known, each);
            loss.OfTarget(target).EvaluateRows(
                new ReadOnlyMatrix(z[..(known * each)], known, each), new ReadOnlyMatrix(y[..known], known, 1), own[..known],
                derivatives);

            var share = loss.ShareOf(target, targets.Columns);
            known = 0;
            for (var row = 0; row < rows; row++)
            {
                if (Real.IsNaN(targets.Row(row)[target])) continue;
                var factor = (Real)(factors is null ? share : share * factors.Of(target, y[known]));
                losses[row] += factor * own[known];
                for (var i = 0; i < each; i++) gradient.Row(row)[first + i] = factor * derivatives.Row(known)[i];
                known++;
            }
        }
        Scratch.Return(room);
    }

    /// <summary>Copies the scores of one target.</summary>
    /// <param name="all">[rows × outputs]</param>
    /// <param name="target">Which.</param>
    /// <param name="own">[rows × scores of one target], overwritten.</param>
    public static void Gather(ReadOnlyMatrix all, int target, Matrix own)
    {
        for (var row = 0; row < own.Rows; row++) all.Row(row).Slice(target * own.Columns, own.Columns).CopyTo(own.Row(row));
    }

    /// <summary>Copies them back.</summary>
    /// <param name="own">[rows × scores of one target]</param>
    /// <param name="target">Which.</param>
    /// <param name="all">[rows × outputs]; the scores of this target are overwritten.</param>
    public static void Scatter(ReadOnlyMatrix own, int target, Matrix all)
    {
        for (var row = 0; row < own.Rows; row++) own.Row(row).CopyTo(all.Row(row).Slice(target * own.Columns, own.Columns));
    }
}
