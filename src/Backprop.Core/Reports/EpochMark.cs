using Backprop.Training;

namespace Backprop.Reports;

/// <summary>The epoch that every chart marks.</summary>
/// <param name="Epoch">1, 2, 3, …</param>
/// <param name="Text">Why it is marked.</param>
internal sealed record EpochMark(int Epoch, string Text)
{
    /// <summary>The epoch that was kept. A history alone does not say which epoch that was, so the one with the lowest validation loss is
    /// marked.</summary>
    /// <param name="history">The epochs.</param>
    /// <param name="summary">The run; null if only its history is known.</param>
    /// <returns>Null if there is no such epoch.</returns>
    public static EpochMark? Of(IReadOnlyList<EpochReport> history, TrainingSummary? summary)
    {
        if (summary is null)
        {
            var lowest = history.Where(report => report.ValidationLoss is not null).MinBy(report => report.ValidationLoss);
            return lowest is null ? null : Make(lowest.Epoch, "", "lowest validation loss");
        }
        var epoch = summary.BestEpoch;
        if (!history.Any(report => report.Epoch == epoch)) return null;
        var last = epoch == history[^1].Epoch ? "the last" : null;
        return Make(epoch, " kept", summary.SelectedBy is { } value ? $"best {value}" : last);
    }

    private static EpochMark Make(int epoch, string kept, string? reason) =>
        new(epoch, FormattableString.Invariant($"epoch {epoch}{kept}{(reason is null ? "" : $": {reason}")}"));
}
