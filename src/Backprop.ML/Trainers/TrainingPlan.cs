using Backprop.Layers;
using Backprop.Losses;
using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Backprop.Networks;
using Backprop.Presets;

namespace Backprop.ML;

/// <summary>The plan from the options and the columns of the training data, before rows are read.</summary>
/// <param name="Task">The task of the label column.</param>
/// <param name="DatasetProfile">The profile of the data that the preset depends on.</param>
/// <param name="Options">The options, with the values of the preset for this profile.</param>
/// <param name="Loss">The loss to minimise.</param>
/// <param name="Inputs">The columns to predict from.</param>
/// <param name="Columns">The slots, keys and classes of the rows when they are read.</param>
/// <param name="Build">Creates the network from options and the traits of the features.</param>
/// <param name="ClassWeights">One for each key of the label, for each of two classes, or for false and true of each of several labels; null
/// if all weights are equal.</param>
internal sealed record TrainingPlan(
    LearningTask Task, DatasetProfile DatasetProfile, BackpropTrainer.Options Options, Loss Loss, InputColumns Inputs, ModelColumns Columns,
    Func<BackpropTrainer.Options, FeatureTraits, Network> Build, double[]? ClassWeights)
{
    /// <summary>Whether rows with missing features are used.</summary>
    public bool AllowsMissing { get; } = Options.MissingValues != MissingValues.Skip;

    /// <summary>Whether rows with some missing targets are used. A custom loss receives all targets of a row together, so it cannot omit
    /// one.</summary>
    public bool AllowsMissingTargets { get; } = Task.HasSeveralTargets && Task.TargetKind == TargetKind.Real
        && Loss.Link != LossLink.Unknown;

    /// <summary>Throws if the token or the <c>MLContext</c> is cancelled.</summary>
    public Action CheckAlive { get; init; } = Options.CancellationToken.ThrowIfCancellationRequested;

    /// <summary>Whether the number of rows is known, not assumed.</summary>
    public bool KnowsRows { get; init; }

    /// <summary>The smallest network that is possible for this data.</summary>
    public Network? Smallest { get; init; }

    /// <summary>The token that ends training and reading.</summary>
    public CancellationToken CancellationToken => Options.CancellationToken;

    /// <summary>Number of inputs of a row: features, then categories.</summary>
    public int FeatureCount => Columns.InputCount;

    /// <summary>Number of scores per row. Before the data is read, the number for all possible classes.</summary>
    public int Outputs { get; init; }

    /// <summary>Creates the network from the traits of the features.</summary>
    public Network MakeNetwork(FeatureTraits traits) => Build(Options, traits);

    /// <summary>The same with the options of a trial of a search.</summary>
    public Network MakeNetwork(BackpropTrainer.Options options, FeatureTraits traits) => Build(options, traits);

    /// <summary>The same plan for rows with other slots, keys and classes.</summary>
    public TrainingPlan With(ModelColumns columns) => this with { Columns = columns, Outputs = columns.Classes?.Length ?? Outputs };

    /// <summary>The weights of the classes of the network.</summary>
    public double[]? ClassWeightsOf(ModelColumns columns)
    {
        if (ClassWeights is null) return null;
        if (columns.Classes is { } classes) return [.. Enumerable.Range(0, classes.Length).Select(k => ClassWeights[classes[k] - 1])];
        if (columns.Targets is not { Slots: { } slots }) return ClassWeights;
        return [.. slots.SelectMany(slot => new[] { ClassWeights[2 * slot], ClassWeights[2 * slot + 1] })];
    }
}
