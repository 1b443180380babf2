using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>Runs a <see cref="TrainedNetwork"/> for one thread. Allocates only when made; make one for every thread.</summary>
public sealed class NetworkScorer
{
    private readonly TrainedNetwork _trained;
    private readonly ScoringForm _form;
    private readonly Workspace _workspace;
    private Real[] _inputs;
    private readonly Real[] _averages;
    private readonly bool _packs;
    private Real[][]? _packed;

    // One row reads W as it is; for a few, a second copy of it is not worth the memory.
    private const int MinRowsToPackFor = 8;

    internal NetworkScorer(TrainedNetwork trained, int rows)
    {
        (_trained, _form) = (trained, trained.Scoring);
        _workspace = new Workspace(_form.Network, rows, forTraining: false);
        _packs = rows >= MinRowsToPackFor;
        if (_packs && !trained.IsFedSparse) _packed = trained.PackedParameters; // sparse rows need none
        _averages = trained.Network.EnsembleSize == 1 ? [] : new Real[checked(rows * trained.Network.Outputs)];
        _inputs = trained.Inputs is null || trained.IsFedSparse ? [] : new Real[checked(rows * trained.Network.Inputs)];
    }

    /// <summary>Raw scores, before the loss's link: logits of a classifier; of a regression, the prediction in units of the target, within its bounds (<see cref="TrainedNetwork.Bounds"/>). Of an ensemble, those whose prediction is the average of its members'.</summary>
    /// <param name="features">[rows × Inputs], as they came; 1 row up to the scorer's.</param>
    /// <returns>[rows × Outputs], owned by the scorer and valid until its next use.</returns>
    public Matrix Score(ReadOnlyMatrix features) => Score(features, []);

    /// <summary>The same, of one member of an ensemble for every row.</summary>
    /// <param name="features">[rows × Inputs]</param>
    /// <param name="members">[rows]: which; empty for the average of all.</param>
    internal Matrix Score(ReadOnlyMatrix features, ReadOnlySpan<int> members)
    {
        var x = features;
        if (_trained.Inputs is { } standardization && features.Rows <= _workspace.Capacity && features.Columns == _trained.Network.Inputs)
        {
            if (_inputs.Length == 0) _inputs = new Real[checked(_workspace.Capacity * _trained.Network.Inputs)]; // sparse rows need none
            var inputs = new Matrix(_inputs.AsSpan(0, features.Values.Length), features.Rows, features.Columns);
            for (var row = 0; row < features.Rows; row++) standardization.Apply(features.Row(row), inputs.Row(row));
            x = inputs;
        }
        if (_packs) _packed ??= _trained.PackedParameters;
        return Finish(_packed is null ? _form.Network.Forward(_form.Parameters, x, _workspace) : _form.Network.Forward(_form.Parameters, _packed, x, _workspace), members);
    }

    /// <summary>The same of rows most of whose numbers are 0, if the network takes them (<see cref="TrainedNetwork.TakesSparse"/>).</summary>
    /// <param name="features">1 row up to the scorer's, already multiplied by <see cref="TrainedNetwork.SparseFactors"/>.</param>
    internal Matrix ScoreSparse(SparseBatch features) => Finish(_form.Network.Forward(_form.Parameters, features, _workspace), []);

    private Matrix Finish(Matrix scores, ReadOnlySpan<int> chosen)
    {
        if (_averages.Length > 0)
        {
            int rows = scores.Rows, outputs = _trained.Network.Outputs;
            var averages = new Matrix(_averages.AsSpan(0, rows * outputs), rows, outputs);
            if (chosen.IsEmpty) _trained.Loss.AverageMembers(new Matrix(scores.Values, rows * _trained.Network.EnsembleSize, outputs), averages);
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
        _trained.Loss.Predict(scores);
        return scores;
    }
}
