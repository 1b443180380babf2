using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Checks of the category columns.</summary>
internal static class CategoryColumns
{
    // The inputs of a network are Singles, which represent all integers up to this one.
    internal const int MaxKeys = 1 << 24;

    /// <summary>Checks that the columns exist and are keys.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not a key. The message names the column, its type and the
    /// allowed types.</exception>
    public static void Check(IExceptionContext context, string argument, SchemaShape schema, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            var column = ColumnChecks.Find(context, argument, schema, "category", name);
            if (!column.IsKey || column.Kind == SchemaShape.Column.VectorKind.VariableVector)
                throw context.ExceptSchemaMismatch(
                    argument, "category", name, "Key or Vector<Key> of known size, as MapValueToKey returns it", column.GetTypeString());
        }
    }
}

/// <summary>An input of the network that contains keys.</summary>
/// <param name="Slot">The index of the input.</param>
/// <param name="Count">Number of values of the key.</param>
internal readonly record struct KeySlot(int Slot, int Count);
