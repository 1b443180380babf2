using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Writes the label of the current row as targets: false and true as 0 and 1, keys from 0 on, missing values as NaN.</summary>
/// <param name="targets">[target columns], overwritten.</param>
internal delegate void LabelGetter(Span<float> targets);

/// <summary>Creates label getters, by the type of the column.</summary>
internal static class LabelGetters
{
    /// <summary>A getter for rows without a label: every target is 0.</summary>
    public static LabelGetter Zero { get; } = targets => targets.Clear();

    /// <summary>A getter for a label column of any task; the column must be active.</summary>
    public static LabelGetter Make(DataViewRow row, DataViewSchema.Column label)
    {
        if (label.Type is not VectorDataViewType vector) return Scalar(RowCursorUtils.GetLabelGetter(row, label.Index));
        return vector.ItemType is BooleanDataViewType
            ? Vector(row, row.GetGetter<VBuffer<bool>>(label), label.Name, vector.Size, value => value ? 1 : 0)
            : Vector(row, row.GetGetter<VBuffer<float>>(label), label.Name, vector.Size, value => value);
    }

    /// <summary>The same in the order of a network; −1 for an unknown class.</summary>
    public static LabelGetter Make(DataViewRow row, DataViewSchema.Column label, ModelColumns known)
    {
        if (known.Classes?.Lookup is { } lookup) return Keys(row.GetGetter<uint>(label), lookup);
        var all = Make(row, label);
        return known.Targets?.Slots is { } slots ? Permuted(all, slots) : all;
    }

    private static LabelGetter Keys(ValueGetter<uint> getter, KeyLookup lookup) => targets =>
    {
        uint key = 0;
        getter(ref key);
        targets[0] = key == 0 ? float.NaN : lookup[key] - 1;
    };

    private static LabelGetter Permuted(LabelGetter all, int[] slots)
    {
        var values = new float[slots.Length];
        return targets =>
        {
            all(values);
            for (var i = 0; i < slots.Length; i++) targets[i] = values[slots[i]];
        };
    }

    private static LabelGetter Scalar(ValueGetter<float> getter) => targets => getter(ref targets[0]);

    private static LabelGetter Vector<T>(DataViewRow row, ValueGetter<VBuffer<T>> getter, string name, int size, Func<T, float> convert)
    {
        VBuffer<T> buffer = default;
        return targets =>
        {
            getter(ref buffer);
            if (buffer.Length != size)
                throw Contracts.Except(
                    "Row {0} has {1} values in label column '{2}', but it must have {3}.", row.Position, buffer.Length, name, size);
            targets.Clear(); // the other slots of a sparse vector are 0 or false
            foreach (var (slot, value) in buffer.Items()) targets[slot] = convert(value);
        };
    }
}
