using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>A pool of examples from one reading. A random block of the pool is used for training, while another thread reads the examples
/// that replace it.</summary>
/// <remarks>
/// An example may stay in the pool for long, so a block can combine examples that are far apart in the reading. Which examples are drawn
/// depends only on the random numbers, not on the speed of the threads.
/// </remarks>
internal sealed class RowPool : IDisposable
{
    // How long to wait for rows before checking whether training must end.
    private static readonly TimeSpan TimeBetweenChecks = TimeSpan.FromMilliseconds(20);

    // Some ten thousand rows of a table. A quarter of them is one block.
    private const int BytesOfPool = 1 << 25, MaxRowsOfPool = 1 << 17, BlocksOfPool = 4;

    private readonly ExampleBlock _rows;
    private readonly int _firstRow;
    private readonly int[] _order; // the rows of the pool, and then the rows that are read into
    private readonly int[] _free; // the rows that are read into
    private readonly ReadingRange _range;
    private readonly ClassBalance? _balance;
    private RandomSequence? _random;
    private ExampleReader? _reader;
    private Task<int>? _reading;
    private volatile bool _isEnding;
    private int _pass, _inPool, _dealt, _drawn, _read, _toSkip;

    /// <param name="rows">The memory for the examples.</param>
    /// <param name="firstRow">The first row of this pool in that memory.</param>
    /// <param name="order">[rows of the pool and of a block]: overwritten with the rows, those of the current block first.</param>
    /// <param name="rowsOfBlock">Maximum number of rows of a block.</param>
    /// <param name="range">The examples to read.</param>
    /// <param name="balance">The weights of classes; null if all are equal.</param>
    public RowPool(ExampleBlock rows, int firstRow, int[] order, int rowsOfBlock, ReadingRange range, ClassBalance? balance)
    {
        (_rows, _firstRow, _order, _range, _balance) = (rows, firstRow, order, range, balance);
        _free = new int[rowsOfBlock];
        Reset();
    }

    /// <summary>Whether an epoch has begun.</summary>
    public bool HasBegun => _reader is not null;

    /// <summary>Number of examples in the pool. They come first in the order, and do not change while a block is used.</summary>
    public int Count => _inPool;

    /// <summary>The size of a pool, and of its blocks.</summary>
    /// <param name="stream">The examples.</param>
    /// <param name="count">Number of examples that go through the pool in an epoch.</param>
    /// <param name="rowsOfBatch">Maximum number of rows of a batch that are drawn from this pool.</param>
    /// <param name="shuffles">Whether the order is random.</param>
    /// <param name="pools">Number of pools that share the memory of one.</param>
    public static PoolSize SizeFor(ExampleSource stream, int count, int rowsOfBatch, bool shuffles, int pools = 1)
    {
        var fitting = BytesOfPool / (sizeof(Real) * (stream.FeatureCount + stream.TargetCount));
        var batchesOfBlock = Math.Max(1, Math.Min(fitting, MaxRowsOfPool) / pools / BlocksOfPool / rowsOfBatch);
        var rowsOfBlock = batchesOfBlock * rowsOfBatch;
        var rows = (int)Math.Min(count, shuffles ? (long)BlocksOfPool * rowsOfBlock : rowsOfBlock);
        return new PoolSize(batchesOfBlock, rowsOfBlock, rows + rowsOfBlock);
    }

    /// <summary>Begins an epoch, and fills the pool.</summary>
    /// <param name="pass">The epoch: 1, 2, 3, …</param>
    /// <param name="random">Draws the blocks; null for the order of the reading.</param>
    /// <param name="stop">Ends the wait for rows; null for never.</param>
    public void Begin(int pass, RandomSequence? random, StopCondition? stop)
    {
        while (_reading is { IsCompleted: false } && !Await(_reading)) stop?.CheckReading();
        _reading?.GetAwaiter().GetResult(); // of the epoch before: it checked whether the stream has more examples
        End();
        _isEnding = false;
        (_pass, _random) = (pass, random);
        (_dealt, _drawn, _read, _toSkip) = (0, 0, 0, _range.First);
        _reader = _range.Open(pass);
        Reset();
        _inPool = Fill(_order, _order.Length - _free.Length, stop is null ? null : stop.CheckReading);
    }

    /// <summary>Draws the next block.</summary>
    /// <param name="rows">Its number of rows. It has fewer if fewer are left.</param>
    /// <param name="stop">Ends the wait for rows; null for never.</param>
    /// <returns>False if training must end before the rows are there.</returns>
    public bool Deal(int rows, StopCondition? stop)
    {
        if (_reading is not null)
        {
            while (!Await(_reading))
                if (stop is not null && stop.Abandons(isTraining: true)) return false;
            Replace();
        }
        (_dealt, _drawn) = (Math.Min(rows, _inPool), 0);
        for (var i = 0; i < _dealt && _random is not null; i++)
        {
            var j = i + _random.NextIndex(_inPool - i);
            (_order[i], _order[j]) = (_order[j], _order[i]);
        }
        _reading = Task.Run(() => Fill(_free, _dealt, check: null));
        return true;
    }

    /// <summary>The next rows of the current block.</summary>
    public ReadOnlySpan<int> Draw(int rows)
    {
        var drawn = _order.AsSpan(_drawn, rows);
        _drawn += rows;
        return drawn;
    }

    /// <summary>Ends the epoch.</summary>
    public void Dispose() => End();

    private void Reset()
    {
        for (var i = 0; i < _order.Length; i++) _order[i] = _firstRow + i;
        _order.AsSpan(_order.Length - _free.Length).CopyTo(_free);
    }

    // The rows that were read replace the block that was used, so its rows in the pool become free. At the end of the data, the pool
    // empties.
    private void Replace()
    {
        var count = _reading!.GetAwaiter().GetResult();
        _reading = null;
        for (var i = 0; i < count; i++) (_order[i], _free[i]) = (_free[i], _order[i]);
        for (var i = _dealt - 1; i >= count; i--)
        {
            _inPool--;
            (_order[i], _order[_inPool]) = (_order[_inPool], _order[i]);
        }
    }

    // Waits a moment; returns whether the task is done. An exception of the task is thrown where its result is read.
    private static bool Await(Task task) => task.IsCompleted || ((IAsyncResult)task).AsyncWaitHandle.WaitOne(TimeBetweenChecks);

    private int Fill(int[] indices, int limit, Action? check)
    {
        for (; _toSkip > 0 && _rows.Read(_reader!, indices[0], _balance); _toSkip--)
        {
            check?.Invoke();
            if (_isEnding) return 0;
        }
        var count = 0;
        if (!_range.ReachesEnd) limit = Math.Min(limit, _range.Count - _read);
        while (count < limit && _rows.Read(_reader!, indices[count], _balance))
        {
            check?.Invoke();
            if (_isEnding) return count;
            if (++_read > _range.Count) throw Changed($"more than {_range.Count}");
            count++;
        }
        return count == limit || _read == _range.Count ? count : throw Changed($"{_read}");
    }

    private InvalidOperationException Changed(string found) =>
        new($"The data changed during training: at first {_range.Subject} had {_range.Count} examples, but in epoch {_pass} it has "
            + $"{found}. Every reading must return the same examples.");

    private void End()
    {
        _isEnding = true;
        try
        {
            _reading?.Wait();
        }
        catch (AggregateException)
        {
            // These rows are no longer needed.
        }
        _reading = null;
        _reader?.Dispose();
        _reader = null;
    }
}

/// <summary>The size of a pool of rows.</summary>
/// <param name="BatchesOfBlock">Batches whose rows are drawn together.</param>
/// <param name="RowsOfBlock">Maximum number of rows of these batches.</param>
/// <param name="Rows">Rows of the pool, and of the block that is read meanwhile.</param>
internal readonly record struct PoolSize(int BatchesOfBlock, int RowsOfBlock, int Rows);

/// <summary>Neighbouring examples of a reading.</summary>
/// <param name="Open">Begins the reading of an epoch.</param>
/// <param name="First">Number of examples of the reading before them.</param>
/// <param name="Count">Number of examples.</param>
/// <param name="ReachesEnd">Whether the reading must end after them.</param>
/// <param name="Subject">What has these examples, for messages: "it" for the data.</param>
internal sealed record ReadingRange(Func<int, ExampleReader> Open, int First, int Count, bool ReachesEnd, string Subject);
