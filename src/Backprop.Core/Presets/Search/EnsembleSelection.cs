using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>Greedy selection of networks for a blend, by their predictions of held-out rows.</summary>
/// <remarks>
/// Caruana, Niculescu-Mizil, Crew and Ksikes (2004), "Ensemble selection from libraries of models", with replacement. The selection of the
/// round with the smallest loss is the result.
/// </remarks>
internal sealed class EnsembleSelection
{
    // More scores do not make the selection better, but slow.
    private const int MaxScores = 1 << 18, RowsAtOnce = 256;
    private const long WorkOfScore = 16;

    private readonly Loss _loss;
    private readonly int _outputs, _rows;
    private readonly Real[][] _scores;
    private readonly Real[] _targets, _weights, _copies, _averages, _losses, _gradient;
    private readonly int _targetColumns;
    private readonly WorkMeter _work;

    /// <param name="loss">The loss of blended scores. Its label smoothing is ignored.</param>
    /// <param name="candidates">The scores of each network, of the same rows.</param>
    /// <param name="work">Counts the work.</param>
    /// <param name="rounds">Maximum number of copies.</param>
    public EnsembleSelection(Loss loss, IReadOnlyList<HeldOutScores> candidates, int rounds, WorkMeter work)
    {
        var rows = candidates[0].Rows;
        (_loss, _outputs, _work) = (loss.WithSmoothingTimes(0), candidates[0].Scores.Columns, work);
        var step = (int)Math.Max(1, ((long)rows.Count * _outputs + MaxScores - 1) / MaxScores);
        int[] used = [.. Enumerable.Range(0, rows.Count).Where(row => row % step == 0)];
        (_rows, _targetColumns) = (used.Length, rows.TargetCount);
        _scores = [.. candidates.Select(each => Take(each.Scores, used))];
        _targets = Take(rows.Targets, used);
        _weights = candidates[0].Weights.IsEmpty ? [] : Take(new ReadOnlyMatrix(candidates[0].Weights, rows.Count, 1), used);
        _copies = new Real[RowsAtOnce * (rounds + 1) * _outputs];
        _averages = new Real[RowsAtOnce * _outputs];
        (_losses, _gradient) = (new Real[RowsAtOnce], new Real[RowsAtOnce * _outputs]);
    }

    /// <summary>The loss of one network.</summary>
    public double LossOf(int candidate) => LossOf(_scores[candidate], copies: 0, candidate);

    /// <summary>Selects networks.</summary>
    /// <param name="first">The network that is selected first.</param>
    /// <param name="rounds">Maximum number of copies.</param>
    /// <returns>The copies of each network; 0 for those that are not selected.</returns>
    public int[] Select(int first, int rounds)
    {
        var copies = new int[_scores.Length];
        copies[first] = 1;
        int[] best = [.. copies];
        var bestLoss = LossOf(first);
        Real[] blended = [.. _scores[first]];
        for (var count = 1; count < rounds; count++)
        {
            var (next, loss) = (-1, double.PositiveInfinity);
            for (var i = 0; i < _scores.Length; i++)
            {
                var own = LossOf(blended, count, i);
                if (own < loss) (next, loss) = (i, own);
            }
            if (next < 0) break;
            Blend(blended, count, next, 0, _rows, blended);
            copies[next]++;
            if (!(loss < bestLoss)) continue;
            copies.CopyTo(best, 0);
            bestLoss = loss;
        }
        return best;
    }

    private static Real[] Take(ReadOnlyMatrix from, int[] rows)
    {
        var taken = new Real[checked(rows.Length * from.Columns)];
        for (var i = 0; i < rows.Length; i++) from.Row(rows[i]).CopyTo(taken.AsSpan(i * from.Columns));
        return taken;
    }

    // The loss of a blend of some copies with one more network.
    private double LossOf(Real[] blended, int copies, int candidate)
    {
        double sum = 0, total = 0;
        for (int first = 0, count; first < _rows; first += count)
        {
            count = Math.Min(RowsAtOnce, _rows - first);
            Blend(blended, copies, candidate, first, count, _averages);
            var scores = new ReadOnlyMatrix(_averages.AsSpan(0, count * _outputs), count, _outputs);
            var targets = new ReadOnlyMatrix(_targets.AsSpan(first * _targetColumns, count * _targetColumns), count, _targetColumns);
            _loss.EvaluateRows(
                scores, targets, _losses.AsSpan(0, count), new Matrix(_gradient.AsSpan(0, count * _outputs), count, _outputs));
            for (var row = 0; row < count; row++)
            {
                var weight = _weights.Length == 0 ? 1 : (double)_weights[first + row];
                sum += weight * _losses[row];
                total += weight;
            }
            _work.Add(WorkOfScore * count * _outputs * (copies + 2));
        }
        return sum / total;
    }

    // The average of copies of a blend and one network. That a blend counts several times is the same as if its networks did.
    private void Blend(Real[] blended, int copies, int candidate, int first, int count, Real[] result)
    {
        for (int done = 0, rows; done < count; done += rows)
        {
            rows = Math.Min(RowsAtOnce, count - done);
            for (var row = 0; row < rows; row++)
            {
                var at = (first + done + row) * _outputs;
                var to = _copies.AsSpan(row * (copies + 1) * _outputs);
                for (var copy = 0; copy < copies; copy++) blended.AsSpan(at, _outputs).CopyTo(to[(copy * _outputs)..]);
                _scores[candidate].AsSpan(at, _outputs).CopyTo(to[(copies * _outputs)..]);
            }
            _loss.AverageMembers(
                new Matrix(_copies.AsSpan(0, rows * (copies + 1) * _outputs), rows * (copies + 1), _outputs),
                new Matrix(result.AsSpan(done * _outputs, rows * _outputs), rows, _outputs));
        }
    }
}
