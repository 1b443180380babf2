using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Internal.Utilities;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The values of one column or slot.</summary>
/// <param name="IsCategory">Whether the values are categories: keys, texts or Booleans.</param>
/// <param name="Numbers">[rows]: the values of a numeric column; NaN for a missing value, and for categories.</param>
/// <param name="Names">[rows]: the values as text; null for a missing value.</param>
internal sealed record UnitValues(bool IsCategory, IReadOnlyList<double> Numbers, IReadOnlyList<string?> Names)
{
    private static readonly FuncStaticMethodInfo1<Source, List<object?>> _read = new(Read<float>);

    /// <summary>Whether a column, or the slots of a vector, have numeric values or categories.</summary>
    public static bool Supports(DataViewType type) =>
        type.GetItemType() is NumberDataViewType or KeyDataViewType or BooleanDataViewType or TextDataViewType;

    /// <summary>Reads the values.</summary>
    /// <param name="context">For the error messages.</param>
    /// <param name="data">The rows.</param>
    /// <param name="unit">A unit of one part.</param>
    /// <exception cref="ArgumentException">The unit is a whole vector, or its values are neither numeric nor categories.</exception>
    public static UnitValues Of(IExceptionContext context, IDataView data, ColumnUnit unit)
    {
        var part = unit.Parts.Single();
        var column = data.Schema[part.Column];
        if (part.Slot is null && column.Type is VectorDataViewType)
            throw context.ExceptParam(
                nameof(unit), "'{0}' is a vector. Name one of its slots: {1}.", unit.Name,
                NameDifference.List([.. SlotNames.Unique(column)]));
        var type = column.Type.GetItemType();
        if (!Supports(type))
            throw context.ExceptParam(
                nameof(unit), "'{0}' has the type {1}. Allowed are numeric types, keys, Boolean and text.", unit.Name, type);

        using var cursor = data.GetRowCursor([column]);
        var values = Utils.MarshalInvoke(_read, type.RawType, new Source(cursor, column, part.Slot));
        if (type is NumberDataViewType)
        {
            double[] numbers = [.. values.Select(value => Convert.ToDouble(value, CultureInfo.InvariantCulture))];
            return new UnitValues(false, numbers, [.. values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))]);
        }
        var names = type is KeyDataViewType ? NamesOfKeys(column, values) : [.. values.Select(value => TextOf($"{value}"))];
        return new UnitValues(true, [.. values.Select(_ => double.NaN)], names);
    }

    /// <summary>An index for every row, equal for equal values.</summary>
    public int[] Indices()
    {
        var indexOf = new Dictionary<string, int>();
        return [.. Names.Select(name => Index(name ?? ""))];

        int Index(string name)
        {
            indexOf.TryAdd(name, indexOf.Count);
            return indexOf[name];
        }
    }

    private static List<object?> Read<T>(Source source)
    {
        List<object?> values = [];
        var getter = source.Slot is { } slot
            ? SlotGetter<T>(source.Cursor, source.Column, slot)
            : source.Cursor.GetGetter<T>(source.Column);
        T value = default!;
        while (source.Cursor.MoveNext())
        {
            getter(ref value);
            values.Add(value);
        }
        return values;
    }

    private static ValueGetter<T> SlotGetter<T>(DataViewRow row, DataViewSchema.Column column, int slot)
    {
        VBuffer<T> buffer = default;
        var getter = row.GetGetter<VBuffer<T>>(column);
        return (ref T value) =>
        {
            getter(ref buffer);
            value = buffer.GetItemOrDefault(slot);
        };
    }

    // 0 is a missing value.
    private static string?[] NamesOfKeys(DataViewSchema.Column column, IReadOnlyList<object?> values)
    {
        ulong[] keys = [.. values.Select(value => Convert.ToUInt64(value, CultureInfo.InvariantCulture))];
        var given = KeyNames.Given(column);
        return [.. keys.Select(key => key == 0 ? null : NameOf(key))];

        string NameOf(ulong key) => given.Count > 0 ? given[(int)key - 1] : key.ToString(CultureInfo.InvariantCulture);
    }

    private static string? TextOf(string text) => text.Length == 0 ? null : text;

    private sealed record Source(DataViewRowCursor Cursor, DataViewSchema.Column Column, int? Slot);
}
