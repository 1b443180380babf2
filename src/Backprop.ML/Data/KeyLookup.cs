using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>From the key values of a column to the numbers of the categories that a network distinguishes.</summary>
internal abstract class KeyLookup
{
    // A table of all keys is faster than a dictionary. It is also smaller, unless the network distinguishes only few of the keys.
    private const ulong KeysOfSmallTable = 4096, MaxKeysForOne = 16;

    /// <summary>The category of a key, from 1 on; 0 for a missing key, and for one that the network does not distinguish.</summary>
    public abstract int this[ulong key] { get; }

    /// <summary>Makes the lookup for given keys.</summary>
    /// <param name="count">Key values of the column.</param>
    /// <param name="keys">The key of every category; 0 where the column has no key for it.</param>
    /// <returns>Null where every key is its own number.</returns>
    public static KeyLookup? Of(ulong count, ulong[] keys)
    {
        if ((ulong)keys.Length == count && !keys.Where((key, i) => key != (ulong)i + 1).Any()) return null;
        return count <= Math.Max(KeysOfSmallTable, MaxKeysForOne * (ulong)keys.Length) ? new Table(count, keys) : new Few(keys);
    }

    private sealed class Table : KeyLookup
    {
        private readonly int[] _numbers;

        public Table(ulong count, ulong[] keys)
        {
            _numbers = new int[count + 1];
            for (var i = 0; i < keys.Length; i++)
                if (keys[i] > 0) _numbers[keys[i]] = i + 1;
        }

        public override int this[ulong key] => key < (ulong)_numbers.Length ? _numbers[key] : 0;
    }

    private sealed class Few(ulong[] keys) : KeyLookup
    {
        private readonly Dictionary<ulong, int> _numbers =
            keys.Index().Where(key => key.Item > 0).ToDictionary(key => key.Item, key => key.Index + 1);

        public override int this[ulong key] => _numbers.GetValueOrDefault(key);
    }
}

/// <summary>Numbers keys as they are met, where there are more than a Single can count. Belongs to one reader at a time.</summary>
/// <param name="column">For the error message.</param>
internal sealed class KeysAsMet(string column) : KeyLookup
{
    private readonly Dictionary<ulong, int> _numbers = [];
    private readonly List<ulong> _keys = [];

    /// <exception cref="InvalidOperationException">Too many are met.</exception>
    public override int this[ulong key]
    {
        get
        {
            if (key == 0) return 0;
            if (_numbers.TryGetValue(key, out var number)) return number;
            if (_keys.Count == CategoryColumns.MaxKeys) throw TooMany();
            _keys.Add(key);
            _numbers.Add(key, _keys.Count);
            return _keys.Count;
        }
    }

    private Exception TooMany() => Contracts.Except(
        "Key column '{0}' has more than {1} different values in the data; at most so many can be told apart. Hash it with fewer bits.",
        column, CategoryColumns.MaxKeys);

    /// <summary>The key for a category's number.</summary>
    public ulong KeyOf(int number) => _keys[number - 1];
}
