using Backprop.Layers;
using Backprop.Losses;
using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Backprop.Networks;
using Backprop.Presets;

namespace Backprop.ML;

/// <summary>What follows from the options and the columns of the training data, before a row of it is read.</summary>
/// <param name="Task">The task of the label column.</param>
/// <param name="DatasetProfile">What the preset looked at.</param>
/// <param name="Options">The options, with what the preset says of it.</param>
/// <param name="Loss">What is minimised.</param>
/// <param name="Inputs">The columns to predict from.</param>
/// <param name="Columns">How the rows are numbered when they are read.</param>
/// <param name="MakeNetwork">Makes the layers, once it is known what the features are like.</param>
/// <param name="ClassWeights">One for each key of the label, or for each of two classes; null where all count the same.</param>
internal sealed record TrainingPlan(
    LearningTask Task, DatasetProfile DatasetProfile, BackpropTrainer.Options Options, Loss Loss, InputColumns Inputs, ModelColumns Columns,
    Func<FeatureTraits, Network> MakeNetwork, double[]? ClassWeights)
{
    /// <summary>Whether rows with missing features are learned from.</summary>
    public bool AllowsMissing { get; } = Options.MissingValues != MissingValues.Skip;

    /// <summary>Throws if the token or the <c>MLContext</c> is cancelled.</summary>
    public Action CheckAlive { get; init; } = Options.CancellationToken.ThrowIfCancellationRequested;

    /// <summary>Whether the number of rows is known, not assumed.</summary>
    public bool KnowsRows { get; init; }

    /// <summary>The least network that there can be, whatever occurs in the data.</summary>
    public Network? Smallest { get; init; }

    /// <summary>Ends reading, too.</summary>
    public CancellationToken CancellationToken => Options.CancellationToken;

    /// <summary>Numbers that a row is made of: features, then categories.</summary>
    public int FeatureCount => Columns.InputCount;

    /// <summary>Scores per row; before the data is read, as if every class occurred.</summary>
    public int Outputs { get; init; }

    /// <summary>The same for rows that are numbered in another way.</summary>
    public TrainingPlan With(ModelColumns columns) => this with { Columns = columns, Outputs = columns.Classes?.Length ?? Outputs };

    /// <summary>The weights of those classes that the network has.</summary>
    public double[]? ClassWeightsOf(ModelColumns columns) => ClassWeights is null || columns.Classes is not { } classes
        ? ClassWeights
        : [.. Enumerable.Range(0, classes.Length).Select(k => ClassWeights[classes[k] - 1])];
}
