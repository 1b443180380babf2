using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Data;

/// <summary>The names of the inputs of a network: slots of the features column, then key columns.</summary>
internal static class FeatureNames
{
    private const int MaxNamed = 10;

    /// <summary>The names of some inputs, such as "'Age', 'City', slot 7 and 12 more".</summary>
    /// <param name="schema">The columns.</param>
    /// <param name="columns">The columns of the inputs.</param>
    /// <param name="inputs">The inputs, in ascending order.</param>
    public static string Of(DataViewSchema schema, InputColumns columns, IReadOnlyList<int> inputs)
    {
        var first = 0;
        var names = new List<string>();
        foreach (var column in columns.In(schema))
        {
            var width = column.Type is VectorDataViewType vector ? vector.Size : 1;
            var (start, end) = (first, first + width);
            var slots = inputs.Where(input => input >= start && input < end).Take(MaxNamed - names.Count).Select(input => input - start);
            var slotNames = SlotNames.Of(column);
            var isFeatures = column.Name == columns.Features;
            names.AddRange(slots.Select(slot => NameOf(column, isFeatures, width, slot, slotNames)));
            first = end;
        }
        var rest = inputs.Count - names.Count;
        return string.Join(", ", names) + (rest > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {rest} more") : "");
    }

    private static string NameOf(DataViewSchema.Column column, bool isFeatures, int width, int slot, IReadOnlyList<string> slotNames)
    {
        if (slot < slotNames.Count && slotNames[slot].Length > 0) return $"'{slotNames[slot]}'";
        if (isFeatures) return string.Create(CultureInfo.InvariantCulture, $"slot {slot}");
        return width == 1 ? $"'{column.Name}'" : string.Create(CultureInfo.InvariantCulture, $"slot {slot} of '{column.Name}'");
    }
}
