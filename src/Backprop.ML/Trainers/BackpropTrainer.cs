using Backprop.Layers;
using Backprop.ML.Data;
using Backprop.ML.Reporting;
using Backprop.ML.Tasks;
using Backprop.Networks;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Backprop.ML;

/// <summary>Trains a feed-forward neural network by backpropagation, for classification, regression and ranking.</summary>
/// <remarks>
/// <para>The task follows from the type of the label column:</para>
/// <list type="table">
/// <listheader><term>Label column</term><description>Task and output columns</description></listheader>
/// <item><term>Boolean</term><description>Binary classification: <c>Score</c> (logit, or margin under hinge losses), <c>Probability</c>,
/// <c>PredictedLabel</c></description></item>
/// <item><term>Key</term><description>Multiclass classification: <c>Score</c> (probability of each class), <c>PredictedLabel</c>
/// (key)</description></item>
/// <item><term>Vector of Single</term><description>Multi-target regression: <c>Score</c> (a vector of predictions, with the slot names of
/// the label)</description></item>
/// <item><term>Vector of Boolean</term><description>Multi-label classification, where any number of labels may be true: <c>Score</c>
/// (logits), <c>Probability</c>, <c>PredictedLabel</c> (vectors)</description></item>
/// <item><term>Single or key, with <see cref="Options.RowGroupColumnName"/></term><description>Ranking: <c>Score</c>, larger for rows that
/// are more relevant in their group</description></item>
/// <item><term>Single</term><description>Regression: <c>Score</c>; a vector with named slots under losses of several predictions
/// (<c>PinballLoss</c>, <c>GaussianNegativeLogLikelihood</c>)</description></item>
/// </list>
/// <para>Normalization is not required: the model standardizes its inputs itself. Caching is not required: the data is read once, into
/// memory, unless it is too large (<see cref="Options.Caching"/>). The only required packages are Microsoft.ML and Google.Protobuf, which
/// are installed as dependencies. Training with the same seed is reproducible.</para>
/// <para>Options left at their defaults have the values of <see cref="Options.Preset"/>. Missing features are replaced by medians by
/// default. With <see cref="MissingValues.Skip"/>, rows with missing features are skipped. Rows with infinite features are always skipped.
/// Skipped rows are counted, and reported as a warning on <c>MLContext.Log</c>.</para>
/// </remarks>
public sealed partial class BackpropTrainer : TrainerEstimatorBase<BackpropTransformer, BackpropModelParameters>
{
    private readonly Options _options;
    private readonly LearningTask[] _tasks;
    private readonly int _seed;

    /// <summary>Creates a trainer with the values of <see cref="Preset.Default"/>, except the arguments that are not null.
    /// <see cref="Options"/> has all options.</summary>
    /// <param name="mlContext">The context to train in.</param>
    /// <param name="labelColumnName">The column to predict: Boolean, key, Single, or a vector of Single or Boolean.</param>
    /// <param name="featureColumnName">The column to predict from: a vector of Single.</param>
    /// <param name="exampleWeightColumnName">A column of Single with the weight of each row; null if all weights are equal.</param>
    /// <param name="hiddenLayers">Units of every hidden layer; null for those of <see cref="Preset.Default"/>.</param>
    /// <param name="learningRate">Length of a step, &gt; 0; null for that of <see cref="Preset.Default"/>.</param>
    /// <param name="numberOfIterations">Number of epochs, at least 1; null for that of <see cref="Preset.Default"/>, which depends on the
    /// number of rows.</param>
    /// <exception cref="ArgumentException">An argument is missing or out of range.</exception>
    public BackpropTrainer(
        MLContext mlContext, string labelColumnName = DefaultColumnNames.Label, string featureColumnName = DefaultColumnNames.Features,
        string? exampleWeightColumnName = null, int[]? hiddenLayers = null, double? learningRate = null, int? numberOfIterations = null)
        : this(
            mlContext,
            SimpleOptions(labelColumnName, featureColumnName, exampleWeightColumnName, hiddenLayers, learningRate, numberOfIterations))
    {
    }

    /// <summary>Creates a trainer with these options.</summary>
    /// <param name="mlContext">The context to train in.</param>
    /// <param name="options">The options; copied.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public BackpropTrainer(MLContext mlContext, Options options) : this((IHostEnvironment)mlContext, options, TasksFor(options))
    {
    }

    // ML.NET requires the type of the label column here. With several tasks, the type of one of them is used.
    internal BackpropTrainer(IHostEnvironment environment, Options options, LearningTask[] tasks)
        : base(
            CheckedHost(environment, options),
            FeatureShape(options),
            (tasks.Length == LearningTask.OfLabels.Count ? LearningTask.Regression : tasks[0]).LabelShape(options.LabelColumnName),
            TrainerUtils.MakeR4ScalarWeightColumn(options.ExampleWeightColumnName))
    {
        _options = options.Copy();
        if (options.Distributed is { Communicator.Rank: > 0 }) _options.ReportNothing();
        _tasks = tasks;
        _seed = options.Seed ?? Host.Rand.Next();
        if (tasks.Length < LearningTask.OfLabels.Count) CheckTasks(options, tasks);
    }

    /// <summary>The properties of the trainer for ML.NET: it needs no normalized or cached data, supports validation data, and can continue
    /// from an earlier model.</summary>
    public override TrainerInfo Info { get; } =
        new(normalization: false, calibration: false, caching: false, supportValid: true, supportIncrementalTrain: true);

    private protected override PredictionKind PredictionKind => _tasks is [var task] ? task.Kind : PredictionKind.Custom;

    /// <summary>Trains with validation data, or continues from an earlier model, or both.</summary>
    /// <param name="trainData">The training data.</param>
    /// <param name="validationData">Validation data for early stopping; null for none. The weights with the best result on this data are
    /// kept.</param>
    /// <param name="initialParameters">A model of the same task, loss and shape to continue from; null to start with new weights.</param>
    /// <remarks>
    /// Columns are matched by name: the other data may have its features, key values, classes and targets in another order, if both sides
    /// have names. Without names, they are matched by position. Slots with other names, and classes that the model does not have, are
    /// errors.
    /// </remarks>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type, or the model to continue from does not
    /// fit.</exception>
    /// <exception cref="InvalidOperationException">No valid row is left, the loss does not allow a label, or training diverged
    /// (<see cref="TrainingDivergedException"/>).</exception>
    public BackpropTransformer Fit(IDataView trainData, IDataView? validationData, BackpropModelParameters? initialParameters = null)
    {
        Host.CheckValue(trainData, nameof(trainData));
        if (validationData is not null) CheckSameColumns(nameof(validationData), trainData.Schema, validationData.Schema);
        return Train(trainData, validationData, initialParameters);
    }

    /// <summary>A range test: makes steps with a growing learning rate, and records where the loss falls and where it rises. The trained
    /// network is discarded. <see cref="LearningRateCurve.Valley"/> is the recommended learning rate.</summary>
    /// <remarks>Smith (2017), "Cyclical learning rates for training neural networks", arXiv:1506.01186, as in fastai.</remarks>
    /// <param name="trainData">The training data.</param>
    /// <param name="range">The learning rates to try; null for 1e-7 to 10 in 100 steps.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type, or the optimizer is L-BFGS, which chooses the length
    /// of its steps.</exception>
    /// <exception cref="InvalidOperationException">No valid row is left, or the loss does not allow a label.</exception>
    public LearningRateCurve FindLearningRate(IDataView trainData, LearningRateRangeTest? range = null)
    {
        Host.CheckValue(trainData, nameof(trainData));
        _ = GetOutputSchema(SchemaShape.Create(trainData.Schema));
        var data = MakeRoles(trainData);
        using var channel = Host.Start("FindLearningRate");
        using var phases = new PhaseProgress(Host, channel, _options);
        var stop = phases.StopCondition;
        var plan = Plan(data, hasValidation: true);
        var training = ReadingFor(channel, data, plan.Task, stop).Read(plan, data, validation: null, splits: false);
        plan = training.Plan;
        var known = OptionsFor(plan, training, hasValidation: true);
        var trainer = new Trainer(TrainingOptionsFor(plan, training, known));
        var network = plan.MakeNetwork(TraitsOf(plan, training, known, stop));
        return training.Stream is { } stream
            ? trainer.FindLearningRate(network, stream, range, stop)
            : trainer.FindLearningRate(network, training.Memory!, range, stop);
    }

    // The task follows from the label, unless the options name a column of groups.
    private static LearningTask[] TasksFor(Options? options) =>
        options?.RowGroupColumnName is null ? [.. LearningTask.OfLabels] : [LearningTask.Ranking];

    internal static Options SimpleOptions(
        string labelColumnName, string featureColumnName, string? exampleWeightColumnName, int[]? hiddenLayers, double? learningRate,
        int? numberOfIterations)
    {
        var options = new Options
        {
            LabelColumnName = labelColumnName,
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName
        };
        if (hiddenLayers is not null) options.HiddenLayers = hiddenLayers;
        if (learningRate is not null) options.LearningRate = learningRate;
        if (numberOfIterations is { } iterations) options.NumberOfIterations = iterations;
        return options;
    }

    // Options are checked before the base class uses them as columns, because its errors do not name the option.
    private static IHost CheckedHost(IHostEnvironment environment, Options options)
    {
        Contracts.CheckValue(environment, nameof(environment));
        environment.CheckValue(options, nameof(options));
        options.Check(environment);
        return environment.Register(nameof(BackpropTrainer));
    }

    private protected override BackpropModelParameters TrainModelCore(TrainContext trainContext)
    {
        var agreement = new TrainingAgreement(_options.Distributed?.Communicator);
        try
        {
            return TrainModel(trainContext, agreement);
        }
        catch (OutOfMemoryException problem)
        {
            agreement.Refuse(problem);
            throw MemoryBudget.RanOut(problem);
        }
        catch (Exception problem)
        {
            agreement.Refuse(problem);
            throw;
        }
    }

    private BackpropModelParameters TrainModel(TrainContext trainContext, TrainingAgreement agreement)
    {
        var start = _options.Clock.GetTimestamp();
        using var channel = new WarningRecorder(StartChannel());
        WarnOfAbsentFeatures(channel, trainContext.TrainingSet.Schema);
        using var phases = new PhaseProgress(Host, channel, _options, log: channel.Inner);
        var stop = phases.StopCondition;
        if (trainContext.ValidationSet is not null && _options.ValidationData is not null)
            throw Host.ExceptParam(
                "validationData",
                "{0} is set, so it cannot be combined with validation data that is passed to Fit. Use only one of the two.",
                nameof(Options.ValidationData));
        var given = trainContext.ValidationSet ?? GivenValidation(trainContext.TrainingSet);
        var earlier = trainContext.InitialPredictor as BackpropModelParameters;
        var plan = Plan(trainContext.TrainingSet, given is not null, earlier);
        var options = plan.Options;
        var initial = InitialNetwork(trainContext.InitialPredictor, plan);

        CheckValidation(options, given);
        var reading = ReadingFor(channel, trainContext.TrainingSet, plan.Task, stop, earlier);
        var data = reading.Read(plan, trainContext.TrainingSet, given, splits: true);
        plan = data.Plan;
        CheckValidation(plan.Options, given); // again, because the options may depend on the number of rows
        InitialNetwork(trainContext.InitialPredictor, plan);

        if (initial is null) data.Columns.Report(channel, LabelName);
        else data.Columns.WarnOfNew(channel, trainContext.TrainingSet.Data.Schema);

        // The traits of the features are known now. A warm start uses the traits that the earlier model was built with.
        var known = OptionsFor(plan, data, given is not null, earlier);
        plan = plan.With(data.Columns);
        var warnings = new DataWarnings(
            channel, plan, trainContext.TrainingSet.Schema.Schema, trainContext.TrainingSet.LabelOrNone);
        known = Checked(warnings, known, plan, data, initial, given is not null, stop);
        using var progressChannel = Host.StartProgressChannel("Training");
        // The history keeps the warnings of an epoch itself.
        using var progress = new EpochProgress(channel.Inner, progressChannel, known, known.NumberOfIterations);
        try
        {
            var result = Train(channel, plan, data, known, initial, progress, stop, agreement);
            warnings.OnUnderfitting(result.Underfitting, known);
            warnings.OnUnreachableThreshold(result.Network.Errors, known);
            result = result with
            {
                Run = result.Run! with
                {
                    Preset = known.Preset.Name,
                    Duration = _options.Clock.GetElapsedTime(start),
                    Options = known.Describe(),
                },
                Warnings = channel.Warnings,
            };
            return new BackpropModelParameters(Host, plan.Task, result, data.Columns);
        }
        catch (TrainingDivergedException problem) when (
            DivergenceCause.Of(problem, data.Sample, data.Columns, trainContext.TrainingSet.Schema) is { } cause)
        {
            throw cause;
        }
    }

    // The log is that of rank 0.
    private IChannel StartChannel()
    {
        var channel = Host.Start("Training");
        return _options.Distributed is { Communicator.Rank: > 0 } ? new SilentChannel(channel) : channel;
    }

    // Warns of options that the data does not allow before training, and changes them if training would otherwise fail.
    private Options Checked(
        DataWarnings warnings, Options known, TrainingPlan plan, TrainingInput data, TrainedNetwork? initial, bool hasValidation,
        StopCondition stop)
    {
        var profile = plan.DatasetProfile with { Rows = RowsOf(data, hasValidation) };
        if (profile.Rows < known.Preset.MinRows && initial is null)
            throw Host.Except(
                "The training data has {0} row, but {1}.{2} needs at least {3}. Add rows, or use {1}.{4}.", profile.Rows,
                nameof(Preset), known.Preset.Name, known.Preset.MinRows, nameof(Preset.Plain));
        if (data.Validation is null && known.HoldsOutTooFew(profile)) warnings.OnFewRows((int)profile.Rows);
        if (initial is null) warnings.OnOneClass(data.Memory);
        warnings.OnConstantFeatures(
            data.Stream is { } stream ? stream.Measured.FindConstant() : ConstantFeatures.Of(data.Memory!, stop.Work), initial);
        return warnings.WithDefinedMetrics(known, data.Validation ?? (known.KFoldBagging ? data.Memory : null));
    }

    private TrainingOptions TrainingOptionsFor(TrainingPlan plan, TrainingInput input, Options options)
    {
        var training = options.ToTrainingOptions(options.LossFor(plan.Task), _seed, plan.ClassWeightsOf(input.Columns));
        if (training.Checkpoint is { } checkpoint)
            training = training with { Checkpoint = checkpoint with { Facts = input.Columns.Facts() } };
        return training;
    }

    // The number of rows is known now, and so are the values of the preset. The held-out rows do not change any more.
    private Options OptionsFor(TrainingPlan plan, TrainingInput input, bool hasValidation, BackpropModelParameters? earlier = null)
    {
        var profile = plan.DatasetProfile with { Rows = RowsOf(input, hasValidation), AllowsKFoldBagging = plan.Options.KFoldBagging };
        return _options.In(profile, earlier?.Network.Loss);
    }

    private static long RowsOf(TrainingInput input, bool hasValidation) =>
        input.LearnedRows + (hasValidation ? 0 : input.Validation?.Count ?? 0);

    private static FeatureTraits TraitsOf(TrainingPlan plan, TrainingInput input, Options options, StopCondition stop)
    {
        var concentrated = options.QuantileTransform ? input.Sample.FindConcentratedFeatures(plan.Task.HasClasses, stop.Work) : [];
        var fewValued = input.Sample.FindFewValuedFeatures(options.MaximumIndicatedValues, stop.Work);
        return new FeatureTraits(input.Columns, input.SlotsWithMissing, concentrated, fewValued);
    }

    private TrainingReading ReadingFor(
        IChannel channel, RoleMappedData data, LearningTask task, StopCondition stop, BackpropModelParameters? earlier = null) =>
        new(Host, channel, profile => PlanFor(data, task, profile, knowsRows: true, earlier), LabelName, stop, _seed);

    // In an estimator chain, only the options can contain validation data.
    private RoleMappedData? GivenValidation(RoleMappedData training)
    {
        if (_options.ValidationData is not { } data) return null;
        CheckSameColumns(nameof(Options.ValidationData), training.Schema.Schema, data.Schema);
        return new RoleMappedData(data, training.Schema.GetColumnRoleNames());
    }

    private TrainingPlan Plan(RoleMappedData data, bool hasValidation, BackpropModelParameters? earlier = null)
    {
        var shape = SchemaShape.Create(data.Schema.Schema);
        var task = TaskFor(shape.FirstOrDefault(column => column.Name == LabelName));
        CategoryColumns.Check(Host, nameof(data), shape, _options.CategoricalFeatureColumnNames);
        var featureCount = 0;
        if (data.Schema.Feature is not null) data.CheckFeatureFloatVector(out featureCount);
        var profile = task.Describe(new DatasetProfile(task.TargetKind, Rows: 1, featureCount));
        profile = profile with { HasValidation = hasValidation, Earlier = earlier?.Network.Network };
        // If the view does not know its number of rows, they are counted while they are read. Until then, the number is assumed to be
        // large. How rows are read does not depend on it.
        var rows = data.Data.GetRowCount();
        profile = profile with { Rows = rows ?? DatasetProfile.MaxRowsToCount + 1 };
        return PlanFor(data, task, profile, knowsRows: rows is not null, earlier);
    }

    private TrainingPlan PlanFor(
        RoleMappedData data, LearningTask task, DatasetProfile profile, bool knowsRows, BackpropModelParameters? earlier)
    {
        var label = data.LabelOrNone;
        var options = _options.In(profile, earlier?.Network.Loss);
        var loss = options.LossFor(task);
        var outputs = task.OutputCount(Host, label, loss);
        var inputs = InputsIn(data.Schema.Schema);
        var known = earlier?.Task == task ? earlier.Columns : null;
        if (_options.AddNewClasses) known = known?.WithNewClasses(label);
        if (known is not null) inputs = known.Arrange(Host, inputs);
        var all = ModelColumns.Of(data.Schema.Schema, inputs, label.Name, task);
        var columns = known?.In(Host, "trainData", data.Schema.Schema, inputs, label.Name).CheckClasses(Host, "trainData", label.Name)
            ?? all;

        var weights = options.ClassWeightsFor(task, label);
        var monotone = MonotoneSlots.Of(Host, data.Schema.Schema, inputs, options);
        var plan = new TrainingPlan(task, profile, options, loss, inputs, columns, MakeNetwork, weights)
        {
            Outputs = outputs,
            CheckAlive = CheckAlive,
            KnowsRows = knowsRows,
        }.With(columns);

        // The smallest possible network is created now, so that impossible options cause an exception before the data is read.
        var allFeatures = options.Categories.Length > 0 || !ExampleBuffer.MayBeSparse(plan);
        return plan with { Smallest = plan.MakeNetwork(FeatureTraits.None with { Columns = all.Smallest(allFeatures) }) };

        void CheckAlive()
        {
            Host.CheckAlive();
            _options.CancellationToken.ThrowIfCancellationRequested();
        }

        Network MakeNetwork(Options options, FeatureTraits traits)
        {
            var used = traits.Columns!;
            try
            {
                return options.ToPerceptron(used.KeySlots, traits, monotone).Build(used.InputCount, used.Classes?.Length ?? outputs);
            }
            catch (ArgumentException problem)
            {
                throw new ArgumentException(
                    $"No network can be created for {used.Features.Length} features, {used.KeySlots.Count} categories, "
                    + $"hidden layers of {string.Join(", ", options.HiddenLayers)} units"
                    + $"{(task.HasLabel ? $", and label column '{label.Name}' of type {label.Type}" : "")}: {problem.Message}", problem);
            }
        }
    }

    private protected override BackpropTransformer MakeTransformer(BackpropModelParameters model, DataViewSchema trainSchema) =>
        new(Host, model, trainSchema, model.Columns.Arrange(Host, InputsIn(trainSchema)), LabelName,
            model.Task == LearningTask.AnomalyDetection ? _options.AnomalyDecision : model.Threshold);

    // Null if the task has no label.
    private string? LabelName => LabelColumn.IsValid ? LabelColumn.Name : null;

    // The task for the label column, if the trainer's catalog has it.
    private LearningTask TaskFor(SchemaShape.Column label)
    {
        if (!_tasks[0].HasLabel) return _tasks[0];
        var task = Array.Find(_tasks, task => task.Accepts(label));
        if (task is null)
            throw ColumnChecks.Mismatch(
                Host, nameof(label), "label", label.Name, LearningTask.LabelTypesOf(_tasks), label.GetTypeString());
        _options.LossFor(task);
        return task;
    }
}
