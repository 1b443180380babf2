using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Metrics;

/// <summary>Finds out before training whether a metric is defined for some rows.</summary>
internal static class MetricNeeds
{
    /// <summary>Why a metric is not defined for some rows, as text; null if it is defined.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="loss">Its link computes the predictions.</param>
    /// <param name="outputs">Scores per row.</param>
    /// <param name="targets">[rows × target columns]</param>
    /// <param name="weights">[rows], or empty.</param>
    public static string? Lack(Metric metric, Loss loss, int outputs, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights)
    {
        if (IsMeanOverTargets(metric, loss, targets)) return LackOfTargets(metric, targets);
        if (LackOf(metric, targets) is { } lack) return lack;
        return IsNumber(metric, loss, outputs, targets, weights) ? null : "it is not a number for them";
    }

    /// <summary>Whether early stopping uses the mean of a metric over several labels or targets.</summary>
    public static bool IsMeanOverTargets(Metric metric, Loss loss, ReadOnlyMatrix targets) => targets.Columns > 1 && loss.TargetKind switch
    {
        TargetKind.Binary => !metric.SuitsSeveralLabels,
        TargetKind.Real => metric is MeanAbsoluteError or RootMeanSquaredError or RSquared,
        _ => false,
    };

    /// <summary>Why a metric of this assembly is not defined for some rows, as text; null if it is defined.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="targets">[rows × target columns]</param>
    public static string? LackOf(Metric metric, ReadOnlyMatrix targets) => metric switch
    {
        _ when targets.Rows == 0 => "all of them are missing",
        F1Score or AreaUnderPrecisionRecallCurve when !HasPositive(targets) => "none of them is positive",
        AreaUnderRocCurve when AreOfOneClass(targets) => "all of them are of one class",
        RSquared when AreEqual(targets) => "all of them have the same label",
        NormalizedDiscountedCumulativeGain ndcg when ndcg.FirstWithoutGain(targets) is { } label =>
            $"label {label} of one of them has no gain; allowed are {ndcg.AllowedLabels}",
        _ => null,
    };

    // Why it is not defined for any label or target; null if it is defined for at least one.
    private static string? LackOfTargets(Metric metric, ReadOnlyMatrix targets)
    {
        string? lack = null;
        for (var target = 0; target < targets.Columns; target++)
        {
            lack = LackOf(metric, TargetMeans.Column(targets, target, TargetMeans.KnownRows(targets, target)));
            if (lack is null) return null;
        }
        return $"{lack}, for every target";
    }

    /// <summary>Whether all rows are of one class. Rows of several target columns never are.</summary>
    public static bool AreOfOneClass(ReadOnlyMatrix targets)
    {
        if (targets.Columns > 1) return false;
        foreach (var target in targets.Values)
            if (Math.Round(target) != Math.Round(targets.Values[0])) return false;
        return true;
    }

    private static bool HasPositive(ReadOnlyMatrix targets)
    {
        for (var row = 0; row < targets.Rows; row++)
            if (targets.Row(row)[0] > 0.5) return true;
        return false;
    }

    private static bool AreEqual(ReadOnlyMatrix targets)
    {
        for (var row = 1; row < targets.Rows; row++)
            if (!targets.Row(row).SequenceEqual(targets.Row(0))) return false;
        return true;
    }

    // A custom metric has its own rules. If it is undefined for perfect and for empty scores, it is undefined for all.
    private static bool IsNumber(Metric metric, Loss loss, int outputs, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights) =>
        Metric.All.Contains(metric)
        || double.IsFinite(Measure(metric, loss, outputs, targets, weights, isPerfect: true))
        || double.IsFinite(Measure(metric, loss, outputs, targets, weights, isPerfect: false));

    private static double Measure(Metric metric, Loss loss, int outputs, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, bool isPerfect)
    {
        var scores = new Matrix(new Real[checked(targets.Rows * outputs)], targets.Rows, outputs);
        var predictions = new Matrix(new Real[scores.Values.Length], targets.Rows, outputs);
        for (var row = 0; row < targets.Rows && isPerfect; row++) WritePerfect(loss, targets.Row(row), scores.Row(row));
        scores.Values.CopyTo(predictions.Values);
        loss.Predict(predictions);
        return metric.Measure(scores, predictions, targets, weights);
    }

    private static void WritePerfect(Loss loss, ReadOnlySpan<Real> target, Span<Real> scores)
    {
        if (loss.TargetKind == TargetKind.Class && target.Length == 1) scores[(int)target[0]] = 1;
        else for (var i = 0; i < scores.Length; i++)
        {
            var value = target[i * target.Length / scores.Length];
            scores[i] = loss.TargetKind is TargetKind.Real or TargetKind.Relevance ? value : value - (Real)0.5;
        }
    }
}
