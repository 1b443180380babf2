using Backprop.Losses;
using Backprop.ML.Export;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tasks;

/// <summary>Label of several Booleans; any number of them may be true. Score has their logits or margins. Probability is the link function
/// of the loss, applied to the scores. PredictedLabel is true for scores or probabilities above the threshold.</summary>
internal sealed class MultiLabelClassificationTask : LearningTask
{
    // ML.NET does not have this task, so it has no constant for its name.
    private const string ScoreColumnKind = "MultiLabelClassification";

    public override string Name => "MultiLabelClassification";

    public override PredictionKind Kind => PredictionKind.Custom;

    public override TargetKind TargetKind => TargetKind.Binary;

    public override bool HasSeveralTargets => true;

    public override SchemaShape.Column LabelShape(string name) =>
        new(name, SchemaShape.Column.VectorKind.Vector, BooleanDataViewType.Instance, isKey: false);

    public override PrimitiveDataViewType? TargetType => BooleanDataViewType.Instance;

    public override int TargetColumns(DataViewSchema.Column label) => ((VectorDataViewType)label.Type).Size;

    public override bool FitsOutputs(Loss loss, int outputs) => loss.TargetColumnsOf(outputs) == outputs;

    public override SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss) =>
    [
        OutputColumn.VectorShape(DefaultColumnNames.Score, NumberDataViewType.Single, HasSlotNames(label)),
        OutputColumn.VectorShape(DefaultColumnNames.Probability, NumberDataViewType.Single, HasSlotNames(label), isNormalized: true),
        OutputColumn.VectorShape(DefaultColumnNames.PredictedLabel, BooleanDataViewType.Instance, HasSlotNames(label)),
    ];

    public override DataViewSchema OutputSchema(TrainedNetwork network, OutputOrder outputs)
    {
        const string kind = ScoreColumnKind;
        var numbers = new VectorDataViewType(NumberDataViewType.Single, outputs.Width);
        var decisions = new VectorDataViewType(BooleanDataViewType.Instance, outputs.Width);
        var score = OutputColumn.Annotations(kind, AnnotationUtils.Const.ScoreValueKind.Score, outputs.Names);
        var probability = OutputColumn.Annotations(
            kind, AnnotationUtils.Const.ScoreValueKind.Probability, outputs.Names, isNormalized: true);
        var predicted = OutputColumn.Annotations(kind, AnnotationUtils.Const.ScoreValueKind.PredictedLabel, outputs.Names);
        return Schema(
            (DefaultColumnNames.Score, numbers, score),
            (DefaultColumnNames.Probability, numbers, probability),
            (DefaultColumnNames.PredictedLabel, decisions, predicted));
    }

    public override Delegate MakeGetter(IScores row, string column, TrainedNetwork network, DecisionThreshold threshold) => column switch
    {
        DefaultColumnNames.Probability => OutputGetters.Predictions(row),
        DefaultColumnNames.PredictedLabel => OutputGetters.Decisions(row, threshold),
        _ => OutputGetters.Scores(row),
    };

    public override string TensorOf(string column, ScoredTensors scored) => column switch
    {
        DefaultColumnNames.Probability => scored.Predictions,
        DefaultColumnNames.PredictedLabel => scored.Decisions,
        _ => scored.Scores,
    };
}
