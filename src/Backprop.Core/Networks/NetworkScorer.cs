using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>Scores rows by a single network, for one thread. Allocates only when made.</summary>
internal sealed class NetworkScorer : IScoresRows
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

    /// <param name="trained">The network; no blend.</param>
    /// <param name="rows">Maximum number of rows of one call.</param>
    /// <param name="keepsMembers">Whether <see cref="CopyMembers"/> is used.</param>
    public NetworkScorer(TrainedNetwork trained, int rows, bool keepsMembers)
    {
        (_trained, _graph) = (trained, trained.Inference);
        (_network, _parameters) = (_graph.Form.Network, _graph.Form.Parameters);
        _workspace = Workspace.ForScoring(_network, rows, _graph.HiddenLayers);
        _packs = rows >= MinRowsToPackFor;
        if (_packs && !trained.IsFedSparse) _packed = _graph.Packed; // sparse rows need none
        _averages = _graph.Average is null ? [] : new Real[checked(rows * trained.Network.Outputs)];
        _members = keepsMembers ? new Real[checked(rows * trained.Network.MemberOutputs)] : [];
        _inputs = _graph.Standardization is null || trained.IsFedSparse ? [] : new Real[checked(rows * trained.Network.Inputs)];
    }

    /// <inheritdoc/>
    public Matrix Score(ReadOnlyMatrix features, ReadOnlySpan<int> members)
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

    /// <inheritdoc/>
    public Matrix ScoreSparse(SparseBatch features) => Finish(_network.Forward(_parameters, features, _workspace), []);

    /// <inheritdoc/>
    public ReadOnlyMatrix OutputOf(int layer) => _workspace.Output(layer);

    /// <inheritdoc/>
    public void CopyMembers(Matrix destination)
    {
        _members.AsSpan(0, destination.Values.Length).CopyTo(destination.Values);
        _trained.Finish(destination);
    }

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
}
