using Backprop.Losses;
using Backprop.ML.Export;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Backprop.ML.Tasks;

/// <summary>Boolean label. Score is the logit or margin. Probability is the link function of the loss, applied to the score. PredictedLabel
/// is true if the score or probability is above the threshold.</summary>
internal sealed class BinaryClassificationTask : LearningTask
{
    public override string Name => "BinaryClassification";

    public override PredictionKind Kind => PredictionKind.BinaryClassification;

    public override TargetKind TargetKind => TargetKind.Binary;

    public override bool HasClasses => true;

    public override IReadOnlyList<string> ClassNames(DataViewSchema.Column label) => [bool.FalseString, bool.TrueString];

    public override SchemaShape.Column LabelShape(string name) => TrainerUtils.MakeBoolScalarLabel(name);

    public override SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss) =>
    [
        OutputColumn.ScalarShape(DefaultColumnNames.Score, NumberDataViewType.Single),
        OutputColumn.ScalarShape(DefaultColumnNames.Probability, NumberDataViewType.Single, isNormalized: true),
        OutputColumn.ScalarShape(DefaultColumnNames.PredictedLabel, BooleanDataViewType.Instance),
    ];

    public override DataViewSchema OutputSchema(TrainedNetwork network, OutputOrder outputs) =>
        ScoreSchemaFactory.CreateBinaryClassificationSchema();

    public override Delegate MakeGetter(IScores row, string column, TrainedNetwork network, DecisionThreshold threshold) =>
        column == DefaultColumnNames.Probability ? OutputGetters.FirstPrediction(row) : OutputGetters.FirstScore(row);

    public override string TensorOf(string column, ScoredTensors scored) => column switch
    {
        DefaultColumnNames.Probability => scored.Predictions,
        DefaultColumnNames.PredictedLabel => scored.Decisions,
        _ => scored.Scores,
    };

    public override RowToRowScorerBase CreateScorer(
        IHost host, IDataView trainSchemaView, ISchemaBoundMapper mapper, RoleMappedSchema schema, DecisionThreshold threshold) =>
        new BinaryClassifierScorer(
            host, new BinaryClassifierScorer.Arguments { Threshold = threshold.Value, ThresholdColumn = threshold.ColumnName },
            trainSchemaView, mapper, schema);
}
