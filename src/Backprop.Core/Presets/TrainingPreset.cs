using Backprop.Losses;
using Backprop.Training;

namespace Backprop.Presets;

/// <summary>A network, and a way to train it. The values depend on the kind of target and the size of the data.</summary>
/// <remarks>docs/reference/presets.md lists the values and their sources; docs/measurements/accuracy.md has their accuracy.</remarks>
public sealed class TrainingPreset
{
    private readonly Func<DatasetProfile, PresetValues> _values;

    private readonly Func<DatasetProfile, PresetValues> _autoencoder;

    private TrainingPreset(
        string name, Func<DatasetProfile, PresetValues> values, Func<DatasetProfile, PresetValues>? autoencoder = null, int minRows = 1)
    {
        Name = name;
        MinRows = minRows;
        _values = values;
        _autoencoder = autoencoder ?? (profile => Autoencoders.Adapted(values(profile), profile));
    }

    /// <summary>The RealMLP recipe (2024), as an ensemble of five or eight small networks.</summary>
    public static TrainingPreset Default { get; } = new(nameof(Default), RealMlp.Default, Autoencoders.Default, minRows: 2);

    /// <summary>Fewer epochs than <see cref="Default"/>, and a single network above 4,000 rows.</summary>
    public static TrainingPreset Fast { get; } = new(nameof(Fast), RealMlp.Fast, Autoencoders.Fast, minRows: 2);

    /// <summary><see cref="Default"/> with a search: other values of options are tried, too, and the best networks are
    /// blended.</summary>
    public static TrainingPreset Best { get; } = new(nameof(Best), RealMlp.Best, Autoencoders.Best, minRows: 2);

    /// <summary>Gradient descent as in textbooks: θ ← θ − α∇J(θ) over all rows, with a constant α.</summary>
    public static TrainingPreset Classic { get; } = new(nameof(Classic), SimplePresets.Classic);

    /// <summary>The defaults of scikit-learn's MLPClassifier and MLPRegressor.</summary>
    public static TrainingPreset ScikitLearn { get; } = new(nameof(ScikitLearn), SimplePresets.ScikitLearn);

    /// <summary>A plain network to build on: 64, 64 ReLU units, Adam with α = 0.001, 100 epochs.</summary>
    public static TrainingPreset Plain { get; } = new(nameof(Plain), SimplePresets.Plain);

    /// <summary>All presets.</summary>
    public static IReadOnlyList<TrainingPreset> All { get; } = [Default, Fast, Best, Classic, ScikitLearn, Plain];

    /// <summary>The name of the preset.</summary>
    public string Name { get; }

    /// <summary>The smallest number of rows to train on.</summary>
    /// <value>2 for presets that hold rows out; otherwise 1.</value>
    public int MinRows { get; }

    /// <summary>The values for some data. With fewer than 8 rows, none are held out.</summary>
    /// <param name="profile">The kind of target and the size of the data.</param>
    public PresetValues For(DatasetProfile profile)
    {
        var values = ValuesFor(profile);
        return profile.Rows < DatasetProfile.MinRowsToHoldOut && values.HoldsOut ? values.WithoutHoldOut() : values;
    }

    /// <summary>Trains a new network on some examples.</summary>
    /// <param name="examples">The training examples. Classes are numbered from 0.</param>
    /// <param name="targetKind">What a target is.</param>
    /// <param name="validation">Examples to validate on; null for held-out ones, as the preset specifies.</param>
    /// <param name="seed">The seed of the random numbers. The same seed produces the same bits.</param>
    /// <exception cref="ArgumentException">There are fewer rows than <see cref="MinRows"/>, or the targets do not fit.</exception>
    /// <exception cref="TrainingDivergedException">The loss or a parameter was no longer finite.</exception>
    public TrainingResult Train(ExampleSet examples, TargetKind targetKind, ExampleSet? validation = null, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Count < MinRows)
        {
            throw new ArgumentException(
                $"There is {examples.Count} example, but {nameof(TrainingPreset)}.{Name} needs at least {MinRows}. "
                + $"Pass more examples, or use {nameof(TrainingPreset)}.{nameof(Plain)}.", nameof(examples));
        }
        var values = For(DatasetProfile.Of(examples, targetKind, validation is not null));
        var result = (values with { Training = values.Training with { Seed = seed } }).Train(examples, validation);
        return result with { Run = result.Run! with { Preset = Name } };
    }

    /// <summary>The name of the preset.</summary>
    public override string ToString() => Name;

    /// <summary>The values of the preset. Rows are held out even if there are fewer than 8.</summary>
    internal PresetValues ValuesFor(DatasetProfile profile) => (profile.ReconstructsFeatures ? _autoencoder : _values)(profile);
}
