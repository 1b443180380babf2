using System.Text;
using Backprop.ML.Presets;
using Backprop.ML.Tasks;

// Beside the trainer, not in the folder's namespace: that is where users look for it.
namespace Backprop.ML;

/// <summary>Options that go well together. What is set by hand on <see cref="BackpropTrainer.Options"/> overrides them, one by one; the rest follows the task and the size of the data.</summary>
/// <remarks><see cref="ToString"/> prints all of them. docs/presets.md says where each number comes from, and docs/accuracy.md what it is worth.</remarks>
public sealed class Preset
{
    private readonly Func<DatasetProfile, PresetValues> _recipe;

    private Preset(string name, Func<DatasetProfile, PresetValues> recipe, int minRows = 1) => (Name, _recipe, MinRows) = (name, recipe, minRows);

    /// <summary>What is used where nothing is set: the strongest published recipe for tables, RealMLP, by five to eight small networks side by side, whose predictions are averaged.</summary>
    public static Preset Default { get; } = new(nameof(Default), RealMlp.Default, minRows: 2);

    /// <summary>Fewer passes, and over more than 4,000 rows one of these networks alone: there many times as fast, with fewer rows two to three times.</summary>
    public static Preset Fast { get; } = new(nameof(Fast), RealMlp.Fast, minRows: 2);

    /// <summary>Eight larger networks, some four times as slow.</summary>
    public static Preset Best { get; } = new(nameof(Best), RealMlp.Best, minRows: 2);

    /// <summary>Plain gradient descent as in the textbooks: θ ← θ − α∇J(θ) over all rows at once, a fixed α, a given number of iterations, and nothing that was not asked for.</summary>
    public static Preset Classic { get; } = new(nameof(Classic), SimplePresets.Classic);

    /// <summary>What scikit-learn's MLPClassifier and MLPRegressor do unless told otherwise. Like them, it wants features of about the same scale.</summary>
    public static Preset ScikitLearn { get; } = new(nameof(ScikitLearn), SimplePresets.ScikitLearn);

    /// <summary>A plain network to build on: 64, 64 ReLU units, Adam with α = 0.001, 100 passes.</summary>
    public static Preset Plain { get; } = new(nameof(Plain), _ => new PresetValues());

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Preset> All { get; } = [Default, Fast, Best, Classic, ScikitLearn, Plain];

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Rows that it needs at least: some hold rows out.</summary>
    internal int MinRows { get; }

    // What it prints besides the typical recipe.
    private static IEnumerable<(string Name, DatasetProfile DatasetProfile)> Variants =>
    [
        ("binary classification", DatasetProfile.Typical with { Task = LearningTask.BinaryClassification }),
        ("multi-label classification", DatasetProfile.Typical with { Task = LearningTask.MultiLabelClassification }),
        ("regression", DatasetProfile.Typical with { Task = LearningTask.Regression }),
        .. ((int[])[150, 1_000, 40_000, 200_000]).Select(rows => (FormattableString.Invariant($"{rows:N0} rows"), DatasetProfile.Typical with { Rows = rows })),
        ("regression of 1,000 rows", DatasetProfile.Typical with { Task = LearningTask.Regression, Rows = 1_000 }),
        .. ((int[])[500, 5_000]).Select(features => (FormattableString.Invariant($"{features:N0} features"), DatasetProfile.Typical with { Features = features })),
        ("validation data given", DatasetProfile.Typical with { HasValidation = true }),
    ];

    internal PresetValues For(DatasetProfile situation) => _recipe(situation);

    /// <summary>Every option that it sets: for a classification of 10,000 rows and 20 features, and then what is different elsewhere.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(Name).Append(':');
        var typical = For(DatasetProfile.Typical).Values;
        foreach (var (option, value) in typical) text.Append("\n  ").Append(option).Append(" = ").Append(value);
        foreach (var (name, situation) in Variants)
        {
            string[] others = [.. For(situation).Values.Except(typical).Select(entry => $"{entry.Option} = {entry.Value}")];
            if (others.Length > 0) text.Append("\n  ").Append(name).Append(": ").AppendJoin("; ", others);
        }
        return text.ToString();
    }
}
