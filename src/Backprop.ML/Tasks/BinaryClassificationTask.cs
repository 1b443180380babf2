using Backprop.Losses;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Backprop.ML.Tasks;

/// <summary>Boolean label; Score is the logit or margin, Probability what the loss's link makes of it, PredictedLabel whether the score is above 0.</summary>
internal sealed class BinaryClassificationTask : LearningTask
{
    public override string Name => "BinaryClassification";

    public override PredictionKind Kind => PredictionKind.BinaryClassification;

    public override TargetKind TargetKind => TargetKind.Binary;

    public override Loss DefaultLoss => new LogisticLoss();

    public override SchemaShape.Column LabelShape(string name) => TrainerUtils.MakeBoolScalarLabel(name);

    public override int OutputCount(IExceptionContext context, DataViewSchema.Column label, Loss loss) => loss.OutputsFor(targetColumns: 1);

    public override SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss) =>
    [
        ScalarShape(DefaultColumnNames.Score, NumberDataViewType.Single),
        ScalarShape(DefaultColumnNames.Probability, NumberDataViewType.Single, isNormalized: true),
        ScalarShape(DefaultColumnNames.PredictedLabel, BooleanDataViewType.Instance),
    ];

    public override ScoreMapper CreateMapper(TrainedNetwork network) => new ProbabilityMapper(network, Kind);

    public override RowToRowScorerBase CreateScorer(IHost host, IDataView trainSchemaView, ISchemaBoundMapper mapper, RoleMappedSchema schema) =>
        new BinaryClassifierScorer(host, new BinaryClassifierScorer.Arguments(), trainSchemaView, mapper, schema);
}
