using System.Collections;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;

namespace Backprop.ML.Data;

/// <summary>The names of the values of a key column.</summary>
internal static class KeyNames
{
    private static readonly FuncStaticMethodInfo1<DataViewSchema.Column, ulong[]?, string[]> _read = new(Read<int>);

    /// <summary>The key values as text, independent of culture; "1", "2", … if the column has no names.</summary>
    public static IReadOnlyList<string> Of(DataViewSchema.Column column) =>
        TypeOfNames(column) is { } type
            ? Utils.MarshalInvoke(_read, type.ItemType.RawType, column, null)
            : new NumberedNames((int)Math.Min(int.MaxValue, CountOf(column)));

    /// <summary>The names of some keys, or of all; empty if a key has no name. Hashed keys have names for a part of their values at most;
    /// they are identified by their key values.</summary>
    /// <param name="column">A key, or a vector of keys.</param>
    /// <param name="keys">Key values from 1 on; null for all keys.</param>
    public static IReadOnlyList<string> Given(DataViewSchema.Column column, ulong[]? keys = null)
    {
        if (TypeOfNames(column) is not { } type || (ulong)type.Size != CountOf(column)) return [];
        var names = Utils.MarshalInvoke(_read, type.ItemType.RawType, column, keys);
        return names.Contains("") ? [] : names;
    }

    private static ulong CountOf(DataViewSchema.Column column) => ((KeyDataViewType)column.Type.GetItemType()).Count;

    private static VectorDataViewType? TypeOfNames(DataViewSchema.Column column) =>
        column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues)?.Type as VectorDataViewType;

    private static string[] Read<T>(DataViewSchema.Column column, ulong[]? keys)
    {
        VBuffer<T> values = default;
        column.GetKeyValues(ref values);
        if (keys is null) return [.. values.DenseValues().Select(Text)];
        var all = values;
        return [.. keys.Select(key => Text(all.GetItemOrDefault((int)key - 1)))];
    }

    // The round-trip format, so that two different times do not have the same name.
    private static string Text<T>(T value) => value is DateTime or DateTimeOffset
        ? ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture)
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    /// <summary>"1", "2", …. Each name is created when it is needed, because there may be millions.</summary>
    private sealed class NumberedNames(int count) : IReadOnlyList<string>
    {
        public int Count => count;

        public string this[int index] => (index + 1).ToString(CultureInfo.InvariantCulture);

        public IEnumerator<string> GetEnumerator() => Enumerable.Range(0, count).Select(index => this[index]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
