using System.Numerics;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Data;

/// <summary>Finds the keys and classes that occur in the training rows, and the slots of sparse features that are not always 0.</summary>
/// <param name="all">All slots, keys and classes that could occur.</param>
/// <param name="schema">The columns of the training data.</param>
/// <param name="label">The label column; null for none.</param>
internal sealed class ColumnsInUse(ModelColumns all, DataViewSchema schema, string? label)
{
    private readonly Occurrences[] _keys = [.. all.Categories.Select(_ => new Occurrences())];
    private readonly Occurrences _classes = new();
    private readonly int[] _columnOf = [.. all.Categories.SelectMany((column, i) => Enumerable.Repeat(i, column.Width))];
    private Occurrences? _slots;

    private int FeatureCount => all.Features.Length;

    /// <summary>Records the keys and the class of a training row.</summary>
    public void Add(ReadOnlySpan<float> features, ReadOnlySpan<float> targets)
    {
        for (var i = 0; i < _columnOf.Length; i++) _keys[_columnOf[i]].Add((int)features[FeatureCount + i]);
        AddClass(targets);
    }

    // The classes of validation rows need an output, too. Otherwise their loss would be infinite.
    private void AddClass(ReadOnlySpan<float> targets)
    {
        if (all.Classes is not null) _classes.Add((int)targets[0] + 1);
    }

    /// <summary>Determines the columns from examples in memory, and renumbers the examples accordingly.</summary>
    /// <param name="training">The training examples.</param>
    /// <param name="validation">The validation examples; null for none.</param>
    /// <param name="kept">Slots that are kept even if they are always 0.</param>
    public ModelColumns Settle(ref ExampleSet training, ref ExampleSet? validation, IEnumerable<int> kept)
    {
        if (!training.IsSparse && all.Categories.Count == 0 && all.Classes is null) return all;
        if (training.IsSparse) _slots = new Occurrences();
        for (var row = 0; row < training.Count; row++)
        {
            if (training.IsSparse) AddSparse(training.ColumnsOf(row), training.ValuesOf(row), training.Targets.Row(row));
            else Add(training.ValuesOf(row), training.Targets.Row(row));
        }
        var (columns, renumbering) = Find(ref validation, kept);
        training = training.Renumbered(renumbering);
        return columns;
    }

    /// <summary>Determines the columns from a measured stream. Later readings of the stream use them.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="summary">The statistics of the stream.</param>
    /// <param name="validation">The validation examples; null for none.</param>
    public ModelColumns Settle(DataViewSource stream, StreamSummary summary, ref ExampleSet? validation)
    {
        var (columns, renumbering) = Find(ref validation, kept: []);
        summary.Renumber(renumbering);
        stream.Use(columns);
        return columns;
    }

    private (ModelColumns Columns, Renumbering Renumbering) Find(ref ExampleSet? validation, IEnumerable<int> kept)
    {
        for (var row = 0; row < (validation?.Count ?? 0); row++) AddClass(validation!.Targets.Row(row));
        var classes = all.Classes is null ? null : KeyList.Some(schema[label!], ClassesInUse(all.Classes));
        CategoryColumn[] categories = [.. all.Categories.Select((column, i) => InUse(column, _keys[i]))];
        var features = SlotsInUse(kept);
        var renumbering = new Renumbering(ColumnsOf(features), [.. Renumber(categories)], RenumberClasses(classes));
        validation = validation?.Renumbered(renumbering);
        return (new ModelColumns(features, categories, classes, all.Targets), renumbering);
    }

    private CategoryColumn InUse(CategoryColumn column, Occurrences occurrences) =>
        column with { Keys = KeyList.Some(schema[column.Name], KeysOf(column.Keys, occurrences)) };

    private SlotList SlotsInUse(IEnumerable<int> kept)
    {
        if (_slots is null) return all.Features;
        foreach (var slot in kept) _slots.Add(slot + 1);
        int[] slots = [.. _slots.All.Select(slot => slot - 1).DefaultIfEmpty()];
        return slots.Length < FeatureCount ? all.Features with { Slots = slots } : all.Features;
    }

    private void AddSparse(ReadOnlySpan<int> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> targets)
    {
        for (var i = 0; i < indices.Length; i++)
        {
            var key = indices[i] - FeatureCount;
            if (key < 0) _slots!.Add(indices[i] + 1);
            else _keys[_columnOf[key]].Add((int)values[i]);
        }
        AddClass(targets);
    }

    // A network with a single score has metrics and losses for two classes. So there are at least two classes, if the key has two values.
    private ulong[] ClassesInUse(KeyList classes)
    {
        var keys = KeysOf(classes, _classes);
        if (keys.Length > 1 || classes.Count <= (ulong)keys.Length) return keys.Length > 0 ? keys : [1];
        ulong[] others = [1, 2];
        return keys.Length == 0 ? others : [.. keys.Append(others.First(key => key != keys[0])).Order()];
    }

    private static ulong[] KeysOf(KeyList list, Occurrences occurrences) => list.Lookup is KeysAsMet met
        ? [.. occurrences.All.Select(met.KeyOf).Order()]
        : [.. occurrences.All.Select(number => (ulong)number)];

    private int[]? ColumnsOf(SlotList features) =>
        features.Slots is { } slots ? [.. slots, .. Enumerable.Range(FeatureCount, _columnOf.Length)] : null;

    private IEnumerable<(int Column, Func<int, int> NumberOf)> Renumber(CategoryColumn[] categories)
    {
        for (var i = 0; i < _columnOf.Length; i++)
        {
            var column = _columnOf[i];
            var numberOf = Renumber(all.Categories[column].Keys, categories[column].Keys);
            if (numberOf is not null) yield return (FeatureCount + i, numberOf);
        }
    }

    private Func<int, int>? RenumberClasses(KeyList? classes) =>
        classes is not null && Renumber(all.Classes!, classes) is { } numberOf ? old => numberOf(old + 1) - 1 : null;

    private static Func<int, int>? Renumber(KeyList from, KeyList to)
    {
        var lookup = to.Lookup;
        if (from.Lookup is KeysAsMet met) return old => old == 0 ? 0 : lookup?[met.KeyOf(old)] ?? (int)met.KeyOf(old);
        return lookup is null ? null : old => lookup[(ulong)old];
    }

    /// <summary>The set of positive integers that have occurred; one bit each.</summary>
    private sealed class Occurrences
    {
        private ulong[] _bits = new ulong[16];

        public IEnumerable<int> All
        {
            get
            {
                for (var word = 0; word < _bits.Length; word++)
                {
                    for (var rest = _bits[word]; rest != 0; rest &= rest - 1)
                        yield return 64 * word + BitOperations.TrailingZeroCount(rest);
                }
            }
        }

        public void Add(int number)
        {
            if (number <= 0) return;
            if (number >> 6 >= _bits.Length) Array.Resize(ref _bits, Math.Max(2 * _bits.Length, (number >> 6) + 1));
            _bits[number >> 6] |= 1UL << (number & 63);
        }
    }
}
