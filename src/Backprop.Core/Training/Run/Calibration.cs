using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Uncertainty;

namespace Backprop.Training;

/// <summary>Chooses temperature and threshold of a trained network, and calibrates its intervals, on the validation data; also if training
/// was stopped. For an autoencoder, it weighs the features and measures the distribution of errors.</summary>
/// <remarks>
/// The scores are computed again, by the trained network as it predicts later. If training was stopped, the existing scores of its best
/// validation check are used. If there was no validation check, the scores are computed within the grace period. A calibration that does
/// not finish is omitted with a warning.
/// </remarks>
internal sealed class Calibration(TrainingOptions options, Network network, ValidationEvaluator? evaluator, StopCondition stop)
{
    private const string Advice = "Let training make one validation check before it ends.";

    /// <summary>Whether scores of validation checks must be kept (<see cref="ValidationEvaluator.Keep"/>).</summary>
    public bool IsNeeded => evaluator is not null
        && (options.TemperatureScaling || options.ThresholdMetric is not null || Intervals is not null || options.KeepsHeldOutScores
            || IsAutoencoder);

    /// <summary>The scores of the validation rows, if <see cref="TrainingOptions.KeepsHeldOutScores"/> is set and there was time.</summary>
    public HeldOutScores? HeldOut { get; private set; }

    private bool IsAutoencoder => network.Layers[^1] is IWeighsErrors;

    // Intervals that are calibrated on the validation data.
    private Conformal? Intervals => options.PredictionIntervals is { HeldOutFraction: 0 } intervals ? intervals : null;

    /// <summary>Chooses temperature and threshold, and calibrates intervals.</summary>
    /// <param name="trained">The network, with temperature 1.</param>
    /// <param name="epoch">The epoch of its parameters.</param>
    /// <param name="weights">The weights of the validation rows, including the factors of their classes.</param>
    /// <param name="loss">The loss of the training, including the factors of several labels.</param>
    /// <returns>The network with its temperature and intervals, and the threshold of each label; empty if no threshold metric is set. Rows
    /// of one class determine neither temperature nor threshold.</returns>
    public (TrainedNetwork Trained, Real[] Thresholds) Apply(
        TrainedNetwork trained, int epoch, ReadOnlySpan<Real> weights, Loss loss)
    {
        if (!IsNeeded) return (trained, []);
        if (IsAutoencoder) return (WithErrors(trained, epoch), []);
        var isOfOneClass = evaluator!.IsOfOneClass;
        var scales = options.TemperatureScaling && !isOfOneClass;
        var metric = isOfOneClass ? null : options.ThresholdMetric as IDecisionMetric;
        List<string> left = [];
        if (scales) left.Add(nameof(TrainingOptions.TemperatureScaling));
        if (metric is not null) left.Add(nameof(TrainingOptions.ThresholdMetric));
        if (Intervals is not null) left.Add(nameof(TrainingOptions.PredictionIntervals));
        if (left.Count == 0 && !options.KeepsHeldOutScores) return (trained, []);

        stop.Reports.Begin(TrainingPhase.Calibrating, $"Calibrating on {evaluator.Count:N0} validation rows");
        Real[] thresholds = [];
        try
        {
            evaluator.Score(trained, epoch, stop);
            if (scales)
                trained = trained.With(evaluator.Temperature(trained, loss, weights, stop));
            left.Remove(nameof(TrainingOptions.TemperatureScaling));
            if (metric is not null) thresholds = evaluator.Thresholds(metric, stop.Work);
            left.Remove(nameof(TrainingOptions.ThresholdMetric));
            if (Intervals is { } intervals)
                trained = trained.With(evaluator.Calibrate(trained, intervals.Coverage, stop.Work));
            if (options.KeepsHeldOutScores) HeldOut = evaluator.CopyScores(trained.Network.Outputs, weights, loss);
        }
        catch (WorkGivenUpException)
        {
            if (left.Count > 0) WarnOfSkipped(left, $"{evaluator.Count:N0} validation rows", stop);
            if (Intervals is { } intervals) trained = trained.With(Infinite(trained, intervals.Coverage));
        }
        return (trained, thresholds);
    }

    // The scores of a validation check have no weights. They are used if training had to end before the rows are scored again.
    private TrainedNetwork WithErrors(TrainedNetwork trained, int epoch)
    {
        stop.Reports.Begin(TrainingPhase.Calibrating, $"Measuring the errors of {evaluator!.Count:N0} held-out rows");
        try
        {
            if (!stop.MustEnd)
            {
                var parameters = evaluator.WeighErrors(trained, stop);
                evaluator.Score(trained.With(parameters, ErrorDistribution.Of([])), stop);
                return trained.With(parameters, ErrorDistribution.Of(evaluator.Scores));
            }
        }
        catch (WorkGivenUpException)
        {
            // The scores of the best validation check are there.
        }
        try
        {
            evaluator.Score(trained, epoch, stop);
            return trained.With(trained.Parameters, ErrorDistribution.Of(evaluator.Scores));
        }
        catch (WorkGivenUpException)
        {
            WarnOfSkipped(["The probability of an anomaly"], $"{evaluator.Count:N0} held-out rows", stop);
            return trained.With(trained.Parameters, ErrorDistribution.Of([]));
        }
    }

    /// <summary>Calibrates intervals on examples that were held out for it alone.</summary>
    /// <param name="trained">The network.</param>
    /// <param name="held">The examples.</param>
    /// <param name="intervals">The nominal coverage.</param>
    /// <param name="stop">Ends the work, and counts it.</param>
    public static TrainedNetwork WithIntervals(TrainedNetwork trained, ExampleSet held, Conformal intervals, StopCondition stop)
    {
        stop.Reports.Begin(TrainingPhase.Calibrating, $"Calibrating intervals on {held.Count:N0} rows");
        try
        {
            var evaluator = new ValidationEvaluator(held);
            evaluator.Score(trained, stop);
            return trained.With(evaluator.Calibrate(trained, intervals.Coverage, stop.Work));
        }
        catch (WorkGivenUpException)
        {
            WarnOfSkipped([nameof(TrainingOptions.PredictionIntervals)], $"{held.Count:N0} held-out rows", stop);
            return trained.With(Infinite(trained, intervals.Coverage));
        }
    }

    // Without any conformity score, intervals are infinite and sets have all classes.
    private static ConformalCalibration Infinite(TrainedNetwork trained, double coverage)
    {
        var none = new ReadOnlyMatrix([], 0, trained.Loss.ConformityScoresOf(trained.Network.Outputs));
        return ConformalCalibration.Of(coverage, none, members: 1, folds: []);
    }

    private static void WarnOfSkipped(List<string> skipped, string rows, StopCondition stop)
    {
        var cause = stop.IsCancelled ? "training was cancelled" : $"{nameof(TrainingOptions.MaximumTrainingTime)} was over";
        var names = string.Join(", ", skipped[..^1]) + (skipped.Count > 1 ? " and " : "") + skipped[^1];
        stop.Reports.Warn(
            $"{names} had no effect: {cause}, and scoring {rows} would have taken too long. {Advice}");
    }
}
