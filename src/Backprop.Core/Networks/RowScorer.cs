using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>Scores rows by a <see cref="TrainedNetwork"/>: one or many, for one thread. Allocates only when made.</summary>
public sealed class RowScorer
{
    private readonly IScoresRows _scorer;
    private readonly InferenceGraph _graph;

    internal RowScorer(TrainedNetwork trained, int rows)
    {
        _graph = trained.Inference;
        _scorer = trained.Blend is null
            ? new NetworkScorer(trained, rows, trained.NeedsMembers)
            : new BlendScorer(trained, rows, trained.NeedsMembers);
    }

    /// <summary>Raw scores, before the loss's link.</summary>
    /// <remarks>
    /// Logits of a classifier; of a regression, the prediction in units of the target, within its bounds
    /// (<see cref="TrainedNetwork.Bounds"/>). Of an ensemble, the scores whose prediction is the average of its members' predictions.
    /// </remarks>
    /// <param name="features">[rows × Inputs], raw features; from 1 row to the number of rows of this scorer.</param>
    /// <returns>[rows × Outputs], owned by the scorer and valid until its next use.</returns>
    public Matrix Score(ReadOnlyMatrix features) => _scorer.Score(features, []);

    /// <summary>Predictions: probabilities of a classifier, values of a regression.</summary>
    /// <inheritdoc cref="Score(ReadOnlyMatrix)"/>
    public Matrix Predict(ReadOnlyMatrix features)
    {
        var scores = Score(features);
        _graph.Link.Apply(scores);
        return scores;
    }

    /// <inheritdoc cref="IScoresRows.Score"/>
    internal Matrix Score(ReadOnlyMatrix features, ReadOnlySpan<int> members) => _scorer.Score(features, members);

    /// <inheritdoc cref="IScoresRows.ScoreSparse"/>
    internal Matrix ScoreSparse(SparseBatch features) => _scorer.ScoreSparse(features);

    /// <inheritdoc cref="IScoresRows.CopyMembers"/>
    internal void CopyMembers(Matrix destination) => _scorer.CopyMembers(destination);
}
