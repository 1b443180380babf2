using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Data;
using Backprop.Networks;
using Backprop.Presets;
using Backprop.Training;
using Backprop.Uncertainty;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using static System.FormattableString;

namespace Backprop.ML;

/// <summary>Warns before training of options that the data does not allow, and after training of signs of a poor fit.</summary>
/// <remarks>Every warning names the option that changes it.</remarks>
/// <param name="channel">Receives the warnings.</param>
/// <param name="plan">The plan of the training.</param>
/// <param name="schema">The columns of the training data.</param>
/// <param name="label">The column to predict.</param>
internal sealed class DataWarnings(IChannel channel, TrainingPlan plan, DataViewSchema schema, DataViewSchema.Column label)
{
    private const string Stopping = nameof(BackpropTrainer.Options.EarlyStopping);
    private const string Temperature = nameof(BackpropTrainer.Options.TemperatureScaling);
    private const string MoreRows =
        $"Hold out more rows ({nameof(BackpropTrainer.Options.ValidationFraction)}), or use others " +
            $"({nameof(BackpropTrainer.Options.ValidationData)}).";

    private bool _areOfOneClass;

    /// <summary>Warns that all training rows are of one class.</summary>
    /// <param name="training">The training rows; null for a stream, which is not checked.</param>
    public void OnOneClass(ExampleSet? training)
    {
        _areOfOneClass = training is not null && plan.Task.HasClasses && MetricNeeds.AreOfOneClass(training.Targets);
        if (!_areOfOneClass) return;
        Warn(Invariant($"All {training!.Count} training rows have the label '{ClassOf(training)}' in column '{label.Name}', ")
            + "so the model always predicts this label. Add rows with other labels. If the data has some, check the type and the index "
            + "of the column in the loader.");
    }

    /// <summary>Warns of features that do not vary.</summary>
    /// <param name="constant">The features that do not vary in the training data.</param>
    /// <param name="initial">The network to continue from; then its features are used. Null for none.</param>
    public void OnConstantFeatures(ConstantFeatures constant, TrainedNetwork? initial)
    {
        var ignored = plan.Columns.PositionsOf(initial is null ? constant.Ignored : ConstantFeatures.MaskedBy(initial.Inputs));
        if (ignored.Count == 0) return;
        var data = initial is null ? "the training data" : "the training data of the model to continue from";
        Warn(Invariant($"{ignored.Count} of {plan.Columns.PositionCount} features are constant or empty in {data} and are ignored: ")
            + $"{FeatureNames.Of(schema, plan.Inputs, ignored)}.{EmptyIn(constant, initial)}");
    }

    /// <summary>Warns that no rows are held out because there are too few.</summary>
    public void OnFewRows(int rows) => Warn(
        Invariant($"The training data has {rows} rows, fewer than {DatasetProfile.MinRowsToHoldOut}. ")
        + $"So {nameof(Preset)}.{plan.Options.Preset.Name} holds none out for validation: "
        + $"every member is trained on all rows, and {Stopping} and {Temperature} have no effect.");

    /// <summary>The options without those that are not defined for the validation rows. Warns of each.</summary>
    /// <param name="options">The options with the values of the preset.</param>
    /// <param name="validation">The validation rows; null for none.</param>
    public BackpropTrainer.Options WithDefinedMetrics(BackpropTrainer.Options options, ExampleSet? validation)
    {
        if (validation is null)
        {
            WarnOfProbabilities(options);
            return options;
        }
        var rows = Invariant($"the {validation.Count} validation rows");
        var ofClass = plan.Task.TargetKind is TargetKind.Binary or TargetKind.Class && MetricNeeds.AreOfOneClass(validation.Targets)
            ? $"class '{ClassOf(validation)}'"
            : null;
        if (options.ThresholdMetric is not null) WarnOfLabels(validation, rows);
        if (ofClass is not null && options.ThresholdMetric is { } metric)
            Warn(
                $"{nameof(options.ThresholdMetric)} ({NameOf(metric)}) has no effect: all of {rows} are of {ofClass}. The threshold " +
                    $"stays at score 0. {MoreRows}");
        if (ofClass is not null && !_areOfOneClass && options.TemperatureScaling && plan.Loss.HasLogits)
            Warn($"{Temperature} has no effect: all of {rows} are of {ofClass}. {MoreRows}");
        if (options.EarlyStopping is not { Metric: { } selection } stopping) return options;
        if (MetricNeeds.Lack(selection, plan.Loss, plan.Outputs, validation.Targets, validation.Weights) is not { } lack) return options;
        var reason = ofClass is null ? lack : $"{lack} ({ofClass})";
        Warn(
            $"{Stopping}.{nameof(stopping.Metric)} ({NameOf(selection)}) is not defined for {rows}: {reason}. The loss selects the best " +
                $"epoch instead. {MoreRows}");
        var changed = options.Copy();
        changed.EarlyStopping = stopping with { Metric = null, Target = null };
        return changed;
    }

    /// <summary>Warns that too few rows are held out for the threshold of anomaly detection.</summary>
    public void OnUnreachableThreshold(ErrorDistribution? errors, BackpropTrainer.Options options)
    {
        if (errors is null || errors.MaxProbability > options.AnomalyThreshold) return;
        Warn(Invariant($"PredictedLabel is never true: with {errors.Rows} held-out rows, the largest probability is ")
            + Invariant($"{errors.MaxProbability:F3}, but {nameof(options.AnomalyThreshold)} is {options.AnomalyThreshold}. {MoreRows}"));
    }

    /// <summary>Warns of a run that ended too early.</summary>
    public void OnUnderfitting(Underfitting? underfitting, BackpropTrainer.Options options)
    {
        if (underfitting is null) return;
        var (constant, perfect, training, heldOut, fall, epochs) = underfitting;
        Warn(Invariant($"Underfitted: at the end the training loss was {training:G4} and the held-out loss {heldOut:G4}. ")
            + Invariant($"The best constant prediction has {constant:G4}, a perfect one {perfect:G4}. ")
            + Invariant($"The held-out loss was still falling, by {fall:G3} in the last quarter of the epochs. ")
            + Invariant($"Try more epochs ({nameof(options.NumberOfIterations)} was {epochs})")
            + (options.Dropout > 0 ? Invariant($" or less dropout ({nameof(options.Dropout)} was {options.Dropout}).") : "."));
    }

    // Of several labels, each with one class alone keeps its threshold.
    private void WarnOfLabels(ExampleSet validation, string rows)
    {
        if (validation.TargetCount < 2) return;
        var names = SlotNames.Unique(label);
        string[] constant =
        [
            .. Enumerable.Range(0, validation.TargetCount)
                .Where(target => MetricNeeds.AreOfOneClass(TargetMeans.Column(validation.Targets, target)))
                .Select(target => $"'{names[plan.Columns.Targets?.SlotOf(target) ?? target]}'"),
        ];
        if (constant.Length > 0)
            Warn(
                $"{nameof(BackpropTrainer.Options.ThresholdMetric)} has no effect for {string.Join(", ", constant)}: all of {rows} have "
                    + $"the same value of this label. Its threshold stays at score 0. {MoreRows}");
    }

    // Label smoothing makes probabilities less confident. With validation rows, the temperature corrects that.
    private void WarnOfProbabilities(BackpropTrainer.Options options)
    {
        var isUncalibrated = options is { TemperatureScaling: true, LabelSmoothing: > 0, KFoldBagging: false, LossFunction: null };
        if (!isUncalibrated || !plan.Loss.HasLogits) return;
        Warn($"Probabilities are not calibrated: {Temperature} needs validation rows, and there are none. Set " +
            $"{nameof(options.ValidationFraction)}, "
            + Invariant($"or set {nameof(options.LabelSmoothing)} (it is {options.LabelSmoothing}) to 0."));
    }

    private string EmptyIn(ConstantFeatures constant, TrainedNetwork? initial)
    {
        var empty = plan.Columns.PositionsOf(constant.Empty);
        if (empty.Count == 0 || initial is not null) return "";
        return $" Without any value: {FeatureNames.Of(schema, plan.Inputs, empty)}. {SkippedRows.TextIsMissing}.";
    }

    private string ClassOf(ExampleSet examples)
    {
        var k = (int)examples.Targets.Row(0)[0];
        if (plan.Task.ClassNames(label) is not { Count: > 0 } names) return k == 0 ? bool.FalseString : bool.TrueString;
        return names[plan.Columns.Classes is { } classes ? (int)classes[k] - 1 : k];
    }

    private static string NameOf(Metric metric) => metric.GetType().Name;

    private void Warn(string text) => channel.Warning(MessageSensitivity.None, "{0}", text);
}
