using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Finds columns, and compares them with the columns of the training data.</summary>
internal static class ColumnChecks
{
    private const int MaxNames = 20;

    /// <summary>Number of values of a column in a row: the slots of a vector, otherwise 1.</summary>
    public static int WidthOf(DataViewSchema.Column column) => column.Type is VectorDataViewType vector ? vector.Size : 1;

    /// <summary>The column of this name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column; the message lists the existing columns.</exception>
    public static DataViewSchema.Column Find(IExceptionContext context, string argument, DataViewSchema schema, string role, string name) =>
        schema.GetColumnOrNull(name)
            ?? throw Missing(context, argument, role, name, schema.Where(column => !column.IsHidden).Select(column => column.Name));

    /// <summary>The same for a schema shape, before there is data.</summary>
    /// <inheritdoc cref="Find(IExceptionContext, string, DataViewSchema, string, string)"/>
    public static SchemaShape.Column Find(IExceptionContext context, string argument, SchemaShape schema, string role, string name) =>
        schema.TryFindColumn(name, out var column)
            ? column
            : throw Missing(context, argument, role, name, schema.Select(other => other.Name));

    /// <summary>Checks that a column exists and has the expected type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type. The message names both types, or lists the
    /// existing columns.</exception>
    public static void CheckType(
        IExceptionContext context, string argument, DataViewSchema schema, string role, string column, DataViewType expected)
    {
        var found = Find(context, argument, schema, role, column);
        if (!found.Type.Equals(expected))
            throw context.ExceptSchemaMismatch(argument, role, column, expected.ToString(), found.Type.ToString());
    }

    /// <summary>The error for a column of another type than the trainer requires. The message says which transform creates that
    /// type.</summary>
    /// <param name="context">For the error message.</param>
    /// <param name="argument">The argument with the column.</param>
    /// <param name="role">The role of the column.</param>
    /// <param name="name">The name of the column.</param>
    /// <param name="expected">The allowed types.</param>
    /// <param name="found">The type of the column.</param>
    public static Exception Mismatch(
        IExceptionContext context, string argument, string role, string name, string expected, string found) =>
        context.Process(new ArgumentOutOfRangeException(
            argument, $"Schema mismatch for {role} column '{name}': expected {expected}, got {found}.{TypeHint(role, expected)}"));

    /// <summary>The error for a missing column.</summary>
    /// <param name="context">For the error message.</param>
    /// <param name="argument">The argument without the column.</param>
    /// <param name="role">The role of the column.</param>
    /// <param name="name">The name of the column.</param>
    /// <param name="names">The existing columns.</param>
    public static Exception Missing(IExceptionContext context, string argument, string role, string name, IEnumerable<string> names)
    {
        string[] known = [.. names.Distinct()];
        var listed = string.Join(", ", known.Take(MaxNames).Select(other => $"'{other}'"));
        var others = known.Length > MaxNames ? $" and {known.Length - MaxNames} others" : "";
        var found = known.Length == 0 ? "The data has no columns." : $"The data has {listed}{others}.";
        return context.Process(
            new ArgumentOutOfRangeException(argument, $"Could not find {role} column '{name}'. {found}{Hint(role, name, known)}"));
    }

    private static string TypeHint(string role, string expected)
    {
        if (role == "feature")
            return " ml.Transforms.Concatenate joins columns of Single into one vector, ml.Transforms.Conversion.ConvertType converts "
                + "other types to Single, and ml.Transforms.Categorical.OneHotEncoding converts texts.";
        if (role == RowGroups.Role) return " ml.Transforms.Conversion.MapValueToKey creates a key from texts and other values.";
        if (role != "label") return " ml.Transforms.Conversion.ConvertType converts other types to Single.";
        var hint = "";
        if (expected.Contains("Boolean", StringComparison.Ordinal))
            hint += " For two classes, load the column as Boolean, or map its values by ml.Transforms.Conversion.MapValue.";
        if (expected.Contains("Key", StringComparison.Ordinal))
            hint += " For several classes, ml.Transforms.Conversion.MapValueToKey creates a key.";
        if (expected.Contains("Single", StringComparison.Ordinal))
            hint += " For a regression, load the column as Single, or convert it by ml.Transforms.Conversion.ConvertType.";
        return hint;
    }

    private static string Hint(string role, string name, string[] known)
    {
        var similar = known.FirstOrDefault(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase));
        if (similar is not null) return $" Names distinguish upper and lower case: did you mean '{similar}'?";
        return role switch
        {
            "label" => $" {nameof(BackpropTrainer.Options.LabelColumnName)} is the name of the column to predict.",
            "feature" => " ml.Transforms.Concatenate joins several columns of Single into one vector.",
            RowGroups.Role =>
                $" {nameof(BackpropTrainer.Options.RowGroupColumnName)} is the name of the column of groups, such as queries.",
            "category" => " ml.Transforms.Conversion.MapValueToKey creates a key column.",
            _ => "",
        };
    }
}
