using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>The values of a preset for one data set: architecture, training and data preparation. Immutable.</summary>
/// <remarks>
/// Change single values by <c>with</c>: <c>values with { Training = values.Training with { LearningRate = 0.01 } }</c>.
/// </remarks>
public sealed record PresetValues
{
    /// <summary>The layers of the network. What depends on the examples is added by <see cref="BuildNetwork"/>.</summary>
    /// <value>Two hidden layers of 64 ReLU units.</value>
    public MultilayerPerceptron Architecture { get; init; } = new();

    /// <summary>The loss, the optimizer and everything else about training.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>Which rows are held out, and how features are transformed before the first layer.</summary>
    public DataPreparation Preparation { get; init; } = new();

    /// <summary>Whether other values of the options are tried, too, and how long.</summary>
    /// <value>Null: no search. It needs held-out rows in memory. Losses of groups are not compared, so they are trained once.</value>
    public Search? Search { get; init; }

    /// <summary>ε: label smoothing of the loss; 0 for losses without it.</summary>
    internal double LabelSmoothing => SmoothingOf(Training.Loss) ?? 0;

    /// <summary>ε of a loss; null for a loss without it.</summary>
    internal static double? SmoothingOf(Loss? loss) => loss switch
    {
        LogisticLoss logistic => logistic.LabelSmoothing,
        SoftmaxCrossEntropy softmax => softmax.LabelSmoothing,
        _ => null,
    };

    /// <summary>Whether some rows are held out for validation, by each member or by all.</summary>
    internal bool HoldsOut => Training.KFoldBagging || Preparation.ValidationFraction > 0;

    /// <summary>The same values with another label smoothing, if the loss has any.</summary>
    internal PresetValues WithLabelSmoothing(double smoothing) => this with
    {
        Training = Training with
        {
            Loss = Training.Loss switch
            {
                LogisticLoss logistic => logistic with { LabelSmoothing = smoothing },
                SoftmaxCrossEntropy softmax => softmax with { LabelSmoothing = smoothing },
                var other => other,
            },
        },
    };

    /// <summary>The values for so few rows that none can be held out.</summary>
    /// <remarks>Smoothed labels need a temperature, and a temperature needs held-out rows.</remarks>
    internal PresetValues WithoutHoldOut() => (this with
    {
        Training = Training with { KFoldBagging = false, TemperatureScaling = false },
        Preparation = Preparation with { ValidationFraction = 0 },
    }).WithLabelSmoothing(0);

    /// <summary>Makes the network for some examples.</summary>
    /// <param name="training">The training examples, without held-out rows.</param>
    /// <param name="outputs">Scores per example.</param>
    /// <exception cref="ArgumentException">There would be too many parameters, or options cannot be combined.</exception>
    public Network BuildNetwork(ExampleSet training, int outputs)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (Architecture.IsConstrained && !Training.Loss.HasMonotoneLink)
            throw new ArgumentException(
                $"{nameof(MultilayerPerceptron.IncreasingFeatures)} and {nameof(MultilayerPerceptron.DecreasingFeatures)} are monotone in "
                + $"the scores, but {Training.Loss} does not make predictions of single scores. Use another loss, or no constraints.");
        var architecture = Architecture with
        {
            IndicatedFeatures = training.SlotsWithMissing(),
            FewValuedFeatures = Architecture.Allowed(training.FewValuedFeatures(Preparation.MaximumIndicatedValues)),
            QuantileFeatures = QuantileFeatures(training),
        };
        return architecture.Build(training.FeatureCount, outputs);
    }

    private int[] QuantileFeatures(ExampleSet training)
    {
        if (!Preparation.QuantileTransform) return [];
        return [.. training.ConcentratedFeatures(HasClasses(training)).Except(Architecture.CategorySlots)];
    }

    private bool HasClasses(ExampleSet examples) => Training.Loss.HasClasses && examples.TargetCount == 1;

    /// <summary>Holds out rows, makes the network and trains it.</summary>
    /// <param name="examples">The training examples, with those that are held out. Classes are numbered from 0.</param>
    /// <param name="validation">Examples to validate on; null for held-out ones.</param>
    /// <exception cref="ArgumentException">The examples do not fit the loss, or options cannot be combined.</exception>
    /// <exception cref="TrainingDivergedException">The loss or a parameter was no longer finite.</exception>
    public TrainingResult Train(ExampleSet examples, ExampleSet? validation = null)
    {
        ArgumentNullException.ThrowIfNull(examples);
        var (learned, heldOut) = validation is null ? Split(examples) : (examples, validation);
        var outputs = OutputsFor(examples, validation);
        var options = WithDefinedMetric(heldOut ?? (Training.KFoldBagging ? learned : null), outputs);
        var values = this with { Training = options };
        if (Search is null || options.Loss is GroupLoss || (heldOut is null && !options.KFoldBagging))
            return new Trainer(options).Train(values.BuildNetwork(learned, outputs), learned, heldOut);
        var profile = DatasetProfile.Of(examples, options.Loss.TargetKind, validation is not null);
        var runner = new ExampleRunner(values, profile, learned, heldOut, outputs);
        return new SearchRun(Search, runner.Space, values, runner, new StopCondition(options, checkAlive: null)).Run();
    }

    private (ExampleSet Learned, ExampleSet? HeldOut) Split(ExampleSet all)
    {
        var fraction = Preparation.ValidationFraction;
        if (fraction == 0) return (all, null);
        var split = HeldOutRows.Split(all, fraction, Preparation.ValidationRows, HasClasses(all), Training.Seed);
        if (split.HeldOut is null && all.GroupCount == 1)
            throw new ArgumentException(
                $"{nameof(DataPreparation.ValidationFraction)} = {fraction} holds out whole groups, but all {all.Count} examples are one "
                + "group. Set it to 0, pass validation examples, or add groups.", nameof(all));
        return split;
    }

    // The largest class determines the number of outputs; metrics and losses of classes need at least two.
    private int OutputsFor(ExampleSet examples, ExampleSet? validation)
    {
        if (Training.Loss.TargetKind != TargetKind.Class) return Training.Loss.OutputsFor(examples.TargetCount);
        var largest = 1;
        foreach (var target in examples.Targets.Values) largest = Math.Max(largest, (int)target);
        if (validation is not null)
            foreach (var target in validation.Targets.Values) largest = Math.Max(largest, (int)target);
        return largest + 1;
    }

    // If the metric is not defined on the validation rows, early stopping uses the loss instead.
    private TrainingOptions WithDefinedMetric(ExampleSet? validation, int outputs)
    {
        if (validation is null || Training.EarlyStopping is not { Metric: { } metric } stopping) return Training;
        var lack = MetricNeeds.Lack(metric, Training.Loss, outputs, validation.Targets, validation.Weights);
        return lack is null ? Training : Training with { EarlyStopping = stopping with { Metric = null, Target = null } };
    }
}
