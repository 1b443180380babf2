using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>The arguments of one training run.</summary>
/// <param name="Network">The layers.</param>
/// <param name="Training">The training data.</param>
/// <param name="Validation">The validation data; null for none.</param>
/// <param name="Initial">A network to continue from; null for none.</param>
/// <param name="Progress">Receives a report after every epoch; null for nothing.</param>
/// <param name="Stop">The conditions that end the run.</param>
internal sealed record RunRequest(
    Network Network, TrainingData Training, ExampleSet? Validation, TrainedNetwork? Initial, IProgress<EpochReport>? Progress,
    StopCondition Stop)
{
    /// <summary>The processes that train together; null for this process alone.</summary>
    public TrainingRanks? Ranks { get; init; }

    /// <summary>Set for a second run over all rows; null for the first.</summary>
    public RefitPlan? Refit { get; init; }

    /// <summary>The ranks that share the members of the ensemble; null for one process.</summary>
    public MemberRanks? MemberRanks { get; init; }
}

/// <summary>The plan of a second run over all rows: the steps of the first run, with the same schedules.</summary>
/// <param name="Steps">Steps of the second run.</param>
/// <param name="StepsPerEpoch">Steps of an epoch of the first run.</param>
/// <param name="Examples">Examples of the first run.</param>
/// <param name="PlannedSteps">The planned steps of the first run, if a time limit has shortened its plan; null for all.</param>
internal sealed record RefitPlan(long Steps, int StepsPerEpoch, int Examples, long? PlannedSteps);

/// <summary>The data of a run as its steps use it.</summary>
/// <param name="Training">Training data, with class weights.</param>
/// <param name="Validation">Validation data, with class weights; null for none.</param>
/// <param name="Evaluator">Measures metrics on the validation data, without class weights; null for no validation data.</param>
/// <param name="Inputs">How features are standardized; null for not at all.</param>
/// <param name="Targets">How targets are standardized; null for not at all.</param>
/// <param name="Bounds">Limits of the predictions; null for none.</param>
/// <param name="Means">The means of the features, and the shares of the categories, without class weights.</param>
/// <param name="Loss">The loss of the steps: that of the options, with the class weights of several labels.</param>
internal sealed record RunData(
    TrainingData Training, ExampleSet? Validation, ValidationEvaluator? Evaluator, Standardization? Inputs, Standardization? Targets,
    TargetBounds? Bounds, TrainingMeans Means, Loss Loss);
