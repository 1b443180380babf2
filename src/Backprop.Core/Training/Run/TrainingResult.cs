using Backprop.Networks;

namespace Backprop.Training;

/// <summary>The result of a training run.</summary>
/// <param name="Network">The trained network.</param>
/// <param name="History">One report per epoch, in order.</param>
/// <param name="BestEpoch">The epoch of the parameters: the best epoch on the validation data, or the last if there was no
/// validation.</param>
public sealed record TrainingResult(TrainedNetwork Network, IReadOnlyList<EpochReport> History, int BestEpoch)
{
    /// <summary>The score above which an example is called positive, if <see cref="TrainingOptions.ThresholdMetric"/> is set; otherwise
    /// null. Not saved with the network.</summary>
    public Real? Threshold { get; init; }

    /// <summary>Features with one known value, or none, in all training examples, in ascending order. Their later values do not change
    /// predictions. Not saved with the network.</summary>
    public IReadOnlyList<int> IgnoredFeatures { get; init; } = [];

    /// <summary>Signs that training ended too early; null for none.</summary>
    internal Underfitting? Underfitting { get; init; }

    /// <summary>The best epoch, time, preset, seed and warnings of the run, as a report shows them. Of a network that was read from a
    /// file, only the best epoch is known.</summary>
    public TrainingSummary Summary => new()
    {
        BestEpoch = BestEpoch,
        SelectedBy = SelectedBy ?? (History.Any(report => report.ValidationMetric is not null) ? "validation metric" : null),
        PlannedEpochs = PlannedEpochs,
        IsRefit = IsRefit,
        Duration = Duration,
        Preset = Preset,
        Seed = Seed,
        Warnings = Duration is null ? null : Warnings,
    };

    /// <summary>The value that the best epoch was selected by; null for none.</summary>
    internal string? SelectedBy { get; init; }

    /// <summary>The planned number of epochs; null for a network that was read from a file, as for the next four.</summary>
    internal int? PlannedEpochs { get; init; }

    /// <summary>Whether the network was trained again on all rows.</summary>
    internal bool IsRefit { get; init; }

    /// <summary>The time that training took.</summary>
    internal TimeSpan? Duration { get; init; }

    /// <summary>The name of the preset.</summary>
    internal string? Preset { get; init; }

    /// <summary>The seed of the random numbers.</summary>
    internal int? Seed { get; init; }

    /// <summary>Warnings about the run, for example that it ended before a step was done, or that options have no effect in combination.
    /// Each is one paragraph that names the option. Not saved with the network.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
