using System.Text;
using Backprop.ML.Tasks;
using Backprop.Presets;

// In the trainer's namespace, not in the folder's: users find it there.
namespace Backprop.ML;

/// <summary>A set of values for all options. Options that you set on <see cref="BackpropTrainer.Options"/> override the preset one by
/// one.</summary>
/// <remarks>
/// The values depend on the task and the size of the data; <see cref="ToString"/> prints them. <see cref="TrainingPreset"/> has the same
/// values without ML.NET. docs/reference/presets.md lists their sources; docs/measurements/accuracy.md has their accuracy.
/// </remarks>
public sealed class Preset
{
    private readonly TrainingPreset _core;

    private Preset(TrainingPreset core) => _core = core;

    /// <summary>The default: the RealMLP recipe (2024), as an ensemble of five or eight small networks.</summary>
    public static Preset Default { get; } = new(TrainingPreset.Default);

    /// <summary>Fewer epochs, and a single network above 4,000 rows. On average, more than four times as fast as <see cref="Default"/>.
    /// </summary>
    public static Preset Fast { get; } = new(TrainingPreset.Fast);

    /// <summary><see cref="Default"/> with a search: other values of options are tried, too, and the best networks are blended. About six
    /// times as slow as <see cref="Default"/>.</summary>
    public static Preset Best { get; } = new(TrainingPreset.Best);

    /// <summary>Gradient descent as in textbooks: θ ← θ − α∇J(θ) over all rows, with a constant α and a fixed number of epochs.</summary>
    public static Preset Classic { get; } = new(TrainingPreset.Classic);

    /// <summary>The defaults of scikit-learn's MLPClassifier and MLPRegressor. Features should have about the same scale.</summary>
    public static Preset ScikitLearn { get; } = new(TrainingPreset.ScikitLearn);

    /// <summary>A plain network to build on: 64, 64 ReLU units, Adam with α = 0.001, 100 epochs.</summary>
    public static Preset Plain { get; } = new(TrainingPreset.Plain);

    /// <summary>All presets.</summary>
    public static IReadOnlyList<Preset> All { get; } = [Default, Fast, Best, Classic, ScikitLearn, Plain];

    /// <summary>The name of the preset.</summary>
    public string Name => _core.Name;

    /// <summary>The minimum number of rows; presets that hold out rows need several.</summary>
    internal int MinRows => _core.MinRows;

    // The data sets that are printed in addition to the typical one.
    private static IEnumerable<(string Name, DatasetProfile Profile)> Variants
    {
        get
        {
            var typical = DatasetProfile.Typical;
            yield return ("binary classification", LearningTask.BinaryClassification.Describe(typical));
            yield return ("multi-label classification", LearningTask.MultiLabelClassification.Describe(typical));
            yield return ("regression", LearningTask.Regression.Describe(typical));
            yield return ("ranking", LearningTask.Ranking.Describe(typical));
            yield return ("anomaly detection", LearningTask.AnomalyDetection.Describe(typical));
            foreach (var rows in (int[])[150, 1_000, 40_000, 200_000])
                yield return (FormattableString.Invariant($"{rows:N0} rows"), typical with { Rows = rows });
            yield return ("regression of 1,000 rows", LearningTask.Regression.Describe(typical) with { Rows = 1_000 });
            foreach (var features in (int[])[500, 5_000])
                yield return (FormattableString.Invariant($"{features:N0} features"), typical with { Features = features });
            yield return ("validation data given", typical with { HasValidation = true });
        }
    }

    internal PresetValues For(DatasetProfile profile) => _core.ValuesFor(profile);

    /// <summary>Every option of the preset, for a classification of 10,000 rows and 20 features, and the differences for other
    /// data.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(Name).Append(':');
        string[] typical = [.. Lines(DatasetProfile.Typical)];
        foreach (var line in typical) text.Append("\n  ").Append(line);
        foreach (var (name, profile) in Variants)
        {
            string[] others = [.. Lines(profile).Except(typical)];
            if (others.Length > 0) text.Append("\n  ").Append(name).Append(": ").AppendJoin("; ", others);
        }
        return text.ToString();
    }

    private IEnumerable<string> Lines(DatasetProfile profile)
    {
        var values = For(profile);
        var printed = OptionTable.All.Where(option => option.IsOfPreset);
        return printed.Select(option => $"{option.Name} = {option.Print(option.ValueIn(values))}");
    }
}
