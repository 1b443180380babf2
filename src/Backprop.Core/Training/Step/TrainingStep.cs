using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>One training step by a team of threads: <see cref="GradientPass"/>, <see cref="IGradientReducer"/>,
/// <see cref="ParameterUpdate"/>.</summary>
/// <remarks>The threads of the team wait between steps, and end with <see cref="Dispose"/>. Allocates only when made.</remarks>
internal sealed class TrainingStep : IDisposable
{
    private readonly StepPortions _portions;
    private readonly GradientPass _pass;
    private readonly ParameterUpdate _update;
    private readonly IGradientReducer _reducer;
    private readonly WorkerTeam _team;
    private readonly Action[] _updatePhases, _gradientPhases;
    private StepValues _values = new(LearningRate: 0);
    private Action<int>? _measure;
    private int _nextShard;

    /// <param name="network">Which layers.</param>
    /// <param name="state">What is updated.</param>
    /// <param name="options">How it is updated.</param>
    /// <param name="batchSize">Maximum rows of a batch.</param>
    /// <param name="threads">Threads of the team, the caller's among them.</param>
    /// <param name="examplesPerRow">Examples of a row (<see cref="Minibatches.ExamplesPerRow"/>): 1, or one for every member of the
    /// network.</param>
    /// <param name="stop">What ends a step on many rows; null for nothing.</param>
    /// <param name="reducer">What happens to the gradient before the update; null for nothing.</param>
    public TrainingStep(
        Network network, TrainingState state, TrainingOptions options, int batchSize, int threads, int examplesPerRow = 1,
        StopCondition? stop = null, IGradientReducer? reducer = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _reducer = reducer ?? LocalReducer.Instance;
        _portions = new StepPortions(network, batchSize, stop);
        _pass = new GradientPass(network, state, options, batchSize, examplesPerRow, _portions);
        _update = new ParameterUpdate(network, state, _pass.Gradient, options, threads, _portions.MaxParameters);
        _updatePhases = [.. UpdatePhases()];
        _gradientPhases = [.. GradientPhases()];
        _team = _pass.Team = new WorkerTeam(threads); // last: if anything before it cannot be made, no thread was started
    }

    /// <summary>Whether the last call was abandoned because training must end. Then no parameter was updated.</summary>
    public bool IsAbandoned => _portions.IsAbandoned;

    /// <summary>∂objective/∂θ, as <see cref="Differentiate(Minibatches, int)"/> computed it: 0 for parameters that stay as they
    /// are.</summary>
    public Real[] Gradient => _pass.Gradient;

    /// <summary>[examples × outputs]: the scores of the last <see cref="Evaluate"/>, in units of the targets as they were trained
    /// on.</summary>
    public ReadOnlyMatrix EvaluatedScores => _pass.EvaluatedScores;

    /// <summary>Learns from one batch.</summary>
    /// <param name="batches">Where the batch comes from.</param>
    /// <param name="batch">Index of the batch.</param>
    /// <param name="values">The learning rate, and what else is scheduled.</param>
    /// <returns>J before the step, and Σ w of the batch; without meaning if the step <see cref="IsAbandoned"/>.</returns>
    public (double Loss, double Weight) Learn(Minibatches batches, int batch, in StepValues values)
    {
        _values = values;
        _pass.Run(batches, batch, values);
        _portions.Run(_updatePhases);
        return IsAbandoned ? default : (_pass.MeanLoss, _pass.TotalWeight);
    }

    /// <summary>Differentiates one batch without an update: <see cref="Gradient"/> is that of the objective, J with its
    /// penalties.</summary>
    /// <returns>J, and the objective.</returns>
    public (double Loss, double Objective) Differentiate(Minibatches batches, int batch)
    {
        _pass.Run(batches, batch, _values);
        _portions.Run(_gradientPhases);
        if (IsAbandoned) return default;
        var loss = _pass.MeanLoss;
        return (loss, loss + _update.Penalty());
    }

    /// <summary>Brings <see cref="TrainingState.Predictor"/> up to date; call it before <see cref="Evaluate"/>.</summary>
    public void UpdatePredictor() => _update.UpdatePredictor();

    /// <summary>Lets layers update what they measured, where <see cref="Learn"/> does not do it.</summary>
    public void ObserveStatistics()
    {
        foreach (var shard in _update.Shards) _pass.ObserveStatistics(shard);
    }

    /// <summary>J of one batch with <see cref="TrainingState.Predictor"/>, without learning.</summary>
    /// <param name="batches">Where the batch comes from.</param>
    /// <param name="batch">Index of the batch.</param>
    /// <param name="limits">Limits of the scores; null for none.</param>
    /// <returns>J and Σ w of the batch.</returns>
    public (double Loss, double Weight) Evaluate(Minibatches batches, int batch, ScoreLimits? limits = null)
    {
        _pass.Evaluate(batches, batch, limits);
        return IsAbandoned ? default : (_pass.MeanLoss, _pass.TotalWeight);
    }

    public void Dispose() => _team.Dispose();

    // A norm, or a sum over processes, needs the whole gradient before any parameter is updated. Otherwise every shard is updated while its
    // gradient is in the cache.
    private IEnumerable<Action> UpdatePhases()
    {
        if (_update.MeasuresGradient || _portions.IsLarge || !_reducer.IsLocal)
        {
            yield return OfShards(_pass.Differentiate);
            if (!_reducer.IsLocal) yield return () => _reducer.Reduce(_pass.Gradient);
            if (_update.MeasuresGradient) yield return MeasureGradient;
            yield return BeginUpdate;
            yield return OfShards(ApplyUpdate, mayEnd: false);
        }
        else
        {
            yield return BeginUpdate;
            yield return OfShards(DifferentiateAndUpdate, mayEnd: false);
        }
        foreach (var limit in _update.NormLimits())
        {
            Action<int> share = worker => limit(worker, _team.Size);
            yield return () => _team.Run(share);
        }
    }

    // The gradient of the objective. Penalties are added once, after the sum over processes.
    private IEnumerable<Action> GradientPhases()
    {
        if (_reducer.IsLocal)
        {
            yield return OfShards(DifferentiateObjective);
            yield break;
        }
        yield return OfShards(_pass.Differentiate);
        yield return () => _reducer.Reduce(_pass.Gradient);
        yield return OfShards(_update.AddPenalties, mayEnd: false);
    }

    private void BeginUpdate() => _update.Begin(_values);

    private void MeasureGradient()
    {
        var clipper = _update.Clipper!;
        clipper.Begin();
        _team.Run(_measure ??= _ => clipper.Measure(_pass.Gradient));
        clipper.Conclude();
    }

    private void DifferentiateAndUpdate(ParameterShard shard)
    {
        _pass.Differentiate(shard);
        ApplyUpdate(shard);
    }

    private void ApplyUpdate(ParameterShard shard)
    {
        _update.Apply(shard);
        _pass.ObserveStatistics(shard);
    }

    private void DifferentiateObjective(ParameterShard shard)
    {
        _pass.Differentiate(shard);
        _update.AddPenalties(shard);
    }

    // A thread takes the next shard when it is free, so an interrupted thread delays no other. Once one shard was updated, all must be.
    private Action OfShards(Action<ParameterShard> work, bool mayEnd = true)
    {
        Action<int> share = worker =>
        {
            for (var i = Interlocked.Increment(ref _nextShard); i < _update.Shards.Length; i = Interlocked.Increment(ref _nextShard))
            {
                if (mayEnd && !_portions.MayGoOn(worker, isDue: true)) return;
                work(_update.Shards[i]);
            }
        };
        return () =>
        {
            _nextShard = -1;
            _team.Run(share);
        };
    }
}
