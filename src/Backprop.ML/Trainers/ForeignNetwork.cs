using Backprop.Losses;
using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Backprop.ML.Transformers;
using Backprop.Networks;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Backprop.ML;

/// <summary>A network that was not trained by <see cref="BackpropTrainer"/>, as a model of some columns.</summary>
internal static class ForeignNetwork
{
    /// <summary>Makes the model. The label column decides on the task, as in training.</summary>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type, or does not fit the network.</exception>
    public static BackpropTransformer ToTransformer(
        IHostEnvironment environment, TrainedNetwork network, DataViewSchema schema, string label, string features)
    {
        environment.CheckValue(network, nameof(network));
        environment.CheckValue(schema, nameof(schema));
        environment.CheckNonEmpty(label, nameof(label));
        environment.CheckNonEmpty(features, nameof(features));
        var shape = SchemaShape.Create(schema);
        CheckFeatures(environment, shape, features);
        var task = TaskOf(environment, network, shape, label);
        var inputs = new InputColumns(features, []);
        CheckSizes(environment, network, task, schema, inputs, label);
        var columns = ModelColumns.Of(schema, inputs, label, task);
        var model = new BackpropModelParameters(environment, task, new TrainingResult(network, [], BestEpoch: 0), columns);
        return new BackpropTransformer(environment, model, schema, inputs, label, DecisionThreshold.Default);
    }

    private static void CheckFeatures(IHostEnvironment environment, SchemaShape schema, string name)
    {
        var expected = TrainerUtils.MakeR4VecFeature(name);
        var found = ColumnChecks.Find(environment, nameof(schema), schema, "feature", name);
        if (!expected.IsCompatibleWith(found))
            throw ColumnChecks.Mismatch(
                environment, nameof(schema), "feature", name, expected.GetTypeString(), found.GetTypeString());
    }

    private static LearningTask TaskOf(IHostEnvironment environment, TrainedNetwork network, SchemaShape schema, string name)
    {
        var found = ColumnChecks.Find(environment, nameof(schema), schema, "label", name);
        if (network.Loss.TargetKind == TargetKind.Relevance && LearningTask.Ranking.Accepts(found)) return LearningTask.Ranking;
        return LearningTask.For(found) ?? throw ColumnChecks.Mismatch(
            environment, nameof(schema), "label", name, LearningTask.LabelTypesOf(LearningTask.OfLabels), found.GetTypeString());
    }

    private static void CheckSizes(
        IHostEnvironment environment, TrainedNetwork network, LearningTask task, DataViewSchema schema, InputColumns inputs, string label)
    {
        var loss = network.Loss;
        if (network.Errors is not null)
            throw environment.ExceptParam(
                nameof(network), "The network is an autoencoder, which has no label. Train it by ml.AnomalyDetection.Trainers.Backprop.");
        if (loss.TargetKind != task.TargetKind)
            throw environment.ExceptParam(
                nameof(network), "The network has the loss {0}, which does not suit label column '{1}' of type {2}.", loss, label,
                schema[label].Type);
        var size = SlotList.All(schema[inputs.Features!]).Length;
        if (size != network.Network.Inputs)
            throw environment.ExceptParam(
                nameof(network), "The network has {0} inputs, but feature column '{1}' has {2} slots.", network.Network.Inputs,
                inputs.Features, size);
        var outputs = task.OutputCount(environment, schema[label], loss);
        if (outputs != network.Network.Outputs)
            throw environment.ExceptParam(
                nameof(network), "The network has {0} outputs, but label column '{1}' of type {2} needs {3} with the loss {4}.",
                network.Network.Outputs, label, schema[label].Type, outputs, loss);
    }
}
