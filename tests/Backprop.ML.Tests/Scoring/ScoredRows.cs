using Backprop.ML.Tests.Conformance;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scoring;

/// <summary>The rows of scored data as text, with their ids, read in several ways.</summary>
internal static class ScoredRows
{
    /// <summary>By ML.NET's row mapper, which knows nothing of batches: what all other ways are compared with.</summary>
    public static List<string> RowByRow(ITransformer model, IDataView data, Func<DataViewSchema.Column, bool>? wanted = null)
    {
        var mapper = model.GetRowToRowMapper(data.Schema);
        DataViewSchema.Column[] columns = [.. mapper.OutputSchema.Where(wanted ?? All)];
        using var cursor = data.GetRowCursor(mapper.GetDependencies(columns));
        using var row = mapper.GetRow(cursor, columns);
        var read = Reader(row, columns);
        var rows = new List<string>();
        while (cursor.MoveNext()) rows.Add(read());
        return rows;
    }

    /// <summary>By one cursor over the scored view.</summary>
    public static List<string> Scanned(IDataView scored, Func<DataViewSchema.Column, bool>? wanted = null, Random? random = null)
    {
        DataViewSchema.Column[] columns = [.. scored.Schema.Where(wanted ?? All)];
        using var cursor = scored.GetRowCursor(columns, random);
        return ToEnd(cursor, columns);
    }

    /// <summary>All rows that a cursor has left.</summary>
    public static List<string> ToEnd(DataViewRowCursor cursor, IReadOnlyList<DataViewSchema.Column> columns)
    {
        var read = Reader(cursor, columns);
        var rows = new List<string>();
        while (cursor.MoveNext()) rows.Add(read());
        return rows;
    }

    /// <summary>Reads the current row: its id, and then one cell after another.</summary>
    public static Func<string> Reader(DataViewRow row, IReadOnlyList<DataViewSchema.Column> columns)
    {
        var id = row.GetIdGetter();
        Func<string>[] cells = [.. columns.Select(column => Cells.Getter(row, column))];
        return () =>
        {
            DataViewRowId value = default;
            id(ref value);
            return string.Join(" | ", cells.Select(cell => cell()).Prepend(value.ToString()));
        };
    }

    private static bool All(DataViewSchema.Column column) => true;
}
