using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Key columns to predict from.</summary>
internal static class CategoryColumns
{
    // The network is fed with Singles, which hold whole numbers up to here.
    private const int MostKeys = 1 << 24;

    /// <summary>Refuses columns that are missing, or no keys.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the column, what was found, and what is allowed.</exception>
    public static void Check(IExceptionContext context, string argument, SchemaShape schema, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            var column = ColumnChecks.Find(context, argument, schema, "category", name);
            if (!column.IsKey || column.Kind == SchemaShape.Column.VectorKind.VariableVector)
                throw context.ExceptSchemaMismatch(argument, "category", name, "Key or Vector<Key> of known size, as MapValueToKey makes it", column.GetTypeString());
        }
    }

    /// <summary>The slots that the keys take behind the features, one for each number of each column.</summary>
    /// <param name="context">For the error messages.</param>
    /// <param name="schema">The columns.</param>
    /// <param name="names">Those that hold keys.</param>
    /// <param name="first">The first slot.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column has more keys than can be told apart.</exception>
    public static IReadOnlyList<KeySlot> Slots(IExceptionContext context, DataViewSchema schema, IEnumerable<string> names, int first)
    {
        var slots = new List<KeySlot>();
        foreach (var name in names)
        {
            var type = schema[name].Type;
            var count = ((KeyDataViewType)type.GetItemType()).Count;
            if (count > MostKeys) throw context.ExceptParam(nameof(schema), "Category column '{0}' is a key with {1} values; at most {2} are possible. MapValueToKey makes a key of the values that there are.", name, count, MostKeys);
            for (var i = 0; i < (type is VectorDataViewType vector ? vector.Size : 1); i++) slots.Add(new KeySlot(first + slots.Count, (int)count));
        }
        return slots;
    }
}

/// <summary>One number of a key column, among those that a row is made of.</summary>
/// <param name="Slot">Its place.</param>
/// <param name="Count">Values of the key.</param>
internal readonly record struct KeySlot(int Slot, int Count);
