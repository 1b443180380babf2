using Backprop.Losses;
using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Backprop.Networks;

namespace Backprop.ML;

/// <summary>What follows from the options and the columns of the training data, before a row of it is read.</summary>
/// <param name="Task">What the label column asks for.</param>
/// <param name="Loss">What is minimised.</param>
/// <param name="Inputs">The columns to predict from.</param>
/// <param name="Network">The layers.</param>
/// <param name="ClassWeights">One for each class; null where all count the same.</param>
/// <param name="CancellationToken">Ends reading, too.</param>
internal sealed record TrainingPlan(LearningTask Task, Loss Loss, InputColumns Inputs, Network Network, double[]? ClassWeights, CancellationToken CancellationToken);
