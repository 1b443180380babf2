using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Key columns to predict from.</summary>
internal static class CategoryColumns
{
    // The network is fed with Singles, which hold whole numbers up to here.
    internal const int MaxKeys = 1 << 24;

    /// <summary>Refuses columns that are missing, or no keys.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the column, what was found, and what is allowed.</exception>
    public static void Check(IExceptionContext context, string argument, SchemaShape schema, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            var column = ColumnChecks.Find(context, argument, schema, "category", name);
            if (!column.IsKey || column.Kind == SchemaShape.Column.VectorKind.VariableVector)
                throw context.ExceptSchemaMismatch(
                    argument, "category", name, "Key or Vector<Key> of known size, as MapValueToKey makes it", column.GetTypeString());
        }
    }
}

/// <summary>One number of a key column, among those that a row is made of.</summary>
/// <param name="Slot">Its index.</param>
/// <param name="Count">Values of the key.</param>
internal readonly record struct KeySlot(int Slot, int Count);
