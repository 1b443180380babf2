using System.Globalization;
using Backprop.Training;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Counts the rows of every class on both sides of a split, and warns of classes that are missing on one side.</summary>
/// <param name="classes">The keys of the label as they are read; null for a Boolean label.</param>
internal sealed class ClassCoverage(KeyList? classes)
{
    private const int NamesToTell = 10;

    private readonly SortedDictionary<int, (long Learned, long Kept)> _rows = [];

    /// <summary>Counts one row.</summary>
    public void Add(float target, bool isKept)
    {
        var k = (int)target;
        var (learned, kept) = _rows.GetValueOrDefault(k);
        _rows[k] = isKept ? (learned, kept + 1) : (learned + 1, kept);
    }

    /// <summary>Counts all rows of a part.</summary>
    public ClassCoverage Add(ExampleSet examples, bool areKept)
    {
        foreach (var target in examples.Targets.Values) Add(target, areKept);
        return this;
    }

    /// <summary>Warns of classes that have rows, but no validation rows or no training rows.</summary>
    public void Warn(IChannel channel)
    {
        if (ListOf(rows => rows.Kept == 0) is { } unseen)
            channel.Warning(MessageSensitivity.None,
                "The validation rows have none of {0}. Early stopping and validation metrics do not use these classes. "
                + "Add rows of these classes, or increase {1}.",
                unseen, nameof(BackpropTrainer.Options.ValidationFraction));
        if (ListOf(rows => rows.Learned == 0) is { } unlearned)
            channel.Warning(MessageSensitivity.None,
                "The training rows have none of {0}: all of their rows are held out for validation, so the network does not learn these " +
                    "classes. Change {1} or {2}.",
                unlearned, nameof(BackpropTrainer.Options.ValidationRows), nameof(BackpropTrainer.Options.SamplingKeyColumnName));
    }

    private string? ListOf(Func<(long Learned, long Kept), bool> isMeant)
    {
        var classes = _rows.Where(each => isMeant(each.Value)).Select(each =>
            (each.Key, Rows: each.Value.Learned + each.Value.Kept)).ToList();
        if (classes.Count == 0) return null;
        var told = classes.Take(NamesToTell).Select(each =>
            string.Create(CultureInfo.InvariantCulture, $"'{NameOf(each.Key)}' ({each.Rows} {(each.Rows == 1 ? "row" : "rows")})"));
        var others = classes.Count > NamesToTell
            ? string.Create(CultureInfo.InvariantCulture, $" and {classes.Count - NamesToTell} others") : "";
        return $"class {string.Join(", ", told)}{others}";
    }

    private string NameOf(int k)
    {
        if (classes is null) return k == 0 ? bool.FalseString : bool.TrueString;
        // Names are in the order of the categories, except that keys as they are met have the names of all keys.
        var met = classes.Lookup as KeysAsMet;
        var index = met is null ? (ulong)k : met.KeyOf(k + 1) - 1;
        if (index < (ulong)classes.Names.Count) return classes.Names[(int)index];
        return (met is null ? classes[k] : index + 1).ToString(CultureInfo.InvariantCulture);
    }
}
