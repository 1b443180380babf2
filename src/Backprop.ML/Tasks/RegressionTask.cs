using Backprop.Losses;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Backprop.ML.Tasks;

/// <summary>Single label; Score is the prediction, or a vector of them where the loss makes several, such as quantiles.</summary>
internal sealed class RegressionTask : LearningTask
{
    public override string Name => "Regression";

    public override PredictionKind Kind => PredictionKind.Regression;

    public override TargetKind TargetKind => TargetKind.Real;

    public override Loss DefaultLoss => new SquaredError();

    public override SchemaShape.Column LabelShape(string name) => TrainerUtils.MakeR4ScalarColumn(name);

    public override int OutputCount(IExceptionContext context, DataViewSchema.Column label, Loss loss) => loss.OutputsFor(targetColumns: 1);

    public override SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss)
    {
        if (loss.OutputsFor(targetColumns: 1) == 1) return [ScalarShape(DefaultColumnNames.Score, NumberDataViewType.Single)];
        IEnumerable<SchemaShape.Column> slotNames = NamesOf(loss).Count == 0
            ? []
            : [new(AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false)];
        return
        [
            new(DefaultColumnNames.Score, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false,
                new SchemaShape(slotNames.Concat(AnnotationUtils.GetTrainerOutputAnnotation()))),
        ];
    }

    public override ScoreMapper CreateMapper(TrainedNetwork network) => network.Network.Outputs == 1
        ? new ScalarMapper(network, Kind)
        : new VectorMapper(network, PredictionKind.MultiOutputRegression, NamesOf(network.Loss));

    public override RowToRowScorerBase CreateScorer(IHost host, IDataView trainSchemaView, ISchemaBoundMapper mapper, RoleMappedSchema schema) =>
        new GenericScorer(host, new GenericScorer.Arguments(), trainSchemaView, mapper, schema);

    // A name for each prediction, or none at all.
    private static IReadOnlyList<string> NamesOf(Loss loss) => loss.PredictionNames.Count == loss.OutputsFor(targetColumns: 1) ? loss.PredictionNames : [];
}
