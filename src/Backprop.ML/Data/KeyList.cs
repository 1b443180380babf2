using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The keys of a column that a network distinguishes, in the order of the network: their names, and their key values in the
/// current data. Immutable.</summary>
internal sealed class KeyList
{
    private readonly Lazy<IReadOnlyList<string>> _names;
    private readonly Lazy<KeyLookup?> _lookup;

    /// <param name="count">Number of key values of the column.</param>
    /// <param name="keys">The key value of every category; 0 if the column has none for it. Null: 1 to <paramref name="count"/>.</param>
    /// <param name="names">The names of the categories; empty if the data has no names.</param>
    public KeyList(ulong count, ulong[]? keys, IReadOnlyList<string> names) : this(count, keys, new Lazy<IReadOnlyList<string>>(names))
    {
    }

    private KeyList(ulong count, ulong[]? keys, Lazy<IReadOnlyList<string>> names, KeyLookup? lookup = null)
    {
        (Count, Keys, _names) = (count, keys, names);
        _lookup = new Lazy<KeyLookup?>(() => lookup ?? (Keys is null ? null : KeyLookup.Of(Count, Keys)));
    }

    /// <summary>Number of key values of the column.</summary>
    public ulong Count { get; }

    /// <summary>The key value of every category; 0 if the column has none for it. Null: 1 to <see cref="Count"/>.</summary>
    public ulong[]? Keys { get; }

    /// <summary>Number of categories.</summary>
    public int Length => Keys?.Length ?? (int)Math.Min(Count, int.MaxValue);

    /// <summary>The names of the categories; empty if the data has no names.</summary>
    public IReadOnlyList<string> Names => _names.Value;

    /// <summary>The names of the categories, or their key values if the data has no names.</summary>
    public IReadOnlyList<string> NamesOrKeys => Names.Count > 0 ? Names : [.. Enumerable.Range(0, Length).Select(i => $"{this[i]}")];

    /// <summary>Maps keys to categories; null if every key value is its own category.</summary>
    public KeyLookup? Lookup => _lookup.Value;

    /// <summary>Whether the data has names for its keys, but none of them is the name of a category.</summary>
    public bool IsStrange => Names.Count > 0 && Keys is not null && !Keys.Any(key => key > 0);

    /// <summary>The key value of a category, from 0 on; 0 if the column has none.</summary>
    public ulong this[int category] => Keys is null ? (ulong)category + 1 : Keys[category];

    /// <summary>All keys of a column, before it is known which of them occur.</summary>
    public static KeyList All(DataViewSchema.Column column)
    {
        var count = ((KeyDataViewType)column.Type.GetItemType()).Count;
        var names = new Lazy<IReadOnlyList<string>>(() => KeyNames.Given(column));
        return new KeyList(count, null, names, count > CategoryColumns.MaxKeys ? new KeysAsMet(column.Name) : null);
    }

    /// <summary>Some keys of a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="keys">Key values in ascending order. If there is none, the list has one category without a key, because a network needs
    /// at least one.</param>
    public static KeyList Some(DataViewSchema.Column column, ulong[] keys)
    {
        var count = ((KeyDataViewType)column.Type.GetItemType()).Count;
        if (keys.Length == 0) return new KeyList(count, [0], []);
        return new KeyList(count, (ulong)keys.Length == count ? null : keys, KeyNames.Given(column, keys));
    }

    /// <summary>The same categories in other data: matched by name if both have names, otherwise by key value.</summary>
    /// <param name="context">For the error messages.</param>
    /// <param name="argument">The argument with the data.</param>
    /// <param name="role">The role of the column.</param>
    /// <param name="column">The column in that data.</param>
    /// <param name="width">The required number of keys of a row; 0 if the column must not be a vector.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is not a key, or it has another number of keys without names, or a name
    /// occurs for several keys.</exception>
    public KeyList In(IExceptionContext context, string argument, string role, DataViewSchema.Column column, int width)
    {
        var size = column.Type is VectorDataViewType vector ? vector.Size : 0;
        if (column.Type.GetItemType() is not KeyDataViewType found || size != width) throw OtherType();
        if (Keys is [0] && Names.Count == 0) return new KeyList(found.Count, Keys, Names);
        var names = KeyNames.Given(column);
        if (names.Count == 0 || Names.Count == 0)
        {
            if (found.Count != Count) throw OtherType();
            return names.Count == 0 ? this : new KeyList(Count, Keys, [.. AllKeys.Select(key => key == 0 ? "" : names[(int)key - 1])]);
        }
        if (HasSameOrder(names)) return (ulong)names.Count == Count ? this : new KeyList((ulong)names.Count, [.. AllKeys], Names);
        return Moved(context, argument, role, column.Name, names);

        Exception OtherType()
        {
            var key = new KeyDataViewType(Count <= uint.MaxValue ? typeof(uint) : typeof(ulong), Count);
            DataViewType expected = width > 0 ? new VectorDataViewType(key, width) : key;
            return context.ExceptSchemaMismatch(argument, role, column.Name, expected.ToString(), column.Type.ToString());
        }
    }

    private IEnumerable<ulong> AllKeys => Enumerable.Range(0, Length).Select(i => this[i]);

    private KeyList Moved(IExceptionContext context, string argument, string role, string column, IReadOnlyList<string> names)
    {
        var categoryOf = new Dictionary<string, int>(Length);
        for (var i = 0; i < Length; i++)
            if (!categoryOf.TryAdd(Names[i], i)) throw Ambiguous(Names[i], "the training data");
        var keys = new ulong[Length];
        for (var i = 0; i < names.Count; i++)
        {
            if (!categoryOf.TryGetValue(names[i], out var category)) continue;
            if (keys[category] > 0) throw Ambiguous(names[i], "this data");
            keys[category] = (ulong)i + 1;
        }
        return new KeyList((ulong)names.Count, keys, Names);

        Exception Ambiguous(string name, string where) => context.ExceptParam(
            argument,
            "The key values of {0} column '{1}' have another order than in the training data, and '{2}' occurs twice in {3}. "
            + "Every key value must occur once.",
            role, column, name, where);
    }

    // Names in the same order need no dictionary, and may occur twice.
    private bool HasSameOrder(IReadOnlyList<string> names)
    {
        for (var i = 0; i < Length; i++)
            if (this[i] == 0 || this[i] > (ulong)names.Count || names[(int)this[i] - 1] != Names[i]) return false;
        return true;
    }
}
