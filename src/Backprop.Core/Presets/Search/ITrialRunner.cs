using System.Collections.Frozen;
using Backprop.Distribution;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>Trains the trials of a search.</summary>
internal interface ITrialRunner
{
    /// <summary>The network of a trial, to compute its cost.</summary>
    Network BuildNetwork(TrialSettings trial);

    /// <summary>Why several ranks cannot share the members of a trial; null if they can.</summary>
    string? ObstacleToSharing(TrialSettings trial);

    /// <summary>Trains a network, and keeps the scores of the rows that are held out.</summary>
    /// <param name="trial">The values that differ from the preset.</param>
    /// <param name="stop">Ends the training.</param>
    /// <param name="group">The ranks that train it together, each by this call; null for this process alone.</param>
    /// <returns>The result. On another rank than the first of a group, it may be null, and has no held-out scores.</returns>
    TrainingResult? Train(TrialSettings trial, StopCondition stop, ICommunicator? group);

    /// <summary>Chooses the temperature and the threshold of a blend, and calibrates its intervals.</summary>
    /// <param name="first">The result of the first trial, with the held-out rows.</param>
    /// <param name="blend">The blend.</param>
    /// <param name="stop">Ends the work.</param>
    TrainingResult Calibrate(TrainingResult first, TrainedNetwork blend, StopCondition stop);
}

/// <summary>What a trial changes.</summary>
/// <param name="Number">The number of the drawn values; 0 for those of the preset.</param>
/// <param name="Values">The options that differ from the preset, and their values.</param>
/// <param name="NumberOfIterations">Epochs of a short trial; null for those of the preset.</param>
internal sealed record TrialSettings(int Number, IReadOnlyDictionary<string, object?> Values, int? NumberOfIterations)
{
    /// <summary>The first trial: the values of the preset.</summary>
    public static TrialSettings First { get; } = new(0, FrozenDictionary<string, object?>.Empty, null);

    /// <summary>Draws the values of a trial. The same number has the same values.</summary>
    public static TrialSettings Draw(SearchSpace space, PresetValues preset, int number, int? numberOfIterations) =>
        new(number, space.Draw(preset, preset.Training.Seed, number), numberOfIterations);

    /// <summary>The options of the training, with its epochs and its own checkpoint.</summary>
    public TrainingOptions OptionsFrom(TrainingOptions options)
    {
        var checkpoint = options.Checkpoint?.ForTrial($"trial{Number}{(NumberOfIterations is null ? "" : "-short")}");
        var epochs = NumberOfIterations ?? options.NumberOfIterations;
        return options with { NumberOfIterations = epochs, Checkpoint = checkpoint, KeepsHeldOutScores = true };
    }
}
