using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Transformers;

/// <summary>Names for the numbers of a vector column Score, which ML.NET's own mappers give to classes only.</summary>
internal static class ScoreNames
{
    /// <summary>The schema of one vector column with slot names added to its annotations.</summary>
    public static DataViewSchema AddTo(DataViewSchema score, IReadOnlyList<string> names)
    {
        var column = score[0];
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddSlotNames(names.Count, (ref VBuffer<ReadOnlyMemory<char>> value) =>
        {
            var editor = VBufferEditor.Create(ref value, names.Count);
            for (var i = 0; i < names.Count; i++) editor.Values[i] = names[i].AsMemory();
            value = editor.Commit();
        });
        annotations.Add(column.Annotations, _ => true);

        var schema = new DataViewSchema.Builder();
        schema.AddColumn(column.Name, column.Type, annotations.ToAnnotations());
        return schema.ToSchema();
    }

    /// <summary>A row of one vector column under the schema that names its numbers; if the schema is the row's own, the row.</summary>
    public static DataViewRow InSchema(DataViewSchema schema, DataViewRow row)
    {
        if (schema == row.Schema) return row;
        var column = row.Schema[0];
        return new SimpleRow(schema, row, [row.IsColumnActive(column) ? row.GetGetter<VBuffer<float>>(column) : null]);
    }
}
