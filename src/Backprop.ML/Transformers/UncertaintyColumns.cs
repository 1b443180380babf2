using Backprop.Losses;
using Backprop.ML.Export;
using Backprop.ML.Tasks;
using Backprop.Networks;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Transformers;

/// <summary>The columns that say how sure a prediction is: intervals, prediction sets, and the spread of an ensemble. Scoring adds those
/// that the options request.</summary>
internal static class UncertaintyColumns
{
    /// <summary>Two ends for each target of a regression: a vector of Single.</summary>
    public const string Interval = "Interval";

    /// <summary>Whether each class belongs to the prediction set: a vector of Boolean.</summary>
    public const string PredictionSet = "PredictionSet";

    /// <summary>The standard deviation of the members' predictions, in the shape of the predictions.</summary>
    public const string Uncertainty = "Uncertainty";

    /// <summary>The shapes of the columns before training.</summary>
    public static IEnumerable<SchemaShape.Column> Shapes(
        LearningTask task, SchemaShape.Column label, Loss loss, Conformal? intervals, bool reportsUncertainty)
    {
        if (intervals is not null && task.TargetKind == TargetKind.Real)
            yield return OutputColumn.VectorShape(Interval, NumberDataViewType.Single, hasSlotNames: true);
        if (intervals is not null && task.TargetKind != TargetKind.Real)
            yield return OutputColumn.VectorShape(
                PredictionSet, BooleanDataViewType.Instance, task.TargetKind == TargetKind.Binary || HasKeyValues(label));
        if (!reportsUncertainty) yield break;
        var score = task.OutputShapes(label, loss).Single(column => column.Name == DefaultColumnNames.Score);
        yield return new SchemaShape.Column(Uncertainty, score.Kind, score.ItemType, score.IsKey, score.Annotations);
    }

    /// <summary>The columns of a network.</summary>
    /// <param name="task">The task.</param>
    /// <param name="network">The network.</param>
    /// <param name="outputs">The positions of its outputs.</param>
    public static IEnumerable<(string Name, DataViewType Type, DataViewSchema.Annotations Annotations)> Of(
        LearningTask task, TrainedNetwork network, OutputOrder outputs)
    {
        if (outputs.Ends is { } ends)
        {
            var isInterval = task.TargetKind == TargetKind.Real;
            PrimitiveDataViewType type = isInterval ? NumberDataViewType.Single : BooleanDataViewType.Instance;
            yield return Column(isInterval ? Interval : PredictionSet, new VectorDataViewType(type, ends.Width), ends.Names);
        }
        if (!network.ReportsUncertainty) yield break;
        var score = task.OutputSchema(network, outputs)[DefaultColumnNames.Score];
        yield return Column(Uncertainty, score.Type, task.TargetKind == TargetKind.Class ? outputs.ClassNames : Data.SlotNames.Of(score));

        (string, DataViewType, DataViewSchema.Annotations) Column(string name, DataViewType type, IReadOnlyList<string> slotNames) =>
            (name, type, OutputColumn.Annotations(task.Name, name, slotNames));
    }

    /// <summary>The getter of one of these columns; null for other columns.</summary>
    public static Delegate? MakeGetter(IScores row, string column, DataViewType type, OutputOrder outputs) => column switch
    {
        Interval => outputs.Ends!.Intervals(row),
        PredictionSet => outputs.Ends!.Sets(row),
        Uncertainty when type is not VectorDataViewType => OutputGetters.FirstUncertainty(row),
        Uncertainty => outputs.VectorOf(row, values => values.Uncertainties),
        _ => null,
    };

    /// <summary>The tensor of one of these columns; null for other columns.</summary>
    public static string? TensorOf(string column, ScoredTensors scored) => column switch
    {
        Interval => scored.Ends,
        PredictionSet => scored.PredictionSet,
        Uncertainty => scored.Uncertainties,
        _ => null,
    };

    private static bool HasKeyValues(SchemaShape.Column label) =>
        label.Annotations.Any(annotation => annotation.Name == AnnotationUtils.Kinds.KeyValues);
}
