using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The slots of a vector column that a network uses, in the network's order: what they are called, and where they stand in the
/// current data. Immutable.</summary>
/// <param name="Size">Slots of the column.</param>
/// <param name="Slots">The slot of every number that the network uses; null for all slots in their order.</param>
/// <param name="Names">What all slots of the column are called; empty where the data has no names.</param>
internal sealed record SlotList(int Size, int[]? Slots, IReadOnlyList<string> Names)
{
    /// <summary>What a slot holds.</summary>
    public PrimitiveDataViewType ItemType { get; init; } = NumberDataViewType.Single;

    /// <summary>Numbers that the network uses.</summary>
    public int Length => Slots?.Length ?? Size;

    /// <summary>The position in the data of an input of the network.</summary>
    public int SlotOf(int place) => Slots is not null && place < Slots.Length ? Slots[place] : place;

    /// <summary>The position in the network of a slot of the data; −1 for a slot that it does not use.</summary>
    public int PlaceOf(int slot) => Slots is null ? slot : Array.IndexOf(Slots, slot);

    /// <summary>The slots of a column that does not exist.</summary>
    public static SlotList None { get; } = new(0, null, []);

    /// <summary>All slots of a column.</summary>
    public static SlotList All(DataViewSchema.Column column) =>
        new(((VectorDataViewType)column.Type).Size, null, SlotNames.Of(column)) { ItemType = ((VectorDataViewType)column.Type).ItemType };

    /// <summary>The same slots in other data: by name where both name their slots, and by position otherwise.</summary>
    /// <param name="context">For the error messages.</param>
    /// <param name="argument">The argument that gave the data.</param>
    /// <param name="role">What the column is for.</param>
    /// <param name="column">The column there.</param>
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
                + "Give the column the same slots, in any order; or give it no slot names, so that positions decide.",
                role, column, problem);
        }
        var placeOf = names.Index().ToDictionary(name => name.Item, name => name.Index);
        int[] slots = [.. Enumerable.Range(0, Length).Select(i => placeOf[Names[Slots?[i] ?? i]])];
        var isInOrder = slots.Length == names.Count && !slots.Where((slot, i) => slot != i).Any();
        return this with { Size = names.Count, Slots = isInOrder ? null : slots, Names = names };
    }
}
