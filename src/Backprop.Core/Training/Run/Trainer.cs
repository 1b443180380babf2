using System.Numerics.Tensors;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;

namespace Backprop.Training;

/// <summary>The training loop: for every epoch, for every minibatch: forward, loss, backward, update.</summary>
public sealed class Trainer
{
    private readonly TrainingOptions _options;
    private readonly TrainingSetup _setup;

    /// <summary>Trains by the given options.</summary>
    /// <exception cref="ArgumentException">An option does not go with the optimizer; the message names both.</exception>
    public Trainer(TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.CheckCombination();
        (_options, _setup) = (options, new TrainingSetup(options));
    }

    /// <summary>Passes over the training data, at most.</summary>
    public int NumberOfIterations => _options.NumberOfIterations;

    /// <summary>Finds parameters of <paramref name="network"/> that make the mean loss over <paramref name="training"/> small.</summary>
    /// <param name="network">The layers; as many inputs as there are features.</param>
    /// <param name="training">What to learn from.</param>
    /// <param name="validation">What to watch for early stopping; not learned from. With <see cref="TrainingOptions.KFoldBagging"/> null: the training examples are watched.</param>
    /// <param name="initial">A network of the same shape to go on from: its parameters and its standardization are the start.</param>
    /// <param name="progress">Told after every epoch, on this thread.</param>
    /// <param name="checkAlive">Called before every minibatch, of validation and of the final check too; may throw to abandon the run, as <c>CancellationToken.ThrowIfCancellationRequested</c> does.</param>
    /// <returns>The trained network and what every epoch did.</returns>
    /// <exception cref="ArgumentException">Network, examples and initial network do not fit each other, or the loss does not allow a target (its row is named).</exception>
    /// <exception cref="TrainingDivergedException">The loss or a parameter was no longer finite.</exception>
    public TrainingResult Train(
        Network network, ExampleSet training, ExampleSet? validation = null, TrainedNetwork? initial = null,
        IProgress<EpochReport>? progress = null, Action? checkAlive = null) =>
        Train(network, training, validation, initial, progress, new StopCondition(_options, checkAlive));

    /// <summary>The same with a stop condition, whose clock was started when the time began to count.</summary>
    internal TrainingResult Train(
        Network network, ExampleSet training, ExampleSet? validation, TrainedNetwork? initial, IProgress<EpochReport>? progress, StopCondition stop)
    {
        stop.StartClock();
        _setup.Check(network, training, validation, initial);
        if (_options.KFoldBagging) training = validation = training.WithFolds(BaggingFolds.Of(training, network.EnsembleSize, _options.Loss, _options.Seed), network.EnsembleSize);
        var result = Run(network, new MemoryData(training), validation, initial, progress, stop, refit: null);
        return validation is null || _options.EarlyStopping is not { RefitOnAllRows: true } ? result : Refitted(result, network, training, validation, initial, stop);
    }

    // A refit that training has no time for is left out: the first network is a model, too.
    private TrainingResult Refitted(TrainingResult result, Network network, ExampleSet training, ExampleSet validation, TrainedNetwork? initial, StopCondition stop)
    {
        var stepsPerEpoch = _setup.StepsPerEpoch(training.Count);
        var refit = new Refit((long)result.BestEpoch * stepsPerEpoch, stepsPerEpoch, training.Count, stop.PlannedSteps);
        stop.Reports.Begin(TrainingPhase.Refitting, $"Refitting on {training.Count + validation.Count:N0} rows");
        try
        {
            if (!stop.MustEnd)
            {
                var refitted = Run(network, new MemoryData(training.Concat(validation)), null, initial, null, stop, refit);
                if (!stop.MustEnd) return result with { Network = refitted.Network.WithTemperature(result.Network.Temperature), Warnings = [.. stop.Reports.Warnings] };
            }
        }
        catch (WorkGivenUpException)
        {
            // Before its first step.
        }
        stop.Reports.Warn($"{nameof(EarlyStopping.RefitOnAllRows)} had no effect: training had to end before the refit was done. The model is that of epoch {result.BestEpoch:N0}, without the validation rows.");
        return result with { Warnings = [.. stop.Reports.Warnings] };
    }

    /// <summary>The same with more examples than memory holds. Starting values that are measured, the inspection of layers, and the check of the result look at a random sample of them.</summary>
    /// <param name="network">The layers; as many inputs as there are features.</param>
    /// <param name="training">What to learn from; read once to be measured, and then once in every pass.</param>
    /// <param name="validation">What to watch for early stopping; not learned from.</param>
    /// <param name="initial">A network of the same shape to go on from.</param>
    /// <param name="progress">Told after every epoch, on this thread.</param>
    /// <param name="checkAlive">Called before every minibatch; may throw to abandon the run.</param>
    /// <exception cref="ArgumentException">Network, examples and initial network do not fit each other, or an option needs all examples at once: <see cref="Lbfgs"/>, <see cref="EarlyStopping.RefitOnAllRows"/>.</exception>
    /// <exception cref="InvalidOperationException">The stream has no examples, or not the same in every pass.</exception>
    /// <exception cref="TrainingDivergedException">The loss or a parameter was no longer finite.</exception>
    public TrainingResult Train(
        Network network, ExampleSource training, ExampleSet? validation = null, TrainedNetwork? initial = null, IProgress<EpochReport>? progress = null, Action? checkAlive = null) =>
        Train(network, training, validation, initial, progress, new StopCondition(_options, checkAlive));

    /// <summary>The same with a stop condition.</summary>
    internal TrainingResult Train(
        Network network, ExampleSource training, ExampleSet? validation, TrainedNetwork? initial, IProgress<EpochReport>? progress, StopCondition stop)
    {
        ArgumentNullException.ThrowIfNull(training);
        var data = Open(network, training, validation, initial, stop);
        stop.StartClock();
        if (_options.KFoldBagging) throw new ArgumentException($"{nameof(TrainingOptions.KFoldBagging)} needs all examples in memory; these are a stream.", nameof(training));
        if (_options.EarlyStopping is { RefitOnAllRows: true } && validation is not null) throw new ArgumentException($"{nameof(EarlyStopping.RefitOnAllRows)} needs all examples in memory; these are a stream.", nameof(training));
        return Run(network, data, validation, initial, progress, stop, refit: null);
    }

    /// <summary>A range test: takes steps with a learning rate that grows from one to the next, and sees where the loss falls and where it rises. Nothing of it is kept.</summary>
    /// <remarks>Smith (2017), "Cyclical learning rates for training neural networks", arXiv:1506.01186, as fastai does it; for this trainer's options but its learning rate, schedules and stopping.</remarks>
    /// <param name="network">The layers.</param>
    /// <param name="training">What to learn from; gone through once more whenever it ends.</param>
    /// <param name="range">The learning rates to try; null for 1e-7 to 10 in 100 steps.</param>
    /// <param name="checkAlive">Called before every step; may throw to abandon the test.</param>
    /// <returns>The curve, and what it suggests.</returns>
    /// <exception cref="ArgumentException">Network and examples do not fit each other, or the optimizer is <see cref="Lbfgs"/>, which finds its own steps.</exception>
    /// <exception cref="InvalidOperationException">The loss is not finite at the lowest rates already.</exception>
    public LearningRateCurve FindLearningRate(Network network, ExampleSet training, LearningRateRangeTest? range = null, Action? checkAlive = null) =>
        FindLearningRate(network, training, range, new StopCondition(_options, checkAlive));

    /// <summary>The same with a stop condition.</summary>
    internal LearningRateCurve FindLearningRate(Network network, ExampleSet training, LearningRateRangeTest? range, StopCondition stop)
    {
        stop.StartClock();
        _setup.Check(network, training, null, null);
        return FindLearningRate(network, new MemoryData(training), range, stop);
    }

    /// <summary>The same with more examples than memory holds.</summary>
    /// <inheritdoc cref="FindLearningRate(Network, ExampleSet, LearningRateRangeTest?, Action?)"/>
    public LearningRateCurve FindLearningRate(Network network, ExampleSource training, LearningRateRangeTest? range = null, Action? checkAlive = null) =>
        FindLearningRate(network, training, range, new StopCondition(_options, checkAlive));

    /// <summary>The same with a stop condition.</summary>
    internal LearningRateCurve FindLearningRate(Network network, ExampleSource training, LearningRateRangeTest? range, StopCondition stop)
    {
        ArgumentNullException.ThrowIfNull(training);
        var data = Open(network, training, null, null, stop);
        stop.StartClock();
        return FindLearningRate(network, data, range, stop);
    }

    // There is no model to keep at any time, so every end is an exception: half a curve would suggest another learning rate.
    private LearningRateCurve FindLearningRate(Network network, TrainingData training, LearningRateRangeTest? range, StopCondition stop)
    {
        if (_options.Optimizer is Lbfgs) throw new ArgumentException($"{nameof(Lbfgs)} finds the length of its steps itself.", nameof(network));
        range ??= new LearningRateRangeTest();
        var (inputs, targets) = _setup.Standardize(network, training, null, stop);
        if (ClassBalance.Of(_options, training, network.Outputs) is { } balance) training = training.WithWeights(balance);
        var parameters = _setup.Start(network, training, null, inputs, targets, stop);
        using var batches = training.CreateBatches(_setup.BatchSizeFor(training.Count), inputs, targets, _options.Mixup is not null, network.TakesSparse, _options.EvenBatches);
        batches.Impute(network.ReplacementsBy(parameters));
        batches.Stop = stop;
        using var threads = ThreadShare.Claim(_options.NumberOfThreads, network, batches.BatchSize);
        using var step = new TrainingStep(network, parameters, _options, batches.BatchSize, threads.Count, stop: stop);
        stop.Reports.Begin(TrainingPhase.Training, $"Testing {range.Steps:N0} learning rates from {range.Lowest:G3} to {range.Highest:G3}");
        return range.Run((number, learningRate) =>
        {
            stop.CheckBeforeStep();
            var (epoch, batch) = Math.DivRem(number, batches.Count);
            if (batch == 0) BeginPass(batches, epoch + 1, mayEnd: false);
            return step.Learn(batches, batch, new StepValues(learningRate)).Loss;
        });
    }

    // With a refit, exactly its steps, scheduled as if the rows were still those of the first run.
    private TrainingResult Run(
        Network network, TrainingData training, ExampleSet? validation, TrainedNetwork? initial, IProgress<EpochReport>? progress, StopCondition stop, Refit? refit)
    {
        var (inputs, targets) = _setup.Standardize(network, training, initial, stop);
        var bounds = _options.ClampPredictions ? training.MeasureBounds().JoinedWith(initial?.Bounds) : null;
        var judge = validation is null ? null : new ValidationEvaluator(validation);
        var calibration = new Calibration(_options, judge, stop);
        if (ClassBalance.Of(_options, training, network.Outputs) is { } balance) (training, validation) = (training.WithWeights(balance), validation is null ? null : balance.Weigh(validation));
        var parameters = _setup.Start(network, training, initial, inputs, targets, stop);
        if (!TensorPrimitives.IsFiniteAll<Real>(parameters)) throw new TrainingDivergedException(1, "a starting value is not a finite number", learningRate: 0);
        double learningRate = 0;
        var schedules = new ScheduledValues(_options);

        using var batches = training.CreateBatches(_setup.BatchSizeFor(refit?.Examples ?? training.Count), inputs, targets, _options.Mixup is not null, network.TakesSparse, _options.EvenBatches);
        batches.Stop = stop;
        var validationBatches = validation is null ? null : validation.FoldCount > 0
            ? new MemberMinibatches(validation, batches.BatchSize, inputs, targets, ofOwnFold: true)
            : new Minibatches(validation, batches.BatchSize, inputs, targets, takesSparse: network.TakesSparse);
        var replacements = network.ReplacementsBy(parameters);
        batches.Impute(replacements);
        validationBatches?.Impute(replacements);
        using var threads = ThreadShare.Claim(_options.NumberOfThreads, network, batches.BatchSize);
        using var step = new TrainingStep(network, parameters, _options, batches.BatchSize, threads.Count, batches.ExamplesPerRow, stop);
        var descent = _options.Optimizer is Lbfgs lbfgs ? new LbfgsDescent(lbfgs, step, batches, parameters, stop) : null;
        var interval = _options.EarlyStopping?.Interval ?? 1;
        var best = validation is null ? null : _options.EarlyStopping?.Start(network.ParameterCount);
        var limits = bounds?.Scaled(targets).ToLimits(_options.Loss, network.Outputs);
        var wanted = judge is null ? null : _options.EarlyStopping?.Metric;
        var check = validationBatches is null ? null : new ValidationCheck(step, validationBatches, wanted is null && !calibration.IsNeeded ? null : judge, limits, stop);
        var units = wanted is null ? null : new TrainedNetwork(network, parameters, _options.Loss, inputs, targets, bounds); // its parameters are not asked for
        var inspection = _options.Diagnostics && refit is null ? new Inspection(network, _options.Loss, _setup.Sample(training.Examples, inputs, targets, Inspection.MaxExamples, stop.Work)) : null;
        var tolerance = refit is null ? _options.LossTolerance?.Start() : null;
        var history = new List<EpochReport>();
        var plan = refit is null ? new TimePlan(_options, stop, batches.Count, training.Count) : new TimePlan(_options, stop, refit.StepsPerEpoch, refit.Examples, refit.PlannedSteps);
        var end = new EndOfRun(_options, stop, plan);
        if (refit is null) PlanWarnings.Check(_options, training.Count, check is not null, stop.Reports);
        var mustEnd = false;
        long done = 0;

        for (var epoch = 1; refit is null ? epoch <= _options.NumberOfIterations : done < refit.Steps; epoch++)
        {
            stop.Reports.Begin(TrainingPhase.Training, $"Training epoch {epoch}", epoch);
            if (!BeginPass(batches, epoch, mayEnd: history.Count > 0)) break;

            var trainingLoss = new WeightedMean();
            for (var b = 0; b < batches.Count && !mustEnd && done < (refit?.Steps ?? long.MaxValue); b++)
            {
                stop.CheckBeforeStep();
                var values = schedules.At(plan.At(done));
                learningRate = values.LearningRate;
                if (b == batches.Count - 1) inspection?.Remember(parameters);
                var (loss, weight) = descent is not null ? (descent.Learn(learningRate), 1) : step.Learn(batches, b, values);
                if (step.IsAbandoned) break;
                (done, stop.HasModel) = (done + 1, true);
                if (!double.IsFinite(loss)) throw new TrainingDivergedException(epoch, $"the loss became {loss}", learningRate);
                trainingLoss.Add(loss, weight);
                end.Observe(learningRate);
                mustEnd = stop.MustEnd;
            }
            mustEnd |= step.IsAbandoned;
            if (trainingLoss.IsEmpty) break; // no step of this epoch was taken

            // The last update of an epoch is seen by no loss, so its result is looked at by itself.
            step.UpdatePredictor();
            if (!TensorPrimitives.IsFiniteAll<Real>(parameters)) throw new TrainingDivergedException(epoch, "a parameter is no longer a finite number", learningRate);

            var isIdle = tolerance is not null && tolerance.Observe(trainingLoss.Value);
            var isLast = epoch == _options.NumberOfIterations || mustEnd || isIdle || descent is { IsDone: true };
            var isValidated = epoch % interval == 0 || isLast;
            var validationLoss = check is null || !isValidated || stop.IsCancelled ? null : check.MeanLoss(epoch);
            if (validationLoss is { } v && !double.IsFinite(v)) throw new TrainingDivergedException(epoch, $"the validation loss became {v}", learningRate);

            var metric = wanted is null || validationLoss is null ? null : check!.Measure(wanted, units!);
            if (wanted is not null && metric is null) validationLoss = null; // one without the other would be compared with other epochs' other number
            if (metric is { } m && !double.IsFinite(m)) throw new InvalidOperationException($"{wanted} of the validation data is {m}: it is not defined for them.");

            var report = new EpochReport(epoch, learningRate, trainingLoss.Value, validationLoss, metric) { Diagnostics = inspection?.Inspect(parameters) };
            history.Add(report);
            if (isValidated || validationBatches is null) schedules.Observe(validationLoss ?? trainingLoss.Value);
            progress?.Report(report);

            // Each is to see every epoch, so none may stand in another's way.
            var isOverfitting = best is not null && (metric ?? validationLoss) is { } judgement && best.Observe(epoch, judgement, step.Predictor);
            if (calibration.IsNeeded && validationLoss is not null && (best is null || best.Epoch == epoch)) judge!.Keep(epoch);
            if (isOverfitting || isLast || stop.MustEnd) break;
        }
        if (history.Count == 0) throw new WorkGivenUpException(); // a refit that was ended before its first step

        Real[] learned = [.. step.Predictor];
        var bestEpoch = best?.Restore(learned) ?? history.Count;

        // Finite parameters can still be too large to score with, and no loss has seen the last ones yet. Who cancels does not wait for all rows.
        if (bestEpoch == history.Count && history[^1].ValidationLoss is null)
        {
            stop.Reports.Begin(TrainingPhase.Checking, $"Checking the loss after the last update");
            if (!double.IsFinite(ValidationCheck.MeanLoss(step, FinalCheckBatches(training, batches, inputs, targets), stop).Mean))
                throw new TrainingDivergedException(bestEpoch, "the loss after the last update is not finite", learningRate);
        }
        var trained = new TrainedNetwork(network, learned, _options.Loss, inputs, targets, bounds);
        if (refit is null) end.Report(history.Count);
        (trained, var threshold) = calibration.Apply(trained, bestEpoch, validation is null ? [] : validation.Weights);
        if (refit is null && plan.IsShortened) stop.PlannedSteps = plan.Last.TotalSteps;
        return new TrainingResult(trained, history, bestEpoch)
        {
            Threshold = threshold,
            IgnoredFeatures = ConstantFeatures.MaskedBy(inputs),
            Underfitting = refit is null ? Underfitting.Of(history, _options, training.Examples, targets, network.Outputs) : null,
            Warnings = [.. stop.Reports.Warnings],
        };
    }

    // A stream is not read once more for a mere check.
    private static Minibatches FinalCheckBatches(TrainingData training, Minibatches batches, Standardization? inputs, Standardization? targets) =>
        batches is StreamedMinibatches ? new Minibatches(training.Examples, batches.BatchSize, inputs, targets) : batches;

    // False if training had to end before the rows of the pass were there.
    private bool BeginPass(Minibatches batches, int epoch, bool mayEnd)
    {
        try
        {
            batches.BeginPass(epoch, _options.Shuffle && batches.Count > 1 ? new RandomSequence(_options.Seed, RandomPurpose.Shuffling, epoch) : null);
            return true;
        }
        catch (WorkGivenUpException) when (mayEnd)
        {
            return false;
        }
    }

    private StreamData Open(Network network, ExampleSource training, ExampleSet? validation, TrainedNetwork? initial, StopCondition stop)
    {
        var summary = training.Summarize(_options.Seed, stop.CheckBeforeStep);
        _setup.Check(network, summary.Sample, validation, initial);
        if (_options.Optimizer is Lbfgs) throw new ArgumentException($"{nameof(Lbfgs)} needs all examples in memory; these are a stream.", nameof(training));
        return new StreamData(training, summary, _options.Shuffle);
    }

    /// <summary>A second run over all rows.</summary>
    /// <param name="Steps">How many steps it takes.</param>
    /// <param name="StepsPerEpoch">Steps of an epoch of the first run.</param>
    /// <param name="Examples">Examples of the first run.</param>
    /// <param name="PlannedSteps">Steps that a time limit left of the first run's plan; null for all.</param>
    private sealed record Refit(long Steps, int StepsPerEpoch, int Examples, long? PlannedSteps);
}
