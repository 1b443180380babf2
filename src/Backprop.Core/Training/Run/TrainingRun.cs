using System.Numerics.Tensors;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>The parts of one training run, from the first step to the result; the loop over epochs is <see cref="Trainer"/>'s.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly RunRequest _request;
    private readonly RunData _data;
    private readonly RunBatches _batches;
    private readonly TrainingState _state;
    private readonly IDescent _descent;
    private readonly Calibration _calibration;
    private readonly EpochValidation _validation;
    private readonly Inspection? _inspection;
    private readonly MemberTeam? _team;
    private readonly TimePlan _plan;
    private readonly EndOfRun _end;
    private readonly RunCheckpoint? _checkpoint;
    private readonly bool _hasEnded;
    private bool _mustEnd;

    /// <summary>Prepares the data, the starting parameters and the threads.</summary>
    /// <exception cref="TrainingDivergedException">A starting value is not finite.</exception>
    public TrainingRun(TrainingOptions options, TrainingSetup setup, RunRequest request)
    {
        (_options, _request) = (options, request);
        var (network, stop, refit) = (request.Network, request.Stop, request.Refit);
        _data = setup.Prepare(request);
        _calibration = new Calibration(options, network, _data.Evaluator, stop);
        _team = request.MemberRanks is { } members ? new MemberTeam(members, network, hasOwnExamples: options.KFoldBagging) : null;
        _state = StartState(setup);
        _batches = new RunBatches(options with { Loss = _data.Loss }, setup, OfThisRank(request), _data, _state);
        try
        {
            var (step, training) = (_batches.Step, _batches.Training);
            _descent = _state.Descent = IDescent.Of(options.Optimizer, step, training, _state, stop);
            _validation = new EpochValidation(options, request, _data, _batches, _state, _calibration, _team);
            _inspection = options.Diagnostics && refit is null ? new Inspection(network, _data.Loss, SampleToInspect(setup)) : null;
            _plan = refit is null
                ? new TimePlan(options, stop, training.Count, _data.Training.Count, isShared: _team is not null)
                : new TimePlan(options, stop, refit.StepsPerEpoch, refit.Examples, refit.PlannedSteps);
            _end = new EndOfRun(options, stop, _plan, _state);
            if (refit is null) PlanWarnings.Check(options, _data.Training.Count, _batches.Validation is not null, stop.Reports);
            IReadOnlyList<KeyValuePair<string, string>> FactsOf(TrainingOptions some) => TrainingFacts.Of(some, setup, request, _data);
            if (request.Ranks is not { Communicator.Rank: > 0 })
                _checkpoint = RunCheckpoint.Open(options, () => FactsOf(options), _state, request, _team);
            _hasEnded = _checkpoint is { HasEnded: true };
            if (request.Ranks is not null)
                _hasEnded = request.Ranks.Begin(() => FactsOf(options with { Checkpoint = null }), _state, stop, _hasEnded);
            if (_state.Steps > 0) _plan.Resume(_state.Steps, StepsInTime(stop));
            if (refit is null && !_hasEnded) _batches.ReportPlan(network, stop.Reports);
        }
        catch
        {
            _batches.Dispose(); // the caller has not received this run yet
            throw;
        }
    }

    /// <summary>Whether another epoch is planned.</summary>
    public bool HasNextEpoch => !_hasEnded &&
        (_request.Refit is { } refit ? _state.Steps < refit.Steps : _state.Epoch < _options.NumberOfIterations);

    /// <summary>Begins the next epoch.</summary>
    /// <returns>False if training had to end before the rows of the epoch were read.</returns>
    public bool BeginEpoch()
    {
        var epoch = ++_state.Epoch;
        _request.Stop.Reports.Begin(TrainingPhase.Training, $"Training epoch {epoch}", epoch, _options.NumberOfIterations);
        return _batches.BeginEpoch(epoch, mayEnd: _state.History.Count > 0);
    }

    /// <summary>Makes the steps of the epoch.</summary>
    /// <returns>The mean loss of the training rows, each before its step; null if no step was made.</returns>
    /// <exception cref="TrainingDivergedException">The loss or a parameter was no longer finite.</exception>
    public double? MakeSteps()
    {
        var (stop, batches) = (_request.Stop, _batches.Training);
        var end = _request.Refit?.Steps ?? long.MaxValue;
        var mean = new WeightedMean();
        _team?.BeginEpoch();
        for (var b = 0; b < batches.Count && !_mustEnd && _state.Steps < end; b++)
        {
            stop.CheckBeforeStep();
            var values = _state.Schedules.At(_plan.At(_state.Steps));
            _state.ShortenedSteps = _plan.ShortenedSteps ?? 0;
            _state.LearningRate = values.LearningRate;
            if (b == batches.Count - 1) _inspection?.Remember(_state.Parameters);
            var (loss, weight) = _descent.Learn(b, values);
            if (_batches.Step.IsAbandoned) break;
            _state.Steps++;
            stop.HasModel = true;
            _state.HighestLearningRate = Math.Max(_state.HighestLearningRate, values.LearningRate);
            if (_team is null)
            {
                CheckLoss(loss);
                mean.Add(loss, weight);
                _mustEnd = stop.MustEnd;
            }
            else _mustEnd = _team.Observe(_batches.Step, batches[b], weight, values.LearningRate, stop);
        }
        _mustEnd |= _batches.Step.IsAbandoned;
        if (_team is not null) return EndStepsOfRanks(_team);
        if (mean.IsEmpty) return null;

        // No loss was computed after the last update of the epoch, so the parameters are checked directly.
        _batches.Step.UpdatePredictor();
        if (!TensorPrimitives.IsFiniteAll<Real>(_state.Parameters)) throw Diverged("a parameter is no longer a finite number");
        return mean.Value;
    }

    // The losses of all members are known at the end of the epoch. A divergence is reported as one process does: that of the first step.
    private double EndStepsOfRanks(MemberTeam team)
    {
        _batches.Step.UpdatePredictor();
        var last = _state.LearningRate;
        _plan.Measure(_state.Steps);
        var (loss, areFinite) = team.EndSteps(
            TensorPrimitives.IsFiniteAll<Real>(_state.Parameters), _plan, _request.Stop,
            (loss, rate) =>
            {
                _state.LearningRate = rate;
                CheckLoss(loss);
            });
        _state.LearningRate = last;
        if (!areFinite) throw Diverged("a parameter is no longer a finite number");
        _mustEnd |= team.MustEnd;
        return loss;
    }

    /// <summary>Validates and reports the epoch, and checks all stopping rules.</summary>
    /// <param name="trainingLoss">The result of <see cref="MakeSteps"/>.</param>
    /// <returns>Whether training ends.</returns>
    public bool EndEpoch(double trainingLoss)
    {
        var epoch = _state.Epoch;
        var isIdle = _state.Tolerance is { } tolerance && tolerance.Observe(trainingLoss);
        var isPlannedEnd = epoch == _options.NumberOfIterations || isIdle || _descent.IsDone;
        var isLast = isPlannedEnd || _mustEnd;
        var isDue = epoch % (_options.EarlyStopping?.Interval ?? 1) == 0 || isLast;
        var (loss, metric) = isDue ? _validation.Check(epoch) : default;

        var diagnostics = _inspection?.Inspect(_state.Parameters);
        var report = new EpochReport(epoch, _state.LearningRate, trainingLoss, loss, metric) { Diagnostics = diagnostics };
        _state.History.Add(report);
        if (isDue || _batches.Validation is null) _state.Schedules.Observe(loss ?? trainingLoss);
        if (_request.Ranks is not { Communicator.Rank: > 0 }) _request.Progress?.Report(report);

        // Every rule must observe every epoch, so no rule is skipped because another ends training.
        var isOverfitting = _validation.Observe(report, _options.LearningRateSchedule.CyclesBefore(_plan.MomentOf(_state.Steps - 1)));

        // An epoch that a token or the time limit cut short is not saved: without the stop, it would have gone on.
        if (!_mustEnd) WriteCheckpoint(hasEnded: isOverfitting || isPlannedEnd);
        _request.Stop.Synchronize();
        return isOverfitting || isLast || (_team?.MustEnd ?? _request.Stop.MustEnd);
    }

    /// <summary>The trained network, with threshold and temperature, and the history. Null on a rank that has sent its members to rank
    /// 0.</summary>
    /// <exception cref="WorkGivenUpException">A refit ended before its first step.</exception>
    /// <exception cref="TrainingDivergedException">The loss of the trained network is not finite.</exception>
    public TrainingResult? Finish()
    {
        var (history, stop) = (_state.History, _request.Stop);
        if (history.Count == 0) throw new WorkGivenUpException();
        Real[] learned = [.. _state.Predictor];
        var selected = _state.Best?.Restore(learned);
        var bestEpoch = selected ?? history.Count;
        var isFinite = bestEpoch < history.Count || history[^1].ValidationLoss is not null || IsLastLossFinite();
        if (_team is { IsFirst: false })
        {
            _team.SendParameters(isFinite ? learned : []);
            return null;
        }
        if (_team is not null) isFinite &= _team.TryGather(ref learned);
        if (!isFinite)
            throw new TrainingDivergedException(history.Count, "the loss after the last update is not finite", _state.LearningRate);

        var isFirst = _request.Refit is null;
        var trained = new TrainedNetwork(_request.Network, learned, _options.Loss, _data.Inputs, _data.Targets, _data.Bounds)
        {
            Means = _data.Means,
            ReportsUncertainty = _options.Uncertainty,
        };
        if (isFirst) _end.Report(history.Count);
        _request.Ranks?.Summarize(_batches.Reducer!, stop.Reports);
        (trained, var thresholds) = _calibration.Apply(
            trained, bestEpoch, _data.Validation is null ? [] : _data.Validation.Weights, _data.Loss);
        if (isFirst) stop.PlannedSteps = _plan.ShortenedSteps;
        return new TrainingResult(trained, history, bestEpoch)
        {
            Thresholds = thresholds,
            HeldOut = _calibration.HeldOut,
            IgnoredFeatures = ConstantFeatures.MaskedBy(_data.Inputs),
            Underfitting = isFirst
                ? Underfitting.Of(
                    history, _options with { Loss = _data.Loss }, _data.Training.Examples, _data.Targets, _request.Network.Outputs)
                : null,
            Warnings = [.. stop.Reports.Warnings],
            Run = new TrainingSummary
            {
                BestEpoch = bestEpoch,
                SelectedBy = selected is null ? null : _validation.SelectedBy,
                PlannedEpochs = _options.NumberOfIterations,
                Duration = stop.Elapsed,
                Seed = _options.Seed,
            },
        };
    }

    public void Dispose()
    {
        _batches.Dispose();
        _checkpoint?.Dispose();
    }

    private TrainingState StartState(TrainingSetup setup)
    {
        var parameters = setup.Start(_request.Network, _data, _request.Initial, _request.Stop);
        if (!TensorPrimitives.IsFiniteAll<Real>(parameters))
            throw new TrainingDivergedException(1, "a starting value is not a finite number", learningRate: 0);
        if (_team is not null) parameters = _team.Cut(parameters);
        var state = new TrainingState(parameters, _options, _team?.Network ?? _request.Network)
        {
            Best = _data.Validation is null ? null : _options.EarlyStopping?.Start(parameters.Length),
            Cycles = _data.Validation is null ? null : _options.EarlyStopping?.StartCycles(LossOfNothingLearned),
            Tolerance = _request.Refit is null ? _options.LossTolerance?.Start() : null,
        };
        if (state.Optimizer is { } optimizer) _options.OptimizerMemory?.CopyTo(optimizer);
        return state;
    }

    // A training that continues without a limit has time for all epochs. One that has ended keeps its plan, for the refit.
    private long? StepsInTime(StopCondition stop) =>
        _state.ShortenedSteps > 0 && (_hasEnded || stop.Limit is not null) ? _state.ShortenedSteps : null;

    private double LossOfNothingLearned() =>
        Underfitting.LossOfNothingLearned(_data.Loss, _data.Validation!, _data.Targets, _request.Network.Outputs);

    private (Real[] X, Real[] Targets, int Rows) SampleToInspect(TrainingSetup setup) =>
        setup.Sample(_data.Training.Examples, _data.Inputs, _data.Targets, Inspection.MaxExamples, _request.Stop.Work);

    // Rank 0 decides and writes; each rank has a part of the optimizer's memory.
    private void WriteCheckpoint(bool hasEnded)
    {
        var isDue = _checkpoint?.IsDue(hasEnded) ?? false;
        if (_team is not null && _checkpoint is not null) isDue = _team.Share(isDue);
        if (_request.Ranks is { } ranks && (isDue = ranks.Decide(isDue))) TrainingRanks.Complete(_state, _batches.Reducer!);
        if (isDue) _checkpoint?.Write(hasEnded);
    }

    // Finite parameters can still be too large to score with, and no loss was computed with the last ones.
    private bool IsLastLossFinite()
    {
        _request.Stop.Reports.Begin(TrainingPhase.Checking, $"Checking the loss after the last update");
        var batches = _batches.ForFinalCheck();
        return double.IsFinite(_batches.Reducer is { } reducer
            ? new SharedValidation(reducer, batches, _request.Network.Outputs, _request.Stop).MeanLoss(_batches.Step)
            : ValidationCheck.MeanLoss(_batches.Step, batches, _request.Stop).Mean);
    }

    private void CheckLoss(double loss)
    {
        if (!double.IsFinite(loss)) throw Diverged($"the loss became {loss}");
    }

    // Ranks end after the same step, so no rank ends within one.
    private RunRequest OfThisRank(RunRequest request) =>
        _team is null ? request : request with { Network = _team.Network, Stop = request.Stop.WithoutEnd(request.Stop.Reports) };

    private TrainingDivergedException Diverged(string what) => new(_state.Epoch, what, _state.LearningRate);
}
