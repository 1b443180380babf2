using Backprop.Metrics;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>Chooses temperature and threshold of a trained network on the validation data, also if training was stopped.</summary>
/// <remarks>
/// The scores are computed again, by the trained network as it predicts later. If training was stopped, the existing scores of its best
/// validation check are used. If there was no validation check, the scores are computed within the grace period. A calibration that does
/// not finish is omitted with a warning.
/// </remarks>
internal sealed class Calibration(TrainingOptions options, ValidationEvaluator? evaluator, StopCondition stop)
{
    private const string Advice = "Let training make one validation check before it ends.";

    /// <summary>Whether scores of validation checks must be kept (<see cref="ValidationEvaluator.Keep"/>).</summary>
    public bool IsNeeded => evaluator is not null && (options.TemperatureScaling || options.ThresholdMetric is not null);

    /// <summary>Chooses temperature and threshold.</summary>
    /// <param name="trained">The network, with temperature 1.</param>
    /// <param name="epoch">The epoch of its parameters.</param>
    /// <param name="weights">The weights of the validation rows, including the factors of their classes.</param>
    /// <returns>The network with its temperature, and the threshold; null if no threshold metric is set. Rows of one class
    /// determine neither.</returns>
    public (TrainedNetwork Trained, Real? Threshold) Apply(TrainedNetwork trained, int epoch, ReadOnlySpan<Real> weights)
    {
        if (!IsNeeded || evaluator!.IsOfOneClass) return (trained, null);
        stop.Reports.Begin(TrainingPhase.Calibrating, $"Calibrating on {evaluator.Count:N0} validation rows");
        var isScaled = false;
        try
        {
            evaluator.Score(trained, epoch, stop);
            if (options.TemperatureScaling)
                trained = trained.WithTemperature(evaluator.Temperature(trained.Loss, trained.Network.Outputs, weights, stop.Work));
            isScaled = options.TemperatureScaling;
            return (trained, options.ThresholdMetric is IDecisionMetric metric ? evaluator.Threshold(metric, stop.Work) : null);
        }
        catch (WorkGivenUpException)
        {
            WarnOfSkipped(isScaled);
            return (trained, null);
        }
    }

    private void WarnOfSkipped(bool isScaled)
    {
        List<string> skipped = [];
        if (options.TemperatureScaling && !isScaled) skipped.Add(nameof(TrainingOptions.TemperatureScaling));
        if (options.ThresholdMetric is not null) skipped.Add(nameof(TrainingOptions.ThresholdMetric));
        var cause = stop.IsCancelled ? "training was cancelled" : $"{nameof(TrainingOptions.MaximumTrainingTime)} was over";
        var names = string.Join(" and ", skipped);
        stop.Reports.Warn(
            $"{names} had no effect: {cause}, and scoring {evaluator!.Count:N0} validation rows would have taken too long. {Advice}");
    }
}
