using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The slots of the features column that have monotone constraints.</summary>
/// <param name="Increasing">Slots in which the scores never decrease.</param>
/// <param name="Decreasing">Slots in which the scores never increase.</param>
internal sealed record MonotoneSlots(IReadOnlyList<int> Increasing, IReadOnlyList<int> Decreasing)
{
    private const string Option = nameof(BackpropTrainer.Options.MonotoneConstraints);

    /// <summary>No constraints.</summary>
    public static MonotoneSlots None { get; } = new([], []);

    /// <summary>Finds the slots by name.</summary>
    /// <param name="context">For the error messages.</param>
    /// <param name="schema">The columns of the training data.</param>
    /// <param name="inputs">The columns to predict from.</param>
    /// <param name="options">The options, with the constraints.</param>
    /// <exception cref="ArgumentException">A name is unknown, or means a category or a slot that another name means, too.</exception>
    public static MonotoneSlots Of(
        IExceptionContext context, DataViewSchema schema, InputColumns inputs, BackpropTrainer.Options options)
    {
        if (options.MonotoneConstraints is not { } constraints) return None;
        var features = inputs.Features is { } name ? schema[name] : default(DataViewSchema.Column?);
        var slots = features is { } column ? SlotNames.Unique(column) : [];
        var categories = CategorySlots(features);
        var owners = new Dictionary<int, string>();
        return new MonotoneSlots(
            [.. constraints.Increasing.SelectMany(Find).Order()], [.. constraints.Decreasing.SelectMany(Find).Order()]);

        int[] Find(string wanted)
        {
            if (inputs.Categories.Contains(wanted)) throw HasNoOrder(wanted, "is a category column");
            var found = SlotsOf(wanted, slots, inputs.Features);
            if (found.Length == 0)
                throw context.ExceptParam(
                    Option, "{0} names '{1}', but the model does not predict from it. It predicts from {2}.", Option, wanted,
                    NameDifference.List([.. slots, .. inputs.Categories]));
            foreach (var slot in found)
            {
                if (categories.Contains(slot)) throw HasNoOrder(wanted, "contains indicators of a one-hot encoded category");
                if (options.Categories.Any(category => category.Slot == slot))
                    throw HasNoOrder(wanted, $"contains the categories that {nameof(BackpropTrainer.Options.Categories)} names");
                if (!owners.TryAdd(slot, wanted))
                    throw context.ExceptParam(
                        Option, "{0} names feature '{1}' twice, as '{2}' and as '{3}'. Name it once.", Option, slots[slot], owners[slot],
                        wanted);
            }
            return found;
        }

        Exception HasNoOrder(string wanted, string what) => context.ExceptParam(
            Option, "{0} names '{1}', which {2}. Categories have no order, so a score cannot be monotone in them. Remove the name, or make "
            + "one numeric feature of the categories.", Option, wanted, what);
    }

    // Concatenate names the slots of a vector column "Column.Slot".
    private static int[] SlotsOf(string wanted, IReadOnlyList<string> slots, string? features)
    {
        int[] exact = [.. slots.Index().Where(slot => slot.Item == wanted).Select(slot => slot.Index)];
        if (exact.Length > 0) return exact;
        if (wanted == features) return [.. Enumerable.Range(0, slots.Count)];
        return [.. slots.Index().Where(slot => slot.Item.StartsWith(wanted + ".", StringComparison.Ordinal)).Select(slot => slot.Index)];
    }

    // ML.NET marks the indicators of a category with the first and the last slot. A single slot is a value of its own.
    private static HashSet<int> CategorySlots(DataViewSchema.Column? features)
    {
        const string kind = AnnotationUtils.Kinds.CategoricalSlotRanges;
        var slots = new HashSet<int>();
        if (features is not { } column || column.Annotations.Schema.GetColumnOrNull(kind) is null) return slots;
        VBuffer<int> ranges = default;
        column.Annotations.GetValue(kind, ref ranges);
        int[] ends = [.. ranges.DenseValues()];
        for (var i = 0; i + 1 < ends.Length; i += 2)
            if (ends[i + 1] > ends[i]) slots.UnionWith(Enumerable.Range(ends[i], ends[i + 1] - ends[i] + 1));
        return slots;
    }
}
