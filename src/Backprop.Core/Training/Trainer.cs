using System.Diagnostics;
using System.Numerics.Tensors;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Schedules;

namespace Backprop.Training;

/// <summary>The training loop: for every epoch, for every minibatch: forward, loss, backward, update.</summary>
public sealed class Trainer
{
    private readonly TrainingOptions _options;

    /// <summary>Trains by the given options.</summary>
    /// <exception cref="ArgumentException">An option does not go with the optimizer; the message names both.</exception>
    public Trainer(TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.CheckCombination();
        _options = options;
    }

    /// <summary>Finds parameters of <paramref name="network"/> that make the mean loss over <paramref name="training"/> small.</summary>
    /// <param name="network">The layers; as many inputs as there are features.</param>
    /// <param name="training">What to learn from.</param>
    /// <param name="validation">What to watch for early stopping; not learned from.</param>
    /// <param name="initial">A network of the same shape to go on from: its parameters and its standardization are the start.</param>
    /// <param name="progress">Told after every epoch, on this thread.</param>
    /// <param name="checkAlive">Called before every minibatch, of validation and of the final check too; may throw to abandon the run, as <c>CancellationToken.ThrowIfCancellationRequested</c> does.</param>
    /// <returns>The trained network and what every epoch did.</returns>
    /// <exception cref="ArgumentException">Network, examples and initial network do not fit each other, or the loss does not allow a target (its row is named).</exception>
    /// <exception cref="TrainingDivergedException">The loss or a parameter was no longer finite.</exception>
    public TrainingResult Train(
        Network network, ExampleSet training, ExampleSet? validation = null, TrainedNetwork? initial = null,
        IProgress<EpochReport>? progress = null, Action? checkAlive = null)
    {
        CheckShapes(network, training, validation, initial);
        var (inputs, targets) = Standardize(training, initial);
        var parameters = initial?.Parameters.ToArray() ?? _options.InitialParameters?.ToArray() ?? Initialize(network, training, inputs, targets);
        double learningRate = 0;
        var schedules = new ScheduledValues(_options);

        var batchSize = _options.BatchSize ?? (_options.Optimizer is Lbfgs ? TrainingOptions.FullBatch : TrainingOptions.CustomaryBatchSize(training.Count));
        var batches = new Minibatches(training, batchSize, inputs, targets, mixes: _options.Mixup is not null);
        var validationBatches = validation is null ? null : new Minibatches(validation, batches.BatchSize, inputs, targets);
        using var threads = ThreadShare.Claim(_options.NumberOfThreads, network, batches.BatchSize);
        using var step = new TrainingStep(network, parameters, _options, batches.BatchSize, new WorkerTeam(threads.Count));
        var descent = _options.Optimizer is Lbfgs lbfgs ? new LbfgsDescent(lbfgs, step, batches, parameters) : null;
        var best = validation is null ? null : _options.EarlyStopping?.Start(network.ParameterCount);
        var judge = validation is not null && _options.EarlyStopping?.Metric is { } wanted ? new Judge(wanted, validation) : null;
        var tolerance = _options.LossTolerance?.Start();
        var history = new List<EpochReport>();
        var start = Stopwatch.GetTimestamp();
        var isTimeUp = false;

        for (var epoch = 1; epoch <= _options.NumberOfIterations; epoch++)
        {
            if (_options.Shuffle && batches.Count > 1) batches.Shuffle(new RandomSequence(_options.Seed, RandomPurpose.Shuffling, epoch));

            var trainingLoss = new WeightedMean();
            for (var b = 0; b < batches.Count && !isTimeUp; b++)
            {
                checkAlive?.Invoke();
                var moment = new TrainingMoment((long)(epoch - 1) * batches.Count + b, batches.Count, _options.NumberOfIterations, training.Count);
                var values = schedules.At(moment);
                learningRate = values.LearningRate;
                var (loss, weight) = descent is not null ? (descent.Learn(learningRate, checkAlive), 1) : step.Learn(batches, b, values);
                if (!double.IsFinite(loss)) throw new TrainingDivergedException(epoch, $"the loss became {loss}", learningRate);
                trainingLoss.Add(loss, weight);
                isTimeUp = _options.MaximumTrainingTime is { } most && Stopwatch.GetElapsedTime(start) >= most;
            }

            // The last update of an epoch is seen by no loss, so its result is looked at by itself.
            step.UpdatePredictor();
            if (!TensorPrimitives.IsFiniteAll<Real>(parameters)) throw new TrainingDivergedException(epoch, "a parameter is no longer a finite number", learningRate);

            double? validationLoss = validationBatches is null ? null : MeanLoss(step, validationBatches, checkAlive);
            if (validationLoss is { } v && !double.IsFinite(v)) throw new TrainingDivergedException(epoch, $"the validation loss became {v}", learningRate);

            double? metric = judge is null ? null : judge.Measure(new TrainedNetwork(network, step.Predictor, _options.Loss, inputs, targets));
            if (metric is { } m && !double.IsFinite(m)) throw new InvalidOperationException($"{_options.EarlyStopping!.Metric} of the validation data is {m}: it is not defined for them.");

            var report = new EpochReport(epoch, learningRate, trainingLoss.Value, validationLoss, metric);
            history.Add(report);
            schedules.Observe(validationLoss ?? trainingLoss.Value);
            progress?.Report(report);

            // Each is to see every epoch, so none may stand in another's way.
            var isOverfitting = best is not null && best.Observe(epoch, metric ?? validationLoss!.Value, step.Predictor);
            var isIdle = tolerance is not null && tolerance.Observe(trainingLoss.Value);
            if (isOverfitting || isIdle || isTimeUp || descent is { IsDone: true }) break;
        }

        Real[] learned = [.. step.Predictor];
        var bestEpoch = best?.Restore(learned) ?? history.Count;

        // Finite parameters can still be too large to score with, and no loss has seen the last ones yet.
        if (validation is null && !double.IsFinite(MeanLoss(step, batches, checkAlive)))
            throw new TrainingDivergedException(bestEpoch, "the loss after the last update is not finite", learningRate);
        return new TrainingResult(new TrainedNetwork(network, learned, _options.Loss, inputs, targets), history, bestEpoch);
    }

    private (Standardization? Inputs, Standardization? Targets) Standardize(ExampleSet training, TrainedNetwork? initial) => initial is not null
        ? (initial.Inputs, initial.Targets)
        : (_options.StandardizeInputs ? Standardization.Measure(training.Features, training.Weights) : null,
           _options.StandardizeTargets && _options.Loss.AllowsTargetScaling ? Standardization.Measure(training.Targets, training.Weights) : null);

    private Real[] Initialize(Network network, ExampleSet training, Standardization? inputs, Standardization? targets)
    {
        var parameters = _options.Initializer is DataDependent
            ? network.Initialize(_options.Initializer, _options.Seed, SampleOf(training, inputs))
            : network.Initialize(_options.Initializer, _options.Seed);
        if (_options.OutputBiasPrior) OutputBias.Fill(parameters, network, _options.Loss, training, targets);
        return parameters;
    }

    private ReadOnlyMatrix SampleOf(ExampleSet training, Standardization? inputs)
    {
        int[] rows = [.. Enumerable.Range(0, training.Count)];
        new RandomSequence(_options.Seed, RandomPurpose.Examples).Shuffle(rows);
        var sample = new Matrix(new Real[Math.Min(rows.Length, DataDependent.MostExamples) * training.FeatureCount], Math.Min(rows.Length, DataDependent.MostExamples), training.FeatureCount);
        for (var i = 0; i < sample.Rows; i++)
        {
            if (inputs is null) training.Features.Row(rows[i]).CopyTo(sample.Row(i));
            else inputs.Apply(training.Features.Row(rows[i]), sample.Row(i));
        }
        return sample;
    }

    private static double MeanLoss(TrainingStep step, Minibatches batches, Action? checkAlive)
    {
        var mean = new WeightedMean();
        for (var b = 0; b < batches.Count; b++)
        {
            checkAlive?.Invoke();
            var (loss, weight) = step.Evaluate(batches, b);
            mean.Add(loss, weight);
        }
        return mean.Value;
    }

    private void CheckShapes(Network network, ExampleSet training, ExampleSet? validation, TrainedNetwork? initial)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        if (training.FeatureCount != network.Inputs)
            throw new ArgumentException($"Network {network} takes {network.Inputs} features; the training examples have {training.FeatureCount}.", nameof(training));
        if (!_options.Loss.FitsTargets(network.Outputs, training.TargetCount))
            throw new ArgumentException($"Network {network} has {network.Outputs} outputs; {training.TargetCount} target columns do not fit them under {_options.Loss}.", nameof(training));
        if (validation is not null && (validation.FeatureCount != training.FeatureCount || validation.TargetCount != training.TargetCount))
            throw new ArgumentException($"The validation examples have {validation.FeatureCount} features and {validation.TargetCount} targets; the training examples {training.FeatureCount} and {training.TargetCount}.", nameof(validation));
        if (_options.OutputBiasPrior) OutputBias.Check(network);
        if (_options.InitialParameters is { } given) CheckInitialParameters(given.Span, network);
        if (initial is not null && !initial.Network.Layers.SequenceEqual(network.Layers))
            throw new ArgumentException($"The initial network {initial.Network} ({initial.Network.ParameterCount} parameters) has another shape than {network} ({network.ParameterCount} parameters).", nameof(initial));
        if (initial?.Targets is not null && !_options.Loss.AllowsTargetScaling)
            throw new ArgumentException($"The initial network was trained on scaled targets, which {_options.Loss} does not allow.", nameof(initial));
        if (_options.Optimizer is Lbfgs && network.Layers.FirstOrDefault(layer => layer.IsRandom) is { } random)
            throw new ArgumentException($"{nameof(Lbfgs)} needs a loss that stays the same from step to step, which {random} changes.", nameof(network));
        if (_options.EarlyStopping?.Metric is { } metric && !metric.Suits(_options.Loss.TargetKind))
            throw new ArgumentException($"{nameof(EarlyStopping)} judges by {metric}, which does not suit the {_options.Loss.TargetKind} targets of {_options.Loss}.", nameof(network));
        _options.Loss.CheckTargets(training.Targets, network.Outputs, nameof(training));
        if (validation is not null) _options.Loss.CheckTargets(validation.Targets, network.Outputs, nameof(validation));
    }

    private static void CheckInitialParameters(ReadOnlySpan<Real> initialParameters, Network network)
    {
        if (initialParameters.Length != network.ParameterCount)
        {
            var shapes = network.Layers.SelectMany(layer => layer.Blocks.Select(block => (layer is Dense or NtkDense) && block.Role == ParameterRole.Weight ? $"{layer.Inputs} × {layer.Outputs} {block.Name}" : $"{block.Length} {block.Name}"));
            throw new ArgumentException($"Network {network} has {network.ParameterCount} parameters ({string.Join(", ", shapes)}); {nameof(TrainingOptions.InitialParameters)} has {initialParameters.Length}.", nameof(initialParameters));
        }
        for (var i = 0; i < initialParameters.Length; i++)
            if (!Real.IsFinite(initialParameters[i])) throw new ArgumentException($"{nameof(TrainingOptions.InitialParameters)} must be finite; number {i} is {initialParameters[i]}.", nameof(initialParameters));
    }

    private struct WeightedMean
    {
        private double _sum, _weight;

        public readonly double Value => _sum / _weight;

        public void Add(double value, double weight)
        {
            _sum += weight * value;
            _weight += weight;
        }
    }
}
