using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Values of any column as text, exact to the last bit of a number, so that tests can compare them and show the
/// difference.</summary>
internal static class Cells
{
    /// <summary>All values of a column.</summary>
    public static string[] Column(IDataView data, string name) => [.. Rows(data, [data.Schema[name]]).Select(row => row[0])];

    /// <summary>All rows, with the values of the columns asked for; no other column is active.</summary>
    public static List<string[]> Rows(IDataView data, IReadOnlyList<DataViewSchema.Column> columns)
    {
        using var cursor = data.GetRowCursor(columns);
        return Rows(cursor, columns);
    }

    /// <summary>All rows of a cursor.</summary>
    public static List<string[]> Rows(DataViewRowCursor cursor, IReadOnlyList<DataViewSchema.Column> columns)
    {
        Func<string>[] getters = [.. columns.Select(column => Getter(cursor, column))];
        var rows = new List<string[]>();
        while (cursor.MoveNext()) rows.Add([.. getters.Select(get => get())]);
        return rows;
    }

    /// <summary>The id of every row.</summary>
    public static List<DataViewRowId> Ids(IDataView data)
    {
        using var cursor = data.GetRowCursor(data.Schema);
        var getter = cursor.GetIdGetter();
        var ids = new List<DataViewRowId>();
        while (cursor.MoveNext())
        {
            DataViewRowId id = default;
            getter(ref id);
            ids.Add(id);
        }
        return ids;
    }

    /// <summary>Reads one column of whatever type.</summary>
    public static Func<string> Getter(DataViewRow row, DataViewSchema.Column column) =>
        (Func<string>)Generic(nameof(GetterOf), column.Type).Invoke(null, [row, column])!;

    /// <summary>An annotation's value.</summary>
    public static string Annotation(DataViewSchema.Annotations annotations, DataViewSchema.Column kind) =>
        (string)Generic(nameof(AnnotationOf), kind.Type).Invoke(null, [annotations, kind.Name])!;

    private static MethodInfo Generic(string method, DataViewType type) =>
        typeof(Cells).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type.RawType);

    private static Func<string> GetterOf<T>(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<T>(column);
        var value = default(T)!;
        return () =>
        {
            getter(ref value);
            return Text(value);
        };
    }

    private static string AnnotationOf<T>(DataViewSchema.Annotations annotations, string kind)
    {
        var value = default(T)!;
        annotations.GetValue(kind, ref value);
        return Text(value);
    }

    private static string Text<T>(T value) => value switch
    {
        float number => number.ToString("R", CultureInfo.InvariantCulture),
        ReadOnlyMemory<char> text => text.ToString(),
        VBuffer<float> vector => Join(vector),
        VBuffer<int> vector => Join(vector),
        VBuffer<bool> vector => Join(vector),
        VBuffer<uint> vector => Join(vector),
        VBuffer<ushort> vector => Join(vector),
        VBuffer<ReadOnlyMemory<char>> vector => Join(vector),
        IConvertible scalar => scalar.ToString(CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"No text for {typeof(T)}."),
    };

    private static string Join<T>(VBuffer<T> vector) => string.Join(' ', vector.DenseValues().Select(Text));
}
