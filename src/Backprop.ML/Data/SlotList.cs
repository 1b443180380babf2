using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The slots of a vector column that a network uses, in the order of the network: their names, and their positions in the current
/// data. Immutable.</summary>
/// <param name="Size">Number of slots of the column.</param>
/// <param name="Slots">The slot of every input of the network; null for all slots in their order.</param>
/// <param name="Names">The names of all slots of the column; empty if the data has no names.</param>
internal sealed record SlotList(int Size, int[]? Slots, IReadOnlyList<string> Names)
{
    /// <summary>The type of the slots.</summary>
    public PrimitiveDataViewType ItemType { get; init; } = NumberDataViewType.Single;

    /// <summary>Number of slots that the network uses.</summary>
    public int Length => Slots?.Length ?? Size;

    /// <summary>The slot of an input of the network.</summary>
    public int SlotOf(int index) => Slots is not null && index < Slots.Length ? Slots[index] : index;

    /// <summary>The index of the input for a slot of the data; −1 for a slot that the network does not use.</summary>
    public int IndexOf(int slot) => Slots is null ? slot : Array.IndexOf(Slots, slot);

    /// <summary>The slots of a column that does not exist.</summary>
    public static SlotList None { get; } = new(0, null, []);

    /// <summary>All slots of a column.</summary>
    public static SlotList All(DataViewSchema.Column column) =>
        new(((VectorDataViewType)column.Type).Size, null, SlotNames.Of(column)) { ItemType = ((VectorDataViewType)column.Type).ItemType };

    /// <summary>The same slots in other data: matched by name if both have slot names, otherwise by position.</summary>
    /// <param name="context">For the error messages.</param>
    /// <param name="argument">The argument with the data.</param>
    /// <param name="role">The role of the column.</param>
    /// <param name="column">The column in that data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The type or the names differ; the message lists them.</exception>
    public SlotList In(IExceptionContext context, string argument, string role, DataViewSchema.Column column)
    {
        if (column.Type is not VectorDataViewType { IsKnownSize: true } vector || !vector.ItemType.Equals(ItemType)) throw OtherType();
        var names = SlotNames.Of(column);
        if (names.Count > 0 && Names.Count > 0 && !names.SequenceEqual(Names)) return Moved(context, argument, role, column.Name, names);
        if (vector.Size != Size) throw OtherType();
        return Names.Count > 0 || names.Count == 0 ? this : this with { Names = names };

        Exception OtherType()
        {
            var expected = new VectorDataViewType(ItemType, Size);
            return context.ExceptSchemaMismatch(argument, role, column.Name, expected.ToString(), column.Type.ToString());
        }
    }

    private SlotList Moved(IExceptionContext context, string argument, string role, string column, IReadOnlyList<string> names)
    {
        if (NameDifference.Of(Names, names) is { } problem)
        {
            throw context.ExceptParam(
                argument,
                "The slots of {0} column '{1}' have other names than the model was trained with: {2}. Slots are matched by name. "
                + "Use a column with the same slots, in any order, or without slot names; then slots are matched by position.",
                role, column, problem);
        }
        var indexOf = names.Index().ToDictionary(name => name.Item, name => name.Index);
        int[] slots = [.. Enumerable.Range(0, Length).Select(i => indexOf[Names[Slots?[i] ?? i]])];
        var isInOrder = slots.Length == names.Count && !slots.Where((slot, i) => slot != i).Any();
        return this with { Size = names.Count, Slots = isInOrder ? null : slots, Names = names };
    }
}
