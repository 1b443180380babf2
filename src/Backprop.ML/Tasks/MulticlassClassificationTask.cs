using Backprop.Losses;
using Backprop.ML.Data;
using Backprop.ML.Export;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Backprop.ML.Tasks;

/// <summary>Key label. Score has the probability of every class, PredictedLabel the key of the most probable class.</summary>
internal sealed class MulticlassClassificationTask : LearningTask
{
    public override string Name => "MulticlassClassification";

    public override PredictionKind Kind => PredictionKind.MulticlassClassification;

    public override TargetKind TargetKind => TargetKind.Class;

    public override bool HasClasses => true;

    public override IReadOnlyList<string> ClassNames(DataViewSchema.Column label) => KeyNames.Of(label);

    public override SchemaShape.Column LabelShape(string name) => TrainerUtils.MakeU4ScalarColumn(name);

    // The count of a key type with an unknown number of values is the largest value of its raw type.
    public override int OutputCount(IExceptionContext context, DataViewSchema.Column label, Loss loss)
    {
        var count = ((KeyDataViewType)label.Type).Count;
        if (count <= int.MaxValue) return (int)count;
        throw context.ExceptParam(
            nameof(label),
            "Label column '{0}' is a key with {1} values, so the number of classes is unknown. A key with one value for each class is " +
                "needed; MapValueToKey creates one.",
            label.Name, count);
    }

    public override SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss)
    {
        var keyValues = label.Annotations.Where(annotation => annotation.Name == AnnotationUtils.Kinds.KeyValues);
        return
        [
            new(DefaultColumnNames.Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false,
                new SchemaShape(AnnotationUtils.AnnotationsForMulticlassScoreColumn(label))),
            new(DefaultColumnNames.PredictedLabel, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true,
                new SchemaShape(keyValues.Concat(AnnotationUtils.GetTrainerOutputAnnotation()))),
        ];
    }

    public override DataViewSchema OutputSchema(TrainedNetwork network, OutputOrder outputs) =>
        ScoreSchema(
            new VectorDataViewType(NumberDataViewType.Single, outputs.Width),
            AnnotationUtils.Const.ScoreColumnKind.MulticlassClassification);

    public override Delegate MakeGetter(IScores row, string column, TrainedNetwork network, DecisionThreshold threshold) =>
        OutputGetters.Predictions(row);

    public override string TensorOf(string column, ScoredTensors scored) =>
        column == DefaultColumnNames.PredictedLabel ? scored.LargestKey : scored.Predictions;

    public override RowToRowScorerBase CreateScorer(
        IHost host, IDataView trainSchemaView, ISchemaBoundMapper mapper, RoleMappedSchema schema, DecisionThreshold threshold) =>
        new MulticlassClassificationScorer(host, new MulticlassClassificationScorer.Arguments(), trainSchemaView, mapper, schema);
}
