using Backprop.Networks;

namespace Backprop.Training;

/// <summary>What a training run leaves behind.</summary>
/// <param name="Network">The trained network.</param>
/// <param name="History">One report per epoch, in order.</param>
/// <param name="BestEpoch">The epoch that the parameters come from: the best on validation data where that was watched, otherwise the
/// last.</param>
public sealed record TrainingResult(TrainedNetwork Network, IReadOnlyList<EpochReport> History, int BestEpoch)
{
    /// <summary>The score above which an example is called positive, where <see cref="TrainingOptions.ThresholdMetric"/> is
    /// set; otherwise null. Not saved with the network.</summary>
    public Real? Threshold { get; init; }

    /// <summary>Features with one known value, or none, in all training examples, in rising order. Their later values do not change
    /// predictions. Not saved with the network.</summary>
    public IReadOnlyList<int> IgnoredFeatures { get; init; } = [];

    /// <summary>What shows that training ended too early; null where nothing does.</summary>
    internal Underfitting? Underfitting { get; init; }

    /// <summary>What the caller should know of the run, such as an end that left something out or options that have no effect together.
    /// Each is one paragraph that names the option. Not saved with the network.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
