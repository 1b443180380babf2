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

    /// <summary>The options that decided the training, with their values for this data: those of the preset, and those that the caller
    /// set.</summary>
    /// <value>Null if they are not known.</value>
    public IReadOnlyList<OptionValue>? Options { get; init; }
}

/// <summary>The value of an option in a training run.</summary>
/// <param name="Name">The name of the option.</param>
/// <param name="Value">Its value as text, independent of culture.</param>
/// <param name="IsSetByCaller">Whether the caller set it; otherwise it is the value of the preset.</param>
public sealed record OptionValue(string Name, string Value, bool IsSetByCaller);
