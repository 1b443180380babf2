using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>Computes scores of rows, for one thread.</summary>
internal interface IScoresRows
{
    /// <summary>Scores of rows: see <see cref="RowScorer.Score(ReadOnlyMatrix)"/>.</summary>
    /// <param name="features">[rows × inputs], raw features.</param>
    /// <param name="members">[rows]: the index of the member that scores the row; empty for the average of all.</param>
    /// <returns>[rows × outputs], valid until the next call.</returns>
    Matrix Score(ReadOnlyMatrix features, ReadOnlySpan<int> members);

    /// <summary>The same for sparse rows (mostly zeros), if the network supports them
    /// (<see cref="TrainedNetwork.TakesSparse"/>).</summary>
    /// <param name="features">From 1 row to the number of rows of this scorer, already multiplied by
    /// <see cref="TrainedNetwork.SparseFactors"/>.</param>
    Matrix ScoreSparse(SparseBatch features);

    /// <summary>Copies the scores of every member for the rows that were scored last. Only for networks that need them
    /// (<see cref="TrainedNetwork.NeedsMembers"/>).</summary>
    /// <param name="destination">[(rows · members) × outputs], overwritten.</param>
    void CopyMembers(Matrix destination);

    /// <summary>The output of a layer for the rows that were scored last. Only for layers whose outputs are kept
    /// (<see cref="InferenceGraph.HiddenLayers"/>).</summary>
    /// <param name="layer">The index of the layer.</param>
    ReadOnlyMatrix OutputOf(int layer);
}
