using Backprop.Losses;
using Backprop.ML.Export;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tasks;

/// <summary>No label. Score is the reconstruction error of an autoencoder. Probability is the share of held-out rows with a smaller error.
/// PredictedLabel is true if the probability is above the threshold.</summary>
/// <remarks>The columns are those of ML.NET's <c>RandomizedPca</c>, and Probability in addition. ML.NET makes them by its scorer for binary
/// classification, too.</remarks>
internal sealed class AnomalyDetectionTask : LearningTask
{
    public override string Name => "AnomalyDetection";

    public override PredictionKind Kind => PredictionKind.AnomalyDetection;

    public override TargetKind TargetKind => TargetKind.Real;

    public override bool HasLabel => false;

    public override bool HasThreshold => true;

    public override bool ScoresArePredictions => false;

    public override SchemaShape.Column LabelShape(string name) => default;

    public override SchemaShape.Column[] OutputShapes(SchemaShape.Column label, Loss loss) =>
        BinaryClassification.OutputShapes(label, loss);

    public override void CheckLoaded(TrainedNetwork network)
    {
        if (network.Errors is null)
            throw new FormatException($"The saved model for the task {Name} has no reconstruction errors of held-out rows.");
    }

    public override DataViewSchema OutputSchema(TrainedNetwork network, OutputOrder outputs) =>
        BinaryClassification.OutputSchema(network, outputs);

    public override Delegate MakeGetter(IScores row, string column, TrainedNetwork network, DecisionThreshold threshold) =>
        BinaryClassification.MakeGetter(row, column, network, threshold);

    public override string TensorOf(string column, ScoredTensors scored) => BinaryClassification.TensorOf(column, scored);

    public override RowToRowScorerBase CreateScorer(
        IHost host, IDataView trainSchemaView, ISchemaBoundMapper mapper, RoleMappedSchema schema, DecisionThreshold threshold) =>
        BinaryClassification.CreateScorer(host, trainSchemaView, mapper, schema, threshold);
}
