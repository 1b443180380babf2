using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>Scores rows by a <see cref="TrainedNetwork"/>: one or many, for one thread. Allocates only when made.</summary>
public sealed class RowScorer
{
    private readonly TrainedNetwork _trained;
    private readonly InferenceGraph _graph;
    private readonly Network _network;
    private readonly Real[] _parameters;
    private readonly Workspace _workspace;
    private Real[] _inputs;
    private readonly Real[] _averages, _members;
    private readonly bool _packs;
    private Real[][]? _packed;

    // A single row reads W unpacked. For few rows, the gain does not justify the memory of a second copy of W.
    private const int MinRowsToPackFor = 8;

    internal RowScorer(TrainedNetwork trained, int rows)
    {
        (_trained, _graph) = (trained, trained.Inference);
        (_network, _parameters) = (_graph.Form.Network, _graph.Form.Parameters);
        _workspace = Workspace.ForScoring(_network, rows, _graph.HiddenLayers);
        _packs = rows >= MinRowsToPackFor;
        if (_packs && !trained.IsFedSparse) _packed = _graph.Packed; // sparse rows need none
        _averages = _graph.Average is null ? [] : new Real[checked(rows * trained.Network.Outputs)];
        _members = trained.NeedsMembers ? new Real[checked(rows * trained.Network.MemberOutputs)] : [];
        _inputs = _graph.Standardization is null || trained.IsFedSparse ? [] : new Real[checked(rows * trained.Network.Inputs)];
    }

    /// <summary>Raw scores, before the loss's link.</summary>
    /// <remarks>
    /// Logits of a classifier; of a regression, the prediction in units of the target, within its bounds
    /// (<see cref="TrainedNetwork.Bounds"/>). Of an ensemble, the scores whose prediction is the average of its members' predictions.
    /// </remarks>
    /// <param name="features">[rows × Inputs], raw features; from 1 row to the number of rows of this scorer.</param>
    /// <returns>[rows × Outputs], owned by the scorer and valid until its next use.</returns>
    public Matrix Score(ReadOnlyMatrix features) => Score(features, []);

    /// <summary>The same, of one member of an ensemble for every row.</summary>
    /// <param name="features">[rows × Inputs]</param>
    /// <param name="members">[rows]: the index of the member; empty for the average of all.</param>
    internal Matrix Score(ReadOnlyMatrix features, ReadOnlySpan<int> members)
    {
        var x = features;
        if (_graph.Standardization is { } standardization && features.Rows <= _workspace.Capacity && features.Columns == _network.Inputs)
        {
            if (_inputs.Length == 0) _inputs = new Real[checked(_workspace.Capacity * _network.Inputs)]; // sparse rows need none
            var inputs = new Matrix(_inputs.AsSpan(0, features.Values.Length), features.Rows, features.Columns);
            for (var row = 0; row < features.Rows; row++) standardization.Apply(features.Row(row), inputs.Row(row));
            x = inputs;
        }
        if (_packs) _packed ??= _graph.Packed;
        var scores = _packed is null
            ? _network.Forward(_parameters, x, _workspace)
            : _network.Forward(_parameters, _packed, x, _workspace);
        return Finish(scores, members);
    }

    /// <summary>The same for sparse rows (mostly zeros), if the network supports them
    /// (<see cref="TrainedNetwork.TakesSparse"/>).</summary>
    /// <param name="features">From 1 row to the number of rows of this scorer, already multiplied by
    /// <see cref="TrainedNetwork.SparseFactors"/>.</param>
    internal Matrix ScoreSparse(SparseBatch features) => Finish(_network.Forward(_parameters, features, _workspace), []);

    /// <summary>The scores of every member for the rows that were scored last, before temperature, scale and bounds. Only for networks that
    /// need them (<see cref="TrainedNetwork.NeedsMembers"/>).</summary>
    /// <param name="rows">Number of rows that were scored.</param>
    /// <returns>[(rows · members) × outputs]</returns>
    internal ReadOnlyMatrix MembersOf(int rows) => new(
        _members.AsSpan(0, rows * _trained.Network.MemberOutputs), rows * _trained.Network.EnsembleSize, _trained.Network.Outputs);

    /// <summary>The activations of a hidden layer for the rows that were scored last.</summary>
    /// <param name="index">The index among <see cref="TrainedNetwork.HiddenOutputs"/>.</param>
    /// <returns>[rows × (members · units)], owned by the scorer and valid until its next use.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output.</exception>
    public ReadOnlyMatrix HiddenOf(int index)
    {
        if (index < 0 || index >= _graph.HiddenLayers.Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"the network has {_graph.HiddenLayers.Count} hidden outputs");
        return _workspace.Output(_graph.HiddenLayers[index]);
    }

    /// <summary>What entered the last layer for the rows that were scored last.</summary>
    /// <returns>[rows × inputs of the last layer], valid until the next call.</returns>
    internal ReadOnlyMatrix InputsOfLastLayer => _workspace.Output(_network.Layers.Count - 2);

    private Matrix Finish(Matrix scores, ReadOnlySpan<int> chosen)
    {
        if (_graph.Average is { } average)
        {
            if (_members.Length > 0) scores.Values.CopyTo(_members); // the average may overwrite them
            var averages = new Matrix(_averages.AsSpan(0, scores.Rows * average.Width), scores.Rows, average.Width);
            if (chosen.IsEmpty) average.Apply(scores, averages);
            else MemberLosses.Choose(scores, chosen, averages);
            scores = averages;
        }
        _trained.Finish(scores);
        return scores;
    }

    /// <summary>Predictions: probabilities of a classifier, values of a regression.</summary>
    /// <inheritdoc cref="Score(ReadOnlyMatrix)"/>
    public Matrix Predict(ReadOnlyMatrix features)
    {
        var scores = Score(features);
        _graph.Link.Apply(scores);
        return scores;
    }
}
