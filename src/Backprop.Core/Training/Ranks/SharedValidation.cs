using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The loss of rows that several ranks score together: each rank scores some batches, and all ranks receive all results.</summary>
/// <remarks>The loss of a batch does not depend on the rank, and the mean is a sum over batches in their order. So it has the bits of one
/// process.</remarks>
internal sealed class SharedValidation
{
    private readonly RankReducer _reducer;
    private readonly Minibatches _batches;
    private readonly StopCondition _stop;
    private readonly (int First, int Count)[] _sumsOfRanks, _scoresOfRanks;
    private readonly int[] _firstScores;
    private readonly int _outputs;
    private readonly double[] _sums;
    private Real[] _scores = [];

    /// <param name="reducer">Exchanges the results.</param>
    /// <param name="batches">The same on all ranks.</param>
    /// <param name="outputs">The scores of an example.</param>
    /// <param name="stop">Runs the caller's check before each batch.</param>
    public SharedValidation(RankReducer reducer, Minibatches batches, int outputs, StopCondition stop)
    {
        (_reducer, _batches, _outputs, _stop) = (reducer, batches, outputs, stop);
        _sums = new double[2 * batches.Count];
        _firstScores = new int[batches.Count + 1];
        for (var b = 0; b < batches.Count; b++) _firstScores[b + 1] = checked(_firstScores[b] + batches.RowsOf(b).Length * outputs);
        var size = reducer.Ranks.Size;
        _sumsOfRanks = new (int, int)[size];
        _scoresOfRanks = new (int, int)[size];
        for (var rank = 0; rank < size; rank++)
        {
            var (first, count) = Network.Share(batches.Count, rank, size);
            _sumsOfRanks[rank] = (2 * first, 2 * count);
            _scoresOfRanks[rank] = (_firstScores[first], _firstScores[first + count] - _firstScores[first]);
        }
    }

    /// <summary>The mean loss of all batches. A check that has begun does not end early.</summary>
    /// <param name="step">Scores the batches of this rank.</param>
    /// <param name="limits">Limits of the scores; null for none.</param>
    /// <param name="evaluator">Receives the scores of all batches; null if they are not needed.</param>
    public double MeanLoss(TrainingStep step, ScoreLimits? limits = null, ValidationEvaluator? evaluator = null)
    {
        if (evaluator is not null && _scores.Length == 0) _scores = new Real[_firstScores[^1]];
        var (first, count) = Network.Share(_batches.Count, _reducer.Ranks.Rank, _reducer.Ranks.Size);
        for (var b = first; b < first + count; b++)
        {
            _stop.CheckBeforeStep();
            (_sums[2 * b], _sums[2 * b + 1]) = step.Evaluate(_batches, b, limits);
            if (evaluator is not null) step.EvaluatedScores.Values.CopyTo(_scores.AsSpan(_firstScores[b]));
        }
        _reducer.Gather<double>(_sums, _sumsOfRanks);
        if (evaluator is not null) ShareScores(evaluator);
        var mean = new WeightedMean();
        for (var b = 0; b < _batches.Count; b++) mean.Add(_sums[2 * b], _sums[2 * b + 1]);
        return mean.Value;
    }

    private void ShareScores(ValidationEvaluator evaluator)
    {
        _reducer.Gather<Real>(_scores, _scoresOfRanks);
        for (var b = 0; b < _batches.Count; b++)
        {
            var scores = _scores.AsSpan(_firstScores[b].._firstScores[b + 1]);
            evaluator.Add(_batches, b, new ReadOnlyMatrix(scores, scores.Length / _outputs, _outputs));
        }
    }
}
