using System.Globalization;
using Backprop.Training;

namespace Backprop.Reports;

/// <summary>The facts at the top of the page: best epoch, metric, losses, time, preset, seed, warnings.</summary>
internal static class RunFacts
{
    /// <summary>The facts that are known.</summary>
    /// <param name="history">At least one epoch.</param>
    /// <param name="summary">The run; null if only its history is known.</param>
    /// <param name="mark">The epoch that every chart marks; null for none.</param>
    /// <param name="warnings">The number of warnings on the page.</param>
    public static IEnumerable<(string Name, string Value, string Note)> Of(
        IReadOnlyList<EpochReport> history, TrainingSummary? summary, EpochMark? mark, int warnings)
    {
        var at = mark is null ? history[^1] : history.First(report => report.Epoch == mark.Epoch);
        var planned = summary?.PlannedEpochs is { } count && count != history.Count
            ? FormattableString.Invariant($" trained, {count} planned")
            : "";
        var reason = mark?.Text.Split(": ") is [_, var why] ? $"; {why}" : "";
        yield return (
            mark is null ? "Last epoch" : "Best epoch", at.Epoch.ToString(CultureInfo.InvariantCulture),
            FormattableString.Invariant($"of {history.Count}{planned}{reason}"));

        var training = $"training loss {ReportNumber.Of(at.TrainingLoss)}";
        if (at.ValidationMetric is { } metric) yield return (MetricName(summary), ReportNumber.Of(metric), "on the validation rows");
        yield return at.ValidationLoss is { } loss
            ? ("Validation loss", ReportNumber.Of(loss), training)
            : ("Training loss", ReportNumber.Of(at.TrainingLoss), "");

        if (summary?.Duration is { } time) yield return ("Time", ReportNumber.Of(time), "");
        if (summary?.Preset is { } preset) yield return ("Preset", preset, "");
        if (summary?.Seed is { } seed) yield return ("Seed", seed.ToString(CultureInfo.InvariantCulture), "");
        if (warnings > 0) yield return ("Warnings", warnings.ToString(CultureInfo.InvariantCulture), "listed below");
        else if (summary?.Warnings is not null) yield return ("Warnings", "none", "");
    }

    /// <summary>The name of the metric that epochs were compared by.</summary>
    public static string MetricName(TrainingSummary? summary) =>
        summary?.SelectedBy is { } name and not "validation metric" ? name : "Validation metric";
}
