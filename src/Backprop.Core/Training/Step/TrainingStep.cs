using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>One training step by a team of threads: <see cref="GradientPass"/>, <see cref="RankReducer"/>,
/// <see cref="ParameterUpdate"/>.</summary>
/// <remarks>
/// With several ranks, each has the gradient of its own rows. The ranks exchange these. Then each rank updates some parameters, and all
/// ranks receive all parameters. The threads of the team wait between steps, and end with <see cref="Dispose"/>. A single process
/// allocates only in the constructor.
/// </remarks>
internal sealed class TrainingStep : IDisposable
{
    // Of layers that do not add shards by themselves. The gradients of several shards stay in the cache, and matrix products are not much
    // smaller than for one shard.
    private const int MaxParametersOfShards = 128 * 1024;

    // Of layers that add the shards of a rank. Each part needs a copy of its rows.
    private const int MaxParametersToSend = 2 * 1024 * 1024;

    private readonly StepPortions _portions;
    private readonly GradientPass _pass;
    private readonly ParameterUpdate _update;
    private readonly TrainingState _state;
    private readonly RankReducer? _ranks;
    private readonly WorkerTeam _team;
    private readonly Action[] _updatePhases, _gradientPhases;
    private StepValues _values = new(LearningRate: 0);
    private Action<int>? _measure;
    private int _nextShard, _nextMatrix;

    /// <param name="network">The layers.</param>
    /// <param name="state">The parameters and the state of the optimizer.</param>
    /// <param name="options">How parameters are updated.</param>
    /// <param name="batchSize">Maximum number of rows of a batch.</param>
    /// <param name="threads">Number of threads of the team, including the caller's.</param>
    /// <param name="examplesPerRow">Examples of a row (<see cref="Minibatches.ExamplesPerRow"/>): 1, or one for every member of the
    /// network.</param>
    /// <param name="stop">Ends a step on many rows; null for never.</param>
    /// <param name="shards">The shards of a batch; null for one.</param>
    /// <param name="ranks">Exchanges gradients and parameters; null for a single process.</param>
    public TrainingStep(
        Network network, TrainingState state, TrainingOptions options, int batchSize, int threads, int examplesPerRow = 1,
        StopCondition? stop = null, BatchShards? shards = null, RankReducer? ranks = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        (_state, _ranks) = (state, ranks);
        shards ??= BatchShards.One;
        _portions = new StepPortions(network, batchSize, stop);
        _pass = new GradientPass(network, state, options, batchSize, examplesPerRow, _portions, shards, ranks);
        _update = new ParameterUpdate(network, state, _pass.Gradient, options, threads, MaxParametersOf, ranks);
        _updatePhases = [.. UpdatePhases()];
        _gradientPhases = [.. GradientPhases()];
        _team = _pass.Team = new WorkerTeam(threads); // last: if an allocation before it fails, no thread was started

        // The first layer may have sparse batches later.
        int MaxParametersOf(int layer)
        {
            if (shards.Count == 1) return _portions.MaxParameters;
            var addsShards = layer > network.SparseLayer && _pass.AddsOwnShards(layer);
            if (addsShards && ranks is null) return _portions.MaxParameters;
            return Math.Min(_portions.MaxParameters, addsShards ? MaxParametersToSend : MaxParametersOfShards);
        }
    }

    /// <summary>Whether the last call was abandoned because training must end. Then no parameter was updated.</summary>
    public bool IsAbandoned => _portions.IsAbandoned;

    /// <summary>∂objective/∂θ, as <see cref="Differentiate(Minibatches, int)"/> computed it: 0 for parameters that are not
    /// updated.</summary>
    public Real[] Gradient => _pass.Gradient;

    /// <summary>[examples × outputs]: the scores of the last <see cref="Evaluate"/>, in units of the targets as they were trained
    /// on.</summary>
    public ReadOnlyMatrix EvaluatedScores => _pass.EvaluatedScores;

    /// <inheritdoc cref="GradientPass.MemberScores"/>
    public ReadOnlyMatrix MemberScores => _pass.MemberScores;

    /// <inheritdoc cref="GradientPass.MemberLosses"/>
    public ReadOnlySpan<Real> MemberLosses => _pass.MemberLosses;

    /// <summary>Makes one training step with one batch.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="batch">Index of the batch.</param>
    /// <param name="values">The learning rate and other scheduled values.</param>
    /// <returns>J before the step, and Σ w of the batch; undefined if the step <see cref="IsAbandoned"/>.</returns>
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

    /// <summary>Makes layers update their statistics, if <see cref="Learn"/> is not used.</summary>
    public void ObserveStatistics()
    {
        foreach (var shard in _update.Shards) _pass.ObserveStatistics(shard);
    }

    /// <summary>J of one batch with <see cref="TrainingState.Predictor"/>, without learning.</summary>
    /// <param name="batches">The batches.</param>
    /// <param name="batch">Index of the batch.</param>
    /// <param name="limits">Limits of the scores; null for none.</param>
    /// <returns>J and Σ w of the batch.</returns>
    public (double Loss, double Weight) Evaluate(Minibatches batches, int batch, ScoreLimits? limits = null)
    {
        _pass.Evaluate(batches, batch, limits);
        return IsAbandoned ? default : (_pass.MeanLoss, _pass.TotalWeight);
    }

    public void Dispose() => _team.Dispose();

    // A norm, a sum over ranks, or a step of whole matrices needs the gradient of all parameters before any parameter is updated.
    // Otherwise every shard is updated while its gradient is in the cache.
    private IEnumerable<Action> UpdatePhases()
    {
        if (_update.MeasuresGradient || _update.MatrixCount > 0 || _portions.IsLarge || _ranks is not null)
        {
            yield return OfShards(_update.Shards, _pass.Differentiate);
            var needsWholeGradient = _update.MeasuresGradient || _update.MatrixCount > 0;
            if (_ranks is not null)
            {
                yield return _pass.Exchange;
                if (needsWholeGradient) yield return OfShards(_update.OwnShards, _pass.SumRanks, mayEnd: false);
            }
            if (_update.MeasuresGradient) yield return MeasureGradient;
            yield return BeginUpdate;
            if (_update.MatrixCount > 0)
            {
                yield return OfShards(_update.Shards, _update.PrepareGradient, mayEnd: false);
                yield return PrepareMatrices();
                yield return OfShards(_update.Shards, ApplyUpdate, mayEnd: false);
            }
            else
            {
                Action<ParameterShard> update = _ranks is null || needsWholeGradient ? PrepareAndUpdate : SumAndUpdate;
                yield return OfShards(_update.OwnShards, update, mayEnd: false);
            }
            if (_ranks is not null) yield return () => _ranks.Gather(_state.Parameters);
        }
        else
        {
            yield return BeginUpdate;
            yield return OfShards(_update.Shards, DifferentiateAndUpdate, mayEnd: false);
        }
        foreach (var limit in _update.NormLimits())
        {
            Action<int> share = worker => limit(worker, _team.Size);
            yield return () => _team.Run(share);
        }
    }

    private IEnumerable<Action> GradientPhases() => [OfShards(_update.Shards, DifferentiateObjective)];

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
        PrepareAndUpdate(shard);
    }

    private void SumAndUpdate(ParameterShard shard)
    {
        _pass.SumRanks(shard);
        PrepareAndUpdate(shard);
    }

    private void PrepareAndUpdate(ParameterShard shard)
    {
        _update.PrepareGradient(shard);
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

    // A free thread processes the next matrix.
    private Action PrepareMatrices()
    {
        Action<int> share = _ =>
        {
            for (var i = Interlocked.Increment(ref _nextMatrix); i < _update.MatrixCount; i = Interlocked.Increment(ref _nextMatrix))
                _update.PrepareMatrix(i);
        };
        return () =>
        {
            _nextMatrix = -1;
            _team.Run(share);
        };
    }

    // A free thread processes the next shard, so an interrupted thread delays no other. After one shard was updated, all must be updated.
    private Action OfShards(ParameterShard[] shards, Action<ParameterShard> work, bool mayEnd = true)
    {
        Action<int> share = worker =>
        {
            for (var i = Interlocked.Increment(ref _nextShard); i < shards.Length; i = Interlocked.Increment(ref _nextShard))
            {
                if (mayEnd && !_portions.MayGoOn(worker, isDue: true)) return;
                work(shards[i]);
            }
        };
        return () =>
        {
            _nextShard = -1;
            _team.Run(share);
        };
    }
}
