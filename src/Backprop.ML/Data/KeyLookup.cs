using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Maps the key values of a column to the categories of a network.</summary>
internal abstract class KeyLookup
{
    // A table of all keys is faster than a dictionary. It is also smaller, unless the network has only few of the keys.
    private const ulong KeysOfSmallTable = 4096, MaxKeysForOne = 16;

    /// <summary>The category of a key, from 1 on; 0 for a missing or unknown key.</summary>
    public abstract int this[ulong key] { get; }

    /// <summary>Creates the lookup for some keys.</summary>
    /// <param name="count">Number of key values of the column.</param>
    /// <param name="keys">The key of every category; 0 if the column has no key for it.</param>
    /// <returns>The lookup; null if every key value is its own category.</returns>
    public static KeyLookup? Of(ulong count, ulong[] keys)
    {
        if ((ulong)keys.Length == count && !keys.Where((key, i) => key != (ulong)i + 1).Any()) return null;
        return count <= Math.Max(KeysOfSmallTable, MaxKeysForOne * (ulong)keys.Length) ? new Table(count, keys) : new Few(keys);
    }

    private sealed class Table : KeyLookup
    {
        private readonly int[] _categories;

        public Table(ulong count, ulong[] keys)
        {
            _categories = new int[count + 1];
            for (var i = 0; i < keys.Length; i++)
                if (keys[i] > 0) _categories[keys[i]] = i + 1;
        }

        public override int this[ulong key] => key < (ulong)_categories.Length ? _categories[key] : 0;
    }

    private sealed class Few(ulong[] keys) : KeyLookup
    {
        private readonly Dictionary<ulong, int> _categories =
            keys.Index().Where(key => key.Item > 0).ToDictionary(key => key.Item, key => key.Index + 1);

        public override int this[ulong key] => _categories.GetValueOrDefault(key);
    }
}

/// <summary>Assigns categories to keys in the order of their occurrence, if there are more keys than a Single can represent. Used by one
/// reader at a time.</summary>
/// <param name="column">For the error message.</param>
internal sealed class KeysAsMet(string column) : KeyLookup
{
    private readonly Dictionary<ulong, int> _categories = [];
    private readonly List<ulong> _keys = [];

    /// <exception cref="InvalidOperationException">Too many different keys occur.</exception>
    public override int this[ulong key]
    {
        get
        {
            if (key == 0) return 0;
            if (_categories.TryGetValue(key, out var category)) return category;
            if (_keys.Count == CategoryColumns.MaxKeys) throw TooMany();
            _keys.Add(key);
            _categories.Add(key, _keys.Count);
            return _keys.Count;
        }
    }

    private Exception TooMany() => Contracts.Except(
        "Key column '{0}' has more than {1} different values in the data, the maximum that can be distinguished. Hash it with fewer bits.",
        column, CategoryColumns.MaxKeys);

    /// <summary>The key of a category.</summary>
    public ulong KeyOf(int category) => _keys[category - 1];
}
