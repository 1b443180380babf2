using System.Text.Json.Serialization;
using Backprop.Diagnostics;

namespace Backprop.Training;

/// <summary>What one pass over the training data did.</summary>
/// <param name="Epoch">1, 2, 3, …</param>
/// <param name="LearningRate">α of the last step of the pass.</param>
/// <param name="TrainingLoss">Weighted mean of the minibatches' losses during the pass, each before its update. Of a regression with scaled
/// targets, in scaled units.</param>
/// <param name="ValidationLoss">Weighted mean loss on the validation data after the pass; null when there is none.</param>
/// <param name="ValidationMetric">The metric that early stopping judges by, on the validation data after the pass; null when it judges by
/// the loss.</param>
public sealed record EpochReport(
    int Epoch, double LearningRate, double TrainingLoss, double? ValidationLoss,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? ValidationMetric = null)
{
    /// <summary>How activations and gradients fare from layer to layer after the pass; null unless
    /// <see cref="TrainingOptions.Diagnostics"/> asks for it. Not saved with a model.</summary>
    [JsonIgnore]
    public NetworkDiagnostics? Diagnostics { get; init; }
}
