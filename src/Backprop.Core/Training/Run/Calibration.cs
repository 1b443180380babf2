using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Training;

/// <summary>Chooses temperature and threshold of a trained network, and calibrates its intervals, on the validation data; also if training
/// was stopped.</summary>
/// <remarks>
/// The scores are computed again, by the trained network as it predicts later. If training was stopped, the existing scores of its best
/// validation check are used. If there was no validation check, the scores are computed within the grace period. A calibration that does
/// not finish is omitted with a warning.
/// </remarks>
internal sealed class Calibration(TrainingOptions options, ValidationEvaluator? evaluator, StopCondition stop)
{
    private const string Advice = "Let training make one validation check before it ends.";

    /// <summary>Whether scores of validation checks must be kept (<see cref="ValidationEvaluator.Keep"/>).</summary>
    public bool IsNeeded => evaluator is not null
        && (options.TemperatureScaling || options.ThresholdMetric is not null || options.PredictionIntervals is not null);

    // Rows of one class determine neither temperature nor threshold.
    private bool IsScaled => options.TemperatureScaling && !evaluator!.IsOfOneClass;

    private IDecisionMetric? Metric => evaluator!.IsOfOneClass ? null : options.ThresholdMetric as IDecisionMetric;

    /// <summary>Chooses temperature and threshold, and calibrates intervals.</summary>
    /// <param name="trained">The network, with temperature 1.</param>
    /// <param name="epoch">The epoch of its parameters.</param>
    /// <param name="weights">The weights of the validation rows, including the factors of their classes.</param>
    /// <returns>The network with its temperature and intervals, and the threshold; null if no threshold metric is set. Rows of one class
    /// determine neither temperature nor threshold.</returns>
    public (TrainedNetwork Trained, Real? Threshold) Apply(TrainedNetwork trained, int epoch, ReadOnlySpan<Real> weights)
    {
        if (!IsNeeded || (!IsScaled && Metric is null && options.PredictionIntervals is null)) return (trained, null);
        stop.Reports.Begin(TrainingPhase.Calibrating, $"Calibrating on {evaluator!.Count:N0} validation rows");
        Real? threshold = null;
        List<string> left = [.. Names()];
        try
        {
            evaluator.Score(trained, epoch, stop);
            if (IsScaled)
                trained = trained.With(evaluator.Temperature(trained.Loss, trained.Network.Outputs, weights, stop.Work));
            left.Remove(nameof(TrainingOptions.TemperatureScaling));
            if (Metric is { } metric) threshold = evaluator.Threshold(metric, stop.Work);
            left.Remove(nameof(TrainingOptions.ThresholdMetric));
            if (options.PredictionIntervals is { } intervals)
                trained = trained.With(evaluator.Calibrate(trained, intervals.Coverage, stop.Work));
        }
        catch (WorkGivenUpException)
        {
            WarnOfSkipped(left);
            if (options.PredictionIntervals is { } intervals) trained = trained.With(Infinite(trained, intervals.Coverage));
        }
        return (trained, threshold);
    }

    private IEnumerable<string> Names()
    {
        if (IsScaled) yield return nameof(TrainingOptions.TemperatureScaling);
        if (Metric is not null) yield return nameof(TrainingOptions.ThresholdMetric);
        if (options.PredictionIntervals is not null) yield return nameof(TrainingOptions.PredictionIntervals);
    }

    // Without any conformity score, intervals are infinite and sets have all classes.
    private static ConformalCalibration Infinite(TrainedNetwork trained, double coverage)
    {
        var targets = trained.Loss.TargetKind == TargetKind.Class ? 1 : trained.Loss.TargetColumnsOf(trained.Network.Outputs);
        return ConformalCalibration.Of(coverage, new ReadOnlyMatrix([], 0, targets), members: 1, folds: []);
    }

    private void WarnOfSkipped(List<string> skipped)
    {
        var cause = stop.IsCancelled ? "training was cancelled" : $"{nameof(TrainingOptions.MaximumTrainingTime)} was over";
        var names = string.Join(" and ", skipped);
        stop.Reports.Warn(
            $"{names} had no effect: {cause}, and scoring {evaluator!.Count:N0} validation rows would have taken too long. {Advice}");
    }
}
