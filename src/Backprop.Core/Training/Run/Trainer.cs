using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;

namespace Backprop.Training;

/// <summary>The training loop: for every epoch, for every minibatch: forward, loss, backward, update.</summary>
public sealed class Trainer
{
    private readonly TrainingOptions _options;
    private readonly TrainingSetup _setup;
    private readonly RunChecks _checks;

    /// <summary>Creates a trainer with these options.</summary>
    /// <exception cref="ArgumentException">An option cannot be combined with the optimizer; the message names both.</exception>
    public Trainer(TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.CheckCombination();
        (_options, _setup, _checks) = (options, new TrainingSetup(options), new RunChecks(options));
    }

    /// <summary>The loss.</summary>
    internal Loss Loss => _options.Loss;

    /// <summary>Checks before the first step that several ranks can share the members of an ensemble.</summary>
    /// <exception cref="ArgumentException">An option needs all members in one process; the message names it.</exception>
    /// <exception cref="NotSupportedException">A layer cannot be divided; the message names it.</exception>
    internal void CheckRanks(Network network) => RankChecks.Check(_options, network);

    /// <summary>Why several ranks cannot share the members of an ensemble; null if they can.</summary>
    internal string? ObstacleToRanks(Network network) => RankChecks.Obstacle(_options, network);

    /// <summary>Maximum number of epochs.</summary>
    public int NumberOfIterations => _options.NumberOfIterations;

    /// <summary>Trains the parameters of <paramref name="network"/> to minimise the mean loss over <paramref name="training"/>.</summary>
    /// <param name="network">The layers; the number of inputs is the number of features.</param>
    /// <param name="training">The training examples.</param>
    /// <param name="validation">Validation examples for early stopping; not used for training. Must be null with
    /// <see cref="TrainingOptions.KFoldBagging"/>, which validates on the training examples.</param>
    /// <param name="initial">A network of the same shape to continue from. Training starts with its parameters and uses its
    /// standardization.</param>
    /// <param name="progress">Receives a report after every epoch, on this thread.</param>
    /// <param name="checkAlive">Called before every minibatch, including those of validation and of the final check. May throw to abandon
    /// the run, as <c>CancellationToken.ThrowIfCancellationRequested</c> does.</param>
    /// <returns>The trained network and the reports of all epochs.</returns>
    /// <exception cref="ArgumentException">Network, examples and initial network do not fit each other, or the loss does not allow a target
    /// (its row is named).</exception>
    /// <exception cref="TrainingDivergedException">The loss or a parameter was no longer finite.</exception>
    public TrainingResult Train(
        Network network, ExampleSet training, ExampleSet? validation = null, TrainedNetwork? initial = null,
        IProgress<EpochReport>? progress = null, Action? checkAlive = null) =>
        Train(network, training, validation, initial, progress, new StopCondition(_options, checkAlive));

    /// <summary>The same with a stop condition whose clock was started before.</summary>
    internal TrainingResult Train(
        Network network, ExampleSet training, ExampleSet? validation, TrainedNetwork? initial, IProgress<EpochReport>? progress,
        StopCondition stop) =>
        TrainingRanks.Run(_options, stop, ranks => Train(network, training, validation, initial, progress, stop, ranks, members: null)!);

    /// <summary>The same on one of several ranks. If they share the members, see <see cref="CheckRanks"/>.</summary>
    /// <param name="network">The whole network.</param>
    /// <param name="training">The training examples, the same on all ranks.</param>
    /// <param name="validation">Validation examples; null for none.</param>
    /// <param name="initial">A network to continue from; null for none.</param>
    /// <param name="progress">Receives a report after every epoch; used on rank 0.</param>
    /// <param name="stop">The conditions that end the training.</param>
    /// <param name="ranks">The ranks that share the shards of batches; null for none.</param>
    /// <param name="members">The ranks that share the members; null for none.</param>
    /// <returns>The result. Null on another rank than 0 that has trained members.</returns>
    internal TrainingResult? Train(
        Network network, ExampleSet training, ExampleSet? validation, TrainedNetwork? initial, IProgress<EpochReport>? progress,
        StopCondition stop, TrainingRanks? ranks, MemberRanks? members)
    {
        stop.StartClock();
        _checks.Check(network, training, validation, initial);
        (training, var held) = HoldOut(training);
        if (held is not null) _checks.Check(network, training, validation, initial); // fewer examples may be too few
        _checks.CheckIntervals(held ?? (_options.KFoldBagging ? training : validation));
        GroupChecks.Warn(_options.Loss, training, stop.Reports);
        if (_options.KFoldBagging)
            training = validation = training.WithFolds(
                BaggingFolds.Of(training, network.EnsembleSize, _options.Loss, _options.Seed), network.EnsembleSize);
        var request = new RunRequest(network, new MemoryData(training), validation, initial, progress, stop)
        {
            Ranks = ranks,
            MemberRanks = members,
        };
        if (Run(request) is not { } result) return null;
        if (validation is not null && _options.EarlyStopping is { RefitOnAllRows: true })
            result = Refitted(result, request, training, validation);
        if (held is null) return result;
        var trained = Calibration.WithIntervals(result.Network, held, _options.PredictionIntervals!, stop);
        return result with { Network = trained, IntervalRows = held, Warnings = [.. stop.Reports.Warnings] };
    }

    /// <summary>Chooses temperature and threshold, and calibrates intervals, for another network on the rows that a training held
    /// out.</summary>
    /// <param name="options">The options of the training.</param>
    /// <param name="result">The result of the training, with its held-out rows.</param>
    /// <param name="network">The other network. Its members hold out the same rows.</param>
    /// <param name="stop">Ends the work.</param>
    internal static TrainingResult Calibrate(TrainingOptions options, TrainingResult result, TrainedNetwork network, StopCondition stop)
    {
        var held = result.HeldOut!;
        var calibration = new Calibration(options, network.Network, new ValidationEvaluator(held.Rows), stop);
        var (trained, thresholds) = calibration.Apply(network, epoch: 0, held.Weights, held.Loss ?? network.Loss);
        if (result.IntervalRows is { } rows) trained = Calibration.WithIntervals(trained, rows, options.PredictionIntervals!, stop);
        return result with { Network = trained, Thresholds = thresholds };
    }

    // The examples that calibrate intervals, and do nothing else; null if other held-out examples do.
    private (ExampleSet Training, ExampleSet? Held) HoldOut(ExampleSet training)
    {
        if (_options.PredictionIntervals is not { HeldOutFraction: > 0 } intervals) return (training, null);
        var hasClasses = _options.Loss.HasClasses && training.TargetCount == 1;
        return HeldOutRows.Split(training, intervals.HeldOutFraction, ValidationRows.Stratified, hasClasses, _options.Seed);
    }

    // The refit is skipped if there is no time for it. Then the first network is the result.
    private TrainingResult Refitted(TrainingResult result, RunRequest first, ExampleSet training, ExampleSet validation)
    {
        var stop = first.Stop;
        var stepsPerEpoch = _setup.StepsPerEpoch(training);
        var refit = new RefitPlan((long)result.BestEpoch * stepsPerEpoch, stepsPerEpoch, training.Count, stop.PlannedSteps);
        stop.Reports.Begin(TrainingPhase.Refitting, $"Refitting on {training.Count + validation.Count:N0} rows");
        try
        {
            if (!stop.MustEnd)
            {
                var all = new MemoryData(training.Concat(validation));
                var refitted = Run(first with { Training = all, Validation = null, Progress = null, Refit = refit })!;
                if (!stop.MustEnd)
                    return result with
                    {
                        Network = refitted.Network.With(result.Network.Temperature).With(result.Network.Conformal),
                        Warnings = [.. stop.Reports.Warnings],
                        Run = result.Run! with { IsRefit = true, Duration = stop.Elapsed },
                    };
            }
        }
        catch (WorkGivenUpException)
        {
            // Before its first step.
        }
        const string cause = $"{nameof(EarlyStopping.RefitOnAllRows)} had no effect: training had to end before the refit was done.";
        stop.Reports.Warn($"{cause} The model is that of epoch {result.BestEpoch:N0}, without the validation rows.");
        return result with { Warnings = [.. stop.Reports.Warnings] };
    }

    /// <summary>The same with more examples than fit into memory. Measured starting values, layer diagnostics and the check of the result
    /// use a random sample of them.</summary>
    /// <param name="network">The layers; the number of inputs is the number of features.</param>
    /// <param name="training">The training examples; read once for measurements, and then once in every epoch.</param>
    /// <param name="validation">Validation examples for early stopping; not used for training.</param>
    /// <param name="initial">A network of the same shape to continue from.</param>
    /// <param name="progress">Receives a report after every epoch, on this thread.</param>
    /// <param name="checkAlive">Called before every minibatch; may throw to abandon the run.</param>
    /// <exception cref="ArgumentException">Network, examples and initial network do not fit each other, or an option needs all examples at
    /// once: <see cref="Lbfgs"/>, <see cref="EarlyStopping.RefitOnAllRows"/>, or a <see cref="GroupLoss"/>.</exception>
    /// <exception cref="InvalidOperationException">The stream has no examples, or not the same in every epoch.</exception>
    /// <exception cref="TrainingDivergedException">The loss or a parameter was no longer finite.</exception>
    public TrainingResult Train(
        Network network, ExampleSource training, ExampleSet? validation = null, TrainedNetwork? initial = null,
        IProgress<EpochReport>? progress = null, Action? checkAlive = null) =>
        Train(network, training, validation, initial, progress, new StopCondition(_options, checkAlive));

    /// <summary>The same with a stop condition.</summary>
    internal TrainingResult Train(
        Network network, ExampleSource training, ExampleSet? validation, TrainedNetwork? initial, IProgress<EpochReport>? progress,
        StopCondition stop) =>
        TrainingRanks.Run(_options, stop, ranks => Train(network, training, validation, initial, progress, stop, ranks, members: null)!);

    /// <summary>The same on one of several ranks.</summary>
    internal TrainingResult? Train(
        Network network, ExampleSource training, ExampleSet? validation, TrainedNetwork? initial, IProgress<EpochReport>? progress,
        StopCondition stop, TrainingRanks? ranks, MemberRanks? members)
    {
        ArgumentNullException.ThrowIfNull(training);
        var data = Open(network, training, validation, initial, stop);
        stop.StartClock();
        if (_options.KFoldBagging)
            throw new ArgumentException(
                $"{nameof(TrainingOptions.KFoldBagging)} needs all examples in memory, but these are a stream.", nameof(training));
        if (_options.EarlyStopping is { RefitOnAllRows: true } && validation is not null)
            throw new ArgumentException(
                $"{nameof(EarlyStopping.RefitOnAllRows)} needs all examples in memory, but these are a stream.", nameof(training));
        if (_options.PredictionIntervals is { HeldOutFraction: > 0 })
            throw new ArgumentException(
                $"{nameof(Conformal.HeldOutFraction)} of {nameof(TrainingOptions.PredictionIntervals)} needs all examples in memory, but "
                + "these are a stream.", nameof(training));
        _checks.CheckIntervals(validation);
        return Run(
            new RunRequest(network, data, validation, initial, progress, stop) { Ranks = ranks, MemberRanks = members });
    }

    /// <summary>A range test: makes steps with a growing learning rate, and records where the loss falls and where it rises. The parameters
    /// are discarded.</summary>
    /// <remarks>Smith (2017), "Cyclical learning rates for training neural networks", arXiv:1506.01186, as in fastai. Uses the options of
    /// this trainer except learning rate, schedules and stopping rules.</remarks>
    /// <param name="network">The layers.</param>
    /// <param name="training">The training examples; repeated as often as needed.</param>
    /// <param name="range">The learning rates to try; null for 1e-7 to 10 in 100 steps.</param>
    /// <param name="checkAlive">Called before every step; may throw to abandon the test.</param>
    /// <returns>The curve and the suggested learning rates.</returns>
    /// <exception cref="ArgumentException">Network and examples do not fit each other, or the optimizer is <see cref="Lbfgs"/>, which
    /// chooses the length of its steps.</exception>
    /// <exception cref="InvalidOperationException">The loss is not finite even at the lowest rates.</exception>
    public LearningRateCurve FindLearningRate(
        Network network, ExampleSet training, LearningRateRangeTest? range = null, Action? checkAlive = null) =>
        FindLearningRate(network, training, range, new StopCondition(_options, checkAlive));

    /// <summary>The same with a stop condition.</summary>
    internal LearningRateCurve FindLearningRate(Network network, ExampleSet training, LearningRateRangeTest? range, StopCondition stop)
    {
        stop.StartClock();
        _checks.Check(network, training, null, null);
        return FindLearningRate(network, new MemoryData(training), range, stop);
    }

    /// <summary>The same with more examples than fit into memory.</summary>
    /// <inheritdoc cref="FindLearningRate(Network, ExampleSet, LearningRateRangeTest?, Action?)"/>
    public LearningRateCurve FindLearningRate(
        Network network, ExampleSource training, LearningRateRangeTest? range = null, Action? checkAlive = null) =>
        FindLearningRate(network, training, range, new StopCondition(_options, checkAlive));

    /// <summary>The same with a stop condition.</summary>
    internal LearningRateCurve FindLearningRate(Network network, ExampleSource training, LearningRateRangeTest? range, StopCondition stop)
    {
        ArgumentNullException.ThrowIfNull(training);
        var data = Open(network, training, null, null, stop);
        stop.StartClock();
        return FindLearningRate(network, data, range, stop);
    }

    // There is no model at any time, so every end is an exception. A part of the curve could suggest another learning rate.
    private LearningRateCurve FindLearningRate(Network network, TrainingData training, LearningRateRangeTest? range, StopCondition stop)
    {
        if (_options.Optimizer.UsesLineSearch)
            throw new ArgumentException(
                $"{_options.Optimizer.GetType().Name} finds the length of its steps itself. Use another optimizer for a range test.",
                nameof(network));
        range ??= new LearningRateRangeTest();
        var request = new RunRequest(network, training, Validation: null, Initial: null, Progress: null, stop);
        var data = _setup.Prepare(request);
        var parameters = _setup.Start(network, data, null, stop);
        using var batches = new RunBatches(
            _options with { Loss = data.Loss }, _setup, request, data, new TrainingState(parameters, _options, network));
        stop.Reports.Begin(TrainingPhase.Training, $"Testing {range.Steps:N0} learning rates from {range.Lowest:G3} to {range.Highest:G3}");
        return range.Run((number, learningRate) =>
        {
            stop.CheckBeforeStep();
            var (epoch, batch) = Math.DivRem(number, batches.Training.Count);
            if (batch == 0) batches.BeginEpoch(epoch + 1, mayEnd: false);
            return batches.Step.Learn(batches.Training, batch, new StepValues(learningRate)).Loss;
        });
    }

    // Null on a rank that has sent its members to rank 0.
    private TrainingResult? Run(RunRequest request)
    {
        using var run = new TrainingRun(_options, _setup, request);
        while (run.HasNextEpoch)
        {
            if (!run.BeginEpoch() || run.MakeSteps() is not { } trainingLoss) break;
            if (run.EndEpoch(trainingLoss)) break;
        }
        return run.Finish();
    }

    private StreamData Open(Network network, ExampleSource training, ExampleSet? validation, TrainedNetwork? initial, StopCondition stop)
    {
        if (_options.Loss is GroupLoss)
            throw new ArgumentException(
                $"{_options.Loss.GetType().Name} needs all examples of a group at once, but these are a stream, which has no groups.",
                nameof(training));
        var shards = _options.Distributed is { Partitioned: true } distributed ? distributed.Shards : 0;
        if (shards > 0) StreamPartitions.CheckParts(training.PartCount, shards);
        var summary = training.Summarize(_options.Seed, stop.CheckBeforeStep);
        var partitions = shards > 0 ? new StreamPartitions(summary.ExamplesOfParts, shards) : null;
        partitions?.WarnOfLargest(stop.Reports);
        _checks.Check(network, summary.Sample, validation, initial);
        if (_options.Optimizer.UsesLineSearch)
            throw new ArgumentException(
                $"{_options.Optimizer.GetType().Name} needs all examples in memory, but these are a stream.", nameof(training));
        return new StreamData(training, summary, _options.Shuffle, partitions);
    }
}
