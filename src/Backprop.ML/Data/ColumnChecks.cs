using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Compares a column with the one that a model was, or is being, trained on.</summary>
internal static class ColumnChecks
{
    /// <summary>Refuses a column that is missing or has another type than expected.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the column, the type expected and the type found.</exception>
    public static void CheckType(IExceptionContext context, string argument, DataViewSchema schema, string role, string column, DataViewType expected)
    {
        if (schema.GetColumnOrNull(column) is not { } found) throw context.ExceptSchemaMismatch(argument, role, column);
        if (!found.Type.Equals(expected)) throw context.ExceptSchemaMismatch(argument, role, column, expected.ToString(), found.Type.ToString());
    }
}
