using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Backprop.Distribution;

/// <summary>Items of work that groups of ranks do in any order. Their results arrive in the order of the items.</summary>
/// <remarks>The queue is on rank 0. One thread of this rank runs the batches, and works on items, too. Another thread assigns items to the
/// other groups. A batch whose caller stops before its last result is the last one.</remarks>
/// <param name="groups">The number of groups. If it is 1, an item starts when its result is requested.</param>
/// <param name="own">The group of rank 0. Before it does an item, it sends the item to the other ranks of this group.</param>
internal sealed class WorkQueue(int groups, ICommunicator own)
{
    private readonly object _lock = new();
    private Func<int, byte[]>? _encode;
    private Func<int, bool>? _mayStart;
    private byte[]?[] _results = [];
    private int _next;
    private Exception? _failure;

    /// <summary>The group of rank 0.</summary>
    public ICommunicator Group => own;

    /// <summary>The number of items that rank 0 has done.</summary>
    public int OwnItems { get; private set; }

    /// <summary>The time of the items that rank 0 has done.</summary>
    public TimeSpan OwnTime { get; private set; }

    /// <summary>Runs a batch of items.</summary>
    /// <typeparam name="T">A result.</typeparam>
    /// <param name="count">The number of items. Rank 0 does the first.</param>
    /// <param name="encode">An item as bytes, for another rank.</param>
    /// <param name="work">Does an item on this rank, together with the other ranks of <see cref="Group"/>.</param>
    /// <param name="decode">The result of an item that another group did.</param>
    /// <param name="mayStart">Whether an item may start; null for always. After the first item that may not, no item starts.</param>
    /// <returns>The results in the order of the items, up to the first item that did not start.</returns>
    public IEnumerable<T> Run<T>(
        int count, Func<int, byte[]> encode, Func<int, T> work, Func<int, byte[], T> decode, Func<int, bool>? mayStart = null)
    {
        var mine = Open(count, encode, mayStart);
        try
        {
            var done = new Dictionary<int, T>();
            for (var i = 0; i < count; i++)
            {
                while (mine >= 0 && !done.ContainsKey(i) && !HasResult(i))
                {
                    done.Add(mine, Timed(work, mine));
                    mine = groups > 1 ? Take() : -1;
                }
                if (!done.ContainsKey(i) && !WaitFor(i)) yield break;
                yield return done.Remove(i, out var result) ? result : decode(i, TakeResult(i));
                if (groups == 1) mine = Take();
            }
        }
        finally
        {
            Close();
        }
    }

    /// <summary>Assigns the next item to another group.</summary>
    /// <param name="index">The index of the item.</param>
    /// <param name="item">The item; null if there is none.</param>
    public bool TryAssign(out int index, [NotNullWhen(true)] out byte[]? item)
    {
        lock (_lock)
        {
            index = TakeLocked();
            item = index < 0 ? null : _encode!(index);
            return item is not null;
        }
    }

    /// <summary>Adds the result of an item that another group did.</summary>
    public void Complete(int index, byte[] result)
    {
        lock (_lock)
        {
            if (index < _results.Length) _results[index] = result; // otherwise the batch has ended without it
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Ends the batch by an exception, because a rank has failed.</summary>
    public void Fail(Exception problem)
    {
        lock (_lock)
        {
            _failure = problem;
            Monitor.PulseAll(_lock);
        }
    }

    private T Timed<T>(Func<int, T> work, int index)
    {
        var start = Stopwatch.GetTimestamp();
        if (own.Size > 1) GroupItems.Share(own, _encode!(index));
        var result = work(index);
        OwnTime += Stopwatch.GetElapsedTime(start);
        OwnItems++;
        return result;
    }

    // Opens the batch and returns its first item, before another rank can have it.
    private int Open(int count, Func<int, byte[]> encode, Func<int, bool>? mayStart)
    {
        lock (_lock)
        {
            (_encode, _mayStart) = (encode, mayStart);
            (_results, _next) = (new byte[]?[count], 0);
            return TakeLocked();
        }
    }

    private void Close()
    {
        lock (_lock) (_results, _next) = ([], 0);
    }

    private int Take()
    {
        lock (_lock) return TakeLocked();
    }

    private int TakeLocked()
    {
        if (_next >= _results.Length) return -1;
        if (_mayStart?.Invoke(_next) != false) return _next++;
        Array.Resize(ref _results, _next); // no item starts any more
        return -1;
    }

    private bool HasResult(int index)
    {
        lock (_lock) return HasResultLocked(index);
    }

    // Returns false if the item does not start any more.
    private bool WaitFor(int index)
    {
        lock (_lock)
        {
            while (!HasResultLocked(index))
            {
                if (index >= _next) return false;
                Monitor.Wait(_lock);
            }
            return true;
        }
    }

    private bool HasResultLocked(int index)
    {
        if (_failure is { } failure) throw new InvalidOperationException(failure.Message, failure);
        return index < _results.Length && _results[index] is not null;
    }

    private byte[] TakeResult(int index)
    {
        lock (_lock)
        {
            var result = _results[index]!;
            _results[index] = []; // its memory is free while later items run
            return result;
        }
    }
}
