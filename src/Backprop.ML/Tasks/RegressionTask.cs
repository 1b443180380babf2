using Backprop.Losses;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Backprop.ML.Tasks;

/// <summary>Single label; Score is the prediction.</summary>
internal sealed class RegressionTask : LearningTask
{
    public override string Name => "Regression";

    public override PredictionKind Kind => PredictionKind.Regression;

    public override TargetKind TargetKind => TargetKind.Real;

    public override Loss DefaultLoss => new SquaredError();

    public override SchemaShape.Column LabelShape(string name) => TrainerUtils.MakeR4ScalarColumn(name);

    public override int OutputCount(IExceptionContext context, DataViewSchema.Column label) => 1;

    public override SchemaShape.Column[] OutputShapes(SchemaShape.Column label) => [ScalarShape(DefaultColumnNames.Score, NumberDataViewType.Single)];

    public override ScoreMapper CreateMapper(TrainedNetwork network) => new ScalarMapper(network, Kind);

    public override RowToRowScorerBase CreateScorer(IHost host, IDataView trainSchemaView, ISchemaBoundMapper mapper, RoleMappedSchema schema) =>
        new GenericScorer(host, new GenericScorer.Arguments(), trainSchemaView, mapper, schema);
}
