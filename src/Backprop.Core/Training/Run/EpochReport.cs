using System.Text.Json.Serialization;
using Backprop.Diagnostics;

namespace Backprop.Training;

/// <summary>The results of one epoch: losses, metric and learning rate.</summary>
/// <param name="Epoch">1, 2, 3, …</param>
/// <param name="LearningRate">α of the last step of the epoch.</param>
/// <param name="TrainingLoss">Weighted mean of the minibatches' losses during the epoch, each before its update. In a regression with
/// scaled targets, the loss is in scaled units.</param>
/// <param name="ValidationLoss">Weighted mean loss on the validation data after the epoch; null if there is none.</param>
/// <param name="ValidationMetric">The metric that early stopping uses, on the validation data after the epoch; null when
/// early stopping uses the loss.</param>
public sealed record EpochReport(
    int Epoch, double LearningRate, double TrainingLoss, double? ValidationLoss,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? ValidationMetric = null)
{
    /// <summary>The scales of activations and gradients in each layer after the epoch; null unless
    /// <see cref="TrainingOptions.Diagnostics"/> is true. Not saved with a model.</summary>
    [JsonIgnore]
    public NetworkDiagnostics? Diagnostics { get; init; }
}
