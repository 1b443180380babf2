using Backprop.Losses;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Backprop.ML.Tasks;

/// <summary>Single label. Score is the prediction, or a vector if the loss has several predictions, such as quantiles.</summary>
internal sealed class RegressionTask : LearningTask
{
    public override string Name => "Regression";

    public override PredictionKind Kind => PredictionKind.Regression;

    public override TargetKind TargetKind => TargetKind.Real;

    public override SchemaShape.Column LabelShape(string name) => TrainerUtils.MakeR4ScalarColumn(name);

    public override SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss) =>
    [
        loss.OutputsFor(targetColumns: 1) == 1
            ? OutputColumn.ScalarShape(DefaultColumnNames.Score, NumberDataViewType.Single)
            : OutputColumn.VectorShape(DefaultColumnNames.Score, NumberDataViewType.Single, NamesOf(loss).Count > 0),
    ];

    public override DataViewSchema OutputSchema(TrainedNetwork network, OutputOrder outputs) => network.Network.Outputs == 1
        ? ScoreSchema(NumberDataViewType.Single, AnnotationUtils.Const.ScoreColumnKind.Regression)
        : ScoreSchema(
            new VectorDataViewType(NumberDataViewType.Single, network.Network.Outputs),
            AnnotationUtils.Const.ScoreColumnKind.MultiOutputRegression, NamesOf(network.Loss));

    public override Delegate MakeGetter(IScores row, string column, TrainedNetwork network, DecisionThreshold threshold) =>
        network.Network.Outputs == 1 ? OutputGetters.FirstPrediction(row) : OutputGetters.Predictions(row);
}
