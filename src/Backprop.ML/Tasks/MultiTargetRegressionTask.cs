using Backprop.Losses;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tasks;

/// <summary>Label of several Singles. Score has a prediction for each, with the slot names of the label; several for each, if the loss has
/// several predictions. Each target may have its own loss (<see cref="LossPerTarget"/>).</summary>
internal sealed class MultiTargetRegressionTask : LearningTask
{
    public override string Name => "MultiTargetRegression";

    public override PredictionKind Kind => PredictionKind.MultiOutputRegression;

    public override TargetKind TargetKind => TargetKind.Real;

    public override bool HasSeveralTargets => true;

    public override SchemaShape.Column LabelShape(string name) =>
        new(name, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false);

    public override PrimitiveDataViewType? TargetType => NumberDataViewType.Single;

    public override int TargetColumns(DataViewSchema.Column label) => ((VectorDataViewType)label.Type).Size;

    public override bool FitsOutputs(Loss loss, int outputs) => loss.TargetColumnsOf(outputs) >= 1;

    public override SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss) =>
        [OutputColumn.VectorShape(DefaultColumnNames.Score, NumberDataViewType.Single, HasSlotNames(label))];

    public override DataViewSchema OutputSchema(TrainedNetwork network, OutputOrder outputs) => ScoreSchema(
        new VectorDataViewType(NumberDataViewType.Single, outputs.Width),
        AnnotationUtils.Const.ScoreColumnKind.MultiOutputRegression,
        NamesOfPredictions(network, outputs.Names));

    public override Delegate MakeGetter(IScores row, string column, TrainedNetwork network, DecisionThreshold threshold) =>
        OutputGetters.Predictions(row);

    // "height", or "height Quantile 0.1", "height Quantile 0.9" if each target has several named predictions. Predictions without names
    // are numbered from 1.
    private static IReadOnlyList<string> NamesOfPredictions(TrainedNetwork network, IReadOnlyList<string> labelNames)
    {
        if (labelNames.Count == 0 || labelNames.Count == network.Network.Outputs) return labelNames;
        var each = network.Network.Outputs / labelNames.Count;
        return [.. labelNames.Index().SelectMany(label => Enumerable.Range(0, each).Select(i => Name(label.Item, label.Index, i)))];

        string Name(string label, int target, int prediction)
        {
            var names = NamesOf(network.Loss.OfTarget(target));
            return $"{label} {(names.Count == each ? names[prediction] : $"{prediction + 1}")}";
        }
    }
}
