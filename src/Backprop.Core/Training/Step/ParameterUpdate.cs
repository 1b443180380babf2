using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Updates the parameters shard by shard: gradient clipping, penalties, weight decay, the optimizer's step, and the average of
/// parameters.</summary>
internal sealed class ParameterUpdate
{
    // The sum over ranks, the parameters and the state of the optimizer stay in the cache of a core.
    private const int MaxParametersOfSum = 32 * 1024;

    private readonly Network _network;
    private readonly TrainingState _state;
    private readonly Real[] _gradient;
    private readonly double? _maximumNorm;
    private readonly RankReducer? _ranks;
    private StepValues _values;

    /// <param name="network">The layers.</param>
    /// <param name="state">The parameters and the state of the optimizer.</param>
    /// <param name="gradient">[parameters]: what <see cref="GradientPass"/> computes.</param>
    /// <param name="options">How parameters are updated.</param>
    /// <param name="threads">Threads that share the shards.</param>
    /// <param name="maxParametersOf">Maximum number of parameters of a shard of a layer, if the layer allows it.</param>
    /// <param name="ranks">Says which parameters this process updates; null for all.</param>
    public ParameterUpdate(Network network, TrainingState state, Real[] gradient, TrainingOptions options, int threads,
        Func<int, int> maxParametersOf, RankReducer? ranks)
    {
        (_network, _state, _gradient, _ranks) = (network, state, gradient, ranks);
        _maximumNorm = options.MaximumNorm;
        int[] borders = ranks is null ? [] : [.. ranks.Owned.Select(range => range.End)];
        Shards = ParameterShard.Of(network, options, threads, maxParametersOf, borders);
        OwnShards = ranks is null ? Shards : [.. Shards.SelectMany(OwnParts)];
        if (options.GradientClipping is not { } rule) return;
        Clipper = new GradientClipper(rule, network, ranks);
        MeasuresGradient = rule.Measure != ClippingMeasure.Value;

        IEnumerable<ParameterShard> OwnParts(ParameterShard shard) =>
            shard.Within(ranks.Own.First, ranks.Own.End)?.InParts(MaxParametersOfSum) ?? [];
    }

    /// <summary>All parameters in shards, the longest first.</summary>
    public ParameterShard[] Shards { get; }

    /// <summary>The parameters that this process updates.</summary>
    public ParameterShard[] OwnShards { get; }

    /// <summary>Clips the gradient; null for no clipping.</summary>
    public GradientClipper? Clipper { get; }

    /// <summary>Whether the gradient of all parameters is measured before any parameter is updated.</summary>
    public bool MeasuresGradient { get; }

    /// <summary>Number of weight matrices that are updated as a whole, after the gradient of all parameters.</summary>
    public int MatrixCount => _state.Optimizer?.MatrixCount ?? 0;

    /// <summary>Begins the update of a step. Call it once, before <see cref="Apply"/>.</summary>
    public void Begin(in StepValues values)
    {
        _values = values;
        var optimizer = _state.Optimizer!;
        optimizer.MomentumFactor = values.MomentumFactor;
        optimizer.BeginStep(values.LearningRate);
    }

    /// <summary>Clips the gradient of one shard and adds penalties. Threads may call it for different shards at the same
    /// time.</summary>
    public void PrepareGradient(ParameterShard shard)
    {
        Clipper?.Clip(_gradient.AsSpan(shard.Offset, shard.Length), shard.Offset);
        foreach (var group in shard.Groups) group.AddPenalties(_state.Parameters, _gradient);
    }

    /// <summary>Computes the direction of one weight matrix, from the prepared gradient. Threads may call it for different matrices at the
    /// same time.</summary>
    public void PrepareMatrix(int index) => _state.Optimizer!.PrepareMatrix(index, _gradient);

    /// <summary>Updates one shard, whose gradient is prepared. Threads may call it for different shards at the same time.</summary>
    public void Apply(ParameterShard shard)
    {
        foreach (var group in shard.Groups)
        {
            group.ApplyUpdate(_state.Optimizer!, _state.Parameters, _gradient, _values);
            if (_state.Average is { } average) group.Average(_state.Parameters, average, _values.AveragingShare);
        }
    }

    /// <summary>Converts the gradient of the loss to that of the objective, for one shard: adds penalties, and sets it to 0 for parameters
    /// that are not updated.</summary>
    public void AddPenalties(ParameterShard shard)
    {
        var end = shard.Offset;
        foreach (var group in shard.Groups)
        {
            _gradient.AsSpan(end..group.Offset).Clear();
            group.AddPenalties(_state.Parameters, _gradient);
            end = group.Offset + group.Length;
        }
        _gradient.AsSpan(end..(shard.Offset + shard.Length)).Clear();
    }

    /// <summary>The penalties of all parameters.</summary>
    public double Penalty() => Shards.Sum(shard => shard.Groups.Sum(group => group.Penalty(_state.Parameters)));

    /// <summary>The work that limits the norms of weights, layer by layer; empty without a limit.</summary>
    public IEnumerable<Action<int, int>> NormLimits()
    {
        if (_maximumNorm is not { } norm) yield break;
        for (var l = 0; l < _network.Layers.Count; l++)
        {
            if (_network.Layers[l] is not IAffine dense) continue;
            var range = _network.ParametersOf(l);
            yield return (worker, workers) =>
            {
                var (first, count) = Network.Share(dense.GroupOutputs, worker, workers);
                for (var group = 0; group < dense.Groups && count > 0; group++)
                {
                    var weights = _state.Parameters.AsSpan(range)[dense.WeightsOf(group)];
                    var limit = (Real)(norm / dense.WeightFactor);
                    ColumnStatistics.LimitNorms(new Matrix(weights, dense.GroupInputs, dense.GroupOutputs), first, count, limit);
                }
            };
        }
    }

    /// <summary>Brings <see cref="TrainingState.Predictor"/> up to date.</summary>
    public void UpdatePredictor()
    {
        if (_state.Predictor == _state.Parameters) return;
        _state.Parameters.CopyTo(_state.Predictor, 0);
        foreach (var shard in OwnShards)
            foreach (var group in shard.Groups) UpdatePredictor(group);
        _ranks?.Gather(_state.Predictor);
    }

    private void UpdatePredictor(ParameterShard.Group group)
    {
        var some = _state.Predictor.AsSpan(group.Offset, group.Length);
        if (_state.Average is { } average) average.AsSpan(group.Offset, group.Length).CopyTo(some);
        else _state.Optimizer?.Predictor(group.Offset, _state.Parameters.AsSpan(group.Offset, group.Length), some);
    }
}
