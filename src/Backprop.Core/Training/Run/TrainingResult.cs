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
    /// null. Null for several labels, which have <see cref="Thresholds"/>. Not saved with the network.</summary>
    public Real? Threshold => Thresholds is [var threshold] ? threshold : null;

    /// <summary>The same for each label, in the order of the outputs. Not saved with the network.</summary>
    /// <value>Empty if <see cref="TrainingOptions.ThresholdMetric"/> is not set.</value>
    public IReadOnlyList<Real> Thresholds { get; init; } = [];

    /// <summary>Features with one known value, or none, in all training examples, in ascending order. Their later values do not change
    /// predictions. Not saved with the network.</summary>
    public IReadOnlyList<int> IgnoredFeatures { get; init; } = [];

    /// <summary>The trials of a search, in the order in which they were trained; empty without a search. Not saved with the
    /// network.</summary>
    public IReadOnlyList<SearchTrial> Trials { get; init; } = [];

    /// <summary>Signs that training ended too early; null for none.</summary>
    internal Underfitting? Underfitting { get; init; }

    /// <summary>The scores of the rows that were held out, if <see cref="TrainingOptions.KeepsHeldOutScores"/> is set.</summary>
    internal HeldOutScores? HeldOut { get; init; }

    /// <summary>The rows that were held out for intervals alone; null for none.</summary>
    internal ExampleSet? IntervalRows { get; init; }

    /// <summary>The best epoch, time, preset, seed and warnings of the run, as a report shows them. Of a network that was read from a
    /// file, only the best epoch is known.</summary>
    public TrainingSummary Summary => (Run ?? new TrainingSummary { BestEpoch = BestEpoch }) with
    {
        SelectedBy = Run?.SelectedBy ?? (History.Any(report => report.ValidationMetric is not null) ? "validation metric" : null),
        Warnings = Run is null ? null : Warnings,
    };

    /// <summary>The facts of the run without its warnings; null for a network that was read from a file.</summary>
    internal TrainingSummary? Run { get; init; }

    /// <summary>Warnings about the run, for example that it ended before a step was done, or that options have no effect in combination.
    /// Each is one paragraph that names the option. Not saved with the network.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
