using Backprop.ML.Data;
using Microsoft.ML.Data;

namespace Backprop.ML.Persistence;

/// <summary>The saved form of <see cref="ModelColumns"/>. docs/reference/model-file.md describes it.</summary>
internal static class ColumnsFormat
{
    private const int Version = 1;

    public static void Write(BinaryWriter writer, ModelColumns columns)
    {
        writer.Write(Version);
        Write(writer, columns.Features);
        writer.Write(columns.Categories.Count);
        foreach (var column in columns.Categories)
        {
            writer.Write(column.Name);
            writer.Write(column.VectorSize);
            Write(writer, column.Keys);
        }
        writer.Write(columns.Classes is not null);
        if (columns.Classes is { } classes) Write(writer, classes);
        writer.Write(columns.Targets is not null);
        if (columns.Targets is { } targets) Write(writer, targets);
    }

    /// <param name="reader">Positioned at the first byte; afterwards, after the last byte.</param>
    /// <param name="targetType">The type of the slots of a vector label.</param>
    /// <exception cref="FormatException">The bytes contradict each other.</exception>
    public static ModelColumns Read(BinaryReader reader, PrimitiveDataViewType? targetType)
    {
        if (reader.ReadInt32() is not Version and var version)
            throw new FormatException($"The columns of the saved model have format version {version}; this library reads {Version}.");
        var features = ReadSlots(reader, NumberDataViewType.Single);
        var categories = ReadList(reader, () => new CategoryColumn(reader.ReadString(), NotNegative(reader.ReadInt32()), ReadKeys(reader)));
        var classes = reader.ReadBoolean() ? ReadKeys(reader) : null;
        var targets = reader.ReadBoolean() ? ReadSlots(reader, targetType ?? NumberDataViewType.Single) : null;
        return new ModelColumns(features, categories, classes, targets);
    }

    private static void Write(BinaryWriter writer, SlotList list)
    {
        writer.Write(list.Size);
        WriteList(writer, list.Slots, writer.Write);
        WriteList(writer, list.Names.Count == 0 ? null : list.Names, writer.Write);
    }

    private static void Write(BinaryWriter writer, KeyList list)
    {
        writer.Write(list.Count);
        WriteList(writer, list.Keys, writer.Write);
        WriteList(writer, list.Names.Count == 0 ? null : list.Names, writer.Write);
    }

    private static void WriteList<T>(BinaryWriter writer, IReadOnlyList<T>? list, Action<T> write)
    {
        writer.Write(list?.Count ?? -1);
        foreach (var item in list ?? []) write(item);
    }

    private static SlotList ReadSlots(BinaryReader reader, PrimitiveDataViewType type)
    {
        var size = NotNegative(reader.ReadInt32());
        var slots = ReadListOrNull(reader, reader.ReadInt32);
        var names = ReadListOrNull(reader, reader.ReadString) ?? [];
        if (slots is not null && (slots.Any(slot => slot < 0 || slot >= size) || slots.Distinct().Count() < slots.Length))
            throw new FormatException($"The saved model uses slots that a column of {size} slots does not have, or uses one twice.");
        if (names.Length > 0 && names.Length != size)
            throw new FormatException($"The saved model has {names.Length} names for {size} slots.");
        return new SlotList(size, slots, names) { ItemType = type };
    }

    private static KeyList ReadKeys(BinaryReader reader)
    {
        var count = reader.ReadUInt64();
        var keys = ReadListOrNull(reader, reader.ReadUInt64);
        var names = ReadListOrNull(reader, reader.ReadString) ?? [];
        ulong[] used = [.. (keys ?? []).Where(key => key > 0)];
        if (used.Any(key => key > count) || used.Distinct().Count() < used.Length)
            throw new FormatException($"The saved model uses key values that a key of {count} values does not have, or uses one twice.");
        var length = (ulong?)keys?.Length ?? count;
        if (length is 0 or > int.MaxValue)
            throw new FormatException($"The saved model distinguishes {length} key values; 1 to {int.MaxValue} are possible.");
        if (names.Length > 0 && (ulong)names.Length != length)
            throw new FormatException($"The saved model has {names.Length} names for {length} key values.");
        return new KeyList(count, keys, names);
    }

    private static T[] ReadList<T>(BinaryReader reader, Func<T> read) =>
        ReadListOrNull(reader, read) ?? throw new FormatException("The saved model lacks a list of columns.");

    // Memory grows with the bytes that were read, not with the announced count.
    private static T[]? ReadListOrNull<T>(BinaryReader reader, Func<T> read)
    {
        var count = reader.ReadInt32();
        if (count == -1) return null;
        var list = new List<T>();
        for (var i = NotNegative(count); i > 0; i--) list.Add(read());
        return [.. list];
    }

    private static int NotNegative(int number) =>
        number >= 0 ? number : throw new FormatException($"The saved model has the count {number}; it must not be negative.");
}
