using Backprop.Metrics;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>
/// The validation checks of one run. They compute the loss on the validation data. The scores are kept for a metric, the temperature and
/// the threshold.
/// </summary>
/// <param name="step">Computes scores and losses.</param>
/// <param name="batches">The validation data.</param>
/// <param name="evaluator">Receives the scores; null if they are not needed.</param>
/// <param name="limits">The limits of scores; null for none.</param>
/// <param name="stop">Ends a check.</param>
internal sealed class ValidationCheck(
    TrainingStep step, Minibatches batches, ValidationEvaluator? evaluator, ScoreLimits? limits, StopCondition stop)
{
    /// <summary>Computes the loss if several ranks score the rows: then a check does not end early. Null for one process.</summary>
    public LossOfRanks? LossOfRanks { get; init; }

    /// <summary>The loss of all validation rows; null if training had to end before all of them were scored.</summary>
    public double? MeanLoss(int epoch)
    {
        stop.Reports.Begin(TrainingPhase.Validating, $"Validating epoch {epoch}", epoch);
        var begin = stop.Elapsed;
        var (mean, isWhole) = LossOfRanks is { } ofRanks
            ? (ofRanks(step, limits, evaluator), true)
            : MeanLoss(step, batches, stop, limits, evaluator);
        stop.Synchronize();
        if (!isWhole || stop.IsCancelled) return null;
        stop.Reserve = stop.Elapsed - begin;
        return mean;
    }

    /// <summary>A metric of the scores that the last check computed; null if training had to end before it was measured.</summary>
    public double? Measure(Metric metric, TrainedNetwork trained)
    {
        var begin = stop.Elapsed;
        try
        {
            return evaluator!.Measure(metric, trained, stop.Work);
        }
        catch (WorkGivenUpException)
        {
            return null;
        }
        finally
        {
            stop.Reserve += stop.Elapsed - begin;
        }
    }

    /// <summary>
    /// The mean loss of batches, at least of the first. It ends early when the token is cancelled, or after the grace period of the time
    /// limit.
    /// </summary>
    /// <returns>The mean over the evaluated batches (0 if there are none), and whether these are all batches.</returns>
    public static (double Mean, bool IsWhole) MeanLoss(
        TrainingStep step, Minibatches batches, StopCondition stop, ScoreLimits? limits = null, ValidationEvaluator? evaluator = null)
    {
        var mean = new WeightedMean();
        for (var b = 0; b < batches.Count; b++)
        {
            if (b > 0 && (stop.IsCancelled || stop.IsOver)) return (mean.Value, false);
            stop.CheckBeforeStep();
            var (loss, weight) = step.Evaluate(batches, b, limits);
            if (step.IsAbandoned) return (mean.Value, false);
            evaluator?.Add(batches, b, step.EvaluatedScores);
            mean.Add(loss, weight);
        }
        return (mean.Value, true);
    }
}

/// <summary>Computes the mean loss of the validation rows, together with the other ranks.</summary>
/// <param name="step">Scores rows on this rank.</param>
/// <param name="limits">Limits of the scores; null for none.</param>
/// <param name="evaluator">Receives the scores of all rows; null if they are not needed.</param>
internal delegate double LossOfRanks(TrainingStep step, ScoreLimits? limits, ValidationEvaluator? evaluator);
