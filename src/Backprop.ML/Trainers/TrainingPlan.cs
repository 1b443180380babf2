using Backprop.Layers;
using Backprop.Losses;
using Backprop.ML.Data;
using Backprop.ML.Presets;
using Backprop.ML.Tasks;
using Backprop.Networks;

namespace Backprop.ML;

/// <summary>What follows from the options and the columns of the training data, before a row of it is read.</summary>
/// <param name="Situation">What the preset looked at.</param>
/// <param name="Options">The options, with what the preset says of it.</param>
/// <param name="Loss">What is minimised.</param>
/// <param name="Inputs">The columns to predict from.</param>
/// <param name="MakeNetwork">Makes the layers, once it is known what the features are like.</param>
/// <param name="ClassWeights">One for each class; null where all count the same.</param>
internal sealed record TrainingPlan(
    Situation Situation, BackpropTrainer.Options Options, Loss Loss, InputColumns Inputs, Func<FeatureTraits, Network> MakeNetwork, double[]? ClassWeights)
{
    // Made at once: what cannot be made is refused before the data is read.
    private readonly Network _network = MakeNetwork(FeatureTraits.None);

    /// <summary>What the label column asks for.</summary>
    public LearningTask Task => Situation.Task;

    /// <summary>Whether rows with missing features are learned from.</summary>
    public bool AllowsMissing { get; } = Options.MissingValues != MissingValues.Skip;

    /// <summary>Ends reading, too.</summary>
    public CancellationToken CancellationToken => Options.CancellationToken;

    /// <summary>Numbers that a row is made of: features, then categories.</summary>
    public int FeatureCount => _network.Inputs;

    /// <summary>Scores per row.</summary>
    public int Outputs => _network.Outputs;
}
