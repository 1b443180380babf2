using Backprop.Losses;
using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Backprop.Networks;

namespace Backprop.ML;

/// <summary>What follows from the options and the columns of the training data, before a row of it is read.</summary>
/// <param name="Task">What the label column asks for.</param>
/// <param name="Loss">What is minimised.</param>
/// <param name="Inputs">The columns to predict from.</param>
/// <param name="MakeNetwork">Makes the layers, given the slots that have missing values.</param>
/// <param name="ClassWeights">One for each class; null where all count the same.</param>
/// <param name="AllowsMissing">Whether rows with missing features are learned from.</param>
/// <param name="CancellationToken">Ends reading, too.</param>
internal sealed record TrainingPlan(
    LearningTask Task, Loss Loss, InputColumns Inputs, Func<IReadOnlyList<int>, Network> MakeNetwork, double[]? ClassWeights, bool AllowsMissing, CancellationToken CancellationToken)
{
    // Made at once: what cannot be made is refused before the data is read.
    private readonly Network _network = MakeNetwork([]);

    /// <summary>Numbers that a row is made of: features, then categories.</summary>
    public int FeatureCount => _network.Inputs;

    /// <summary>Scores per row.</summary>
    public int Outputs => _network.Outputs;
}
