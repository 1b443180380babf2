using System.Reflection;
using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Schemas as text with everything in it, so that equal text means an equal schema.</summary>
internal static class SchemaText
{
    private static readonly MethodInfo _createShape = typeof(SchemaShape).GetMethod(
        "Create", BindingFlags.NonPublic | BindingFlags.Static, [typeof(DataViewSchema)])!;

    /// <summary>What an estimator may know of a schema before training. ML.NET makes it of real schemas in a method that is not
    /// public.</summary>
    public static SchemaShape Shape(DataViewSchema schema) => (SchemaShape)_createShape.Invoke(null, [schema])!;

    /// <summary>Every column in order: index, name, type, whether hidden, and all annotations with types and values.</summary>
    public static string Of(DataViewSchema schema) => string.Join('\n', schema.Select(Of));

    /// <summary>One column.</summary>
    public static string Of(DataViewSchema.Column column) =>
        $"{column.Index} {column.Name}: {column.Type}{(column.IsHidden ? ", hidden" : "")}"
        + string.Concat(
            column.Annotations.Schema.Select(kind => $"\n    {kind.Name}: {kind.Type} = {Cells.Annotation(column.Annotations, kind)}"));

    /// <summary>Every column by name: kind, type, whether a key, and all annotations likewise.</summary>
    public static string Of(SchemaShape shape) =>
        string.Join('\n', shape.OrderBy(column => column.Name, StringComparer.Ordinal).Select(column =>
            $"{column.Name}: {column.Kind} {column.ItemType}{(column.IsKey ? " key" : "")}"
            + (column.Annotations.Count == 0 ? "" : $"\n    {Of(column.Annotations).ReplaceLineEndings("\n    ")}")));
}
