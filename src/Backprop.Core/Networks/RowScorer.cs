using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>Scores rows by a <see cref="TrainedNetwork"/>: one or many, for one thread. Allocates only when made.</summary>
public sealed class RowScorer
{
    private readonly IScoresRows _scorer;
    private readonly InferenceGraph _graph;

    /// <param name="trained">The network.</param>
    /// <param name="rows">Maximum number of rows of one call.</param>
    /// <param name="keepsMembers">Whether <see cref="CopyMembers"/> is used, also if the network does not need it.</param>
    internal RowScorer(TrainedNetwork trained, int rows, bool keepsMembers = false)
    {
        _graph = trained.Inference;
        keepsMembers |= trained.NeedsMembers;
        _scorer = trained.Blend is null ? new NetworkScorer(trained, rows, keepsMembers) : new BlendScorer(trained, rows, keepsMembers);
    }

    /// <summary>Raw scores, before the loss's link.</summary>
    /// <remarks>
    /// Logits of a classifier; of a regression, the prediction in units of the target, within its bounds
    /// (<see cref="TrainedNetwork.Bounds"/>). Of an ensemble, the scores whose prediction is the average of its members' predictions.
    /// </remarks>
    /// <param name="features">[rows × Inputs], raw features; from 1 row to the number of rows of this scorer.</param>
    /// <returns>[rows × Outputs], owned by the scorer and valid until its next use.</returns>
    public Matrix Score(ReadOnlyMatrix features) => _scorer.Score(features, []);

    /// <summary>The activations of a hidden layer for the rows that were scored last.</summary>
    /// <param name="index">The index among <see cref="TrainedNetwork.HiddenOutputs"/>.</param>
    /// <returns>[rows × (members · units)], owned by the scorer and valid until its next use.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output.</exception>
    public ReadOnlyMatrix HiddenOf(int index)
    {
        if (index < 0 || index >= _graph.HiddenLayers.Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"the network has {_graph.HiddenLayers.Count} hidden outputs");
        return _scorer.OutputOf(_graph.HiddenLayers[index]);
    }

    /// <summary>What entered the last layer for the rows that were scored last.</summary>
    /// <returns>[rows × inputs of the last layer], valid until the next call.</returns>
    internal ReadOnlyMatrix InputsOfLastLayer => _scorer.OutputOf(_graph.Form.Network.Layers.Count - 2);

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
