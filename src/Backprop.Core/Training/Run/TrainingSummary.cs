namespace Backprop.Training;

/// <summary>What a history does not contain: which epoch was kept and why, how long training took, its preset, seed and
/// warnings.</summary>
public sealed record TrainingSummary
{
    /// <summary>The epoch of the trained parameters.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>The value that the best epoch was selected by, such as "validation loss" or "AreaUnderRocCurve".</summary>
    /// <value>Null: nothing was selected, or it is not known.</value>
    public string? SelectedBy { get; init; }

    /// <summary>The planned number of epochs.</summary>
    /// <value>Null if it is not known.</value>
    public int? PlannedEpochs { get; init; }

    /// <summary>Whether the network was then trained again on all rows (<see cref="EarlyStopping.RefitOnAllRows"/>).</summary>
    public bool IsRefit { get; init; }

    /// <summary>The time that training took.</summary>
    /// <value>Null if it is not known.</value>
    public TimeSpan? Duration { get; init; }

    /// <summary>The name of the preset.</summary>
    /// <value>Null if it is not known, or if there was none.</value>
    public string? Preset { get; init; }

    /// <summary>The seed of the random numbers.</summary>
    /// <value>Null if it is not known.</value>
    public int? Seed { get; init; }

    /// <summary>The warnings of the training, in their order.</summary>
    /// <value>Null if they are not known.</value>
    public IReadOnlyList<string>? Warnings { get; init; }
}
