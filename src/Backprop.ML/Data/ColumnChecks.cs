using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Finds columns, and compares them with those that a model was, or is being, trained on.</summary>
internal static class ColumnChecks
{
    private const int MaxNames = 20;

    /// <summary>The column of this name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none; the message lists the columns that there are.</exception>
    public static DataViewSchema.Column Find(IExceptionContext context, string argument, DataViewSchema schema, string role, string name) =>
        schema.GetColumnOrNull(name)
            ?? throw Missing(context, argument, role, name, schema.Where(column => !column.IsHidden).Select(column => column.Name));

    /// <summary>The same in a schema that is promised.</summary>
    /// <inheritdoc cref="Find(IExceptionContext, string, DataViewSchema, string, string)"/>
    public static SchemaShape.Column Find(IExceptionContext context, string argument, SchemaShape schema, string role, string name) =>
        schema.TryFindColumn(name, out var column)
            ? column
            : throw Missing(context, argument, role, name, schema.Select(other => other.Name));

    /// <summary>Refuses a column that is missing or has another type than expected.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the column, the type expected and the type found, or the columns that there
    /// are.</exception>
    public static void CheckType(
        IExceptionContext context, string argument, DataViewSchema schema, string role, string column, DataViewType expected)
    {
        var found = Find(context, argument, schema, role, column);
        if (!found.Type.Equals(expected))
            throw context.ExceptSchemaMismatch(argument, role, column, expected.ToString(), found.Type.ToString());
    }

    /// <summary>The error for a column that is not there.</summary>
    /// <param name="context">For the error message.</param>
    /// <param name="argument">What was given without it.</param>
    /// <param name="role">What the column would be.</param>
    /// <param name="name">Its name.</param>
    /// <param name="names">The columns that there are.</param>
    public static Exception Missing(IExceptionContext context, string argument, string role, string name, IEnumerable<string> names)
    {
        string[] known = [.. names.Distinct()];
        var listed = string.Join(", ", known.Take(MaxNames).Select(other => $"'{other}'"));
        var others = known.Length > MaxNames ? $" and {known.Length - MaxNames} others" : "";
        var found = known.Length == 0 ? "The data has no columns." : $"The data has {listed}{others}.";
        return context.Process(
            new ArgumentOutOfRangeException(argument, $"Could not find {role} column '{name}'. {found}{Hint(role, name, known)}"));
    }

    private static string Hint(string role, string name, string[] known)
    {
        var similar = known.FirstOrDefault(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase));
        if (similar is not null) return $" Names distinguish upper and lower case: did you mean '{similar}'?";
        return role switch
        {
            "feature" => " ml.Transforms.Concatenate makes one vector of several columns of Single.",
            "category" => " ml.Transforms.Conversion.MapValueToKey makes a key column.",
            _ => "",
        };
    }
}
