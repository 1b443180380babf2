using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Divides examples that are read again in every epoch into batches. They are mixed in a pool. A random block of the pool is used
/// for training, while another thread reads the examples that replace it.</summary>
/// <remarks>
/// An example may stay in the pool for long, so a batch can combine examples that are far apart in the stream. Which examples are drawn
/// depends only on the seed and the epoch, not on the speed of the threads. So the same seed produces the same bits.
/// </remarks>
internal sealed class StreamedMinibatches : Minibatches
{
    // How long to wait for rows before checking whether training must end.
    private static readonly TimeSpan TimeBetweenChecks = TimeSpan.FromMilliseconds(20);

    // Some ten thousand rows of a table. A quarter of them is one block.
    private const int BytesOfPool = 1 << 25, MaxRowsOfPool = 1 << 17, BlocksOfPool = 4;

    private readonly ExampleSource _stream;
    private readonly ExampleBlock _pool;
    private readonly int[] _free; // the rows of the pool that are read into
    private readonly ClassBalance? _balance;
    private readonly int _batchesOfBlock, _batchSize;
    private RandomSequence? _random;
    private ExampleReader? _reader;
    private Task<int>? _reading;
    private volatile bool _isEnding;
    private int _pass, _inPool, _dealt, _read;

    private StreamedMinibatches(
        ExampleSource stream, int count, int batchSize, int rowsOfBlock, ExampleBlock pool, ClassBalance? balance, Standardization? inputs,
        Standardization? targets, bool mixes)
        : base(pool.ToExamples(), batchSize, count, inputs, targets, mixes)
    {
        (_stream, _pool, _balance) = (stream, pool, balance);
        (_batchSize, _batchesOfBlock) = (batchSize, rowsOfBlock / batchSize);
        _free = [.. Enumerable.Range(Order.Length - rowsOfBlock, rowsOfBlock)];
    }

    /// <param name="stream">The examples.</param>
    /// <param name="count">Number of examples in an epoch.</param>
    /// <param name="batchSize">Maximum number of examples in a batch.</param>
    /// <param name="inputs">How features are standardized; null for not at all.</param>
    /// <param name="targets">How targets are standardized; null for not at all.</param>
    /// <param name="mixes">Whether examples are mixed with others.</param>
    /// <param name="shuffles">Whether the order is random.</param>
    /// <param name="balance">The weights of classes; null if all are equal.</param>
    public static StreamedMinibatches Of(
        ExampleSource stream, int count, int batchSize, Standardization? inputs, Standardization? targets, bool mixes, bool shuffles,
        ClassBalance? balance)
    {
        batchSize = Math.Min(batchSize, count);
        var fitting = BytesOfPool / (sizeof(Real) * (stream.FeatureCount + stream.TargetCount));
        var batchesOfBlock = Math.Max(1, Math.Min(fitting, MaxRowsOfPool) / BlocksOfPool / batchSize);
        var rowsOfBlock = batchesOfBlock * batchSize;
        var rows = (int)Math.Min(count, shuffles ? (long)BlocksOfPool * rowsOfBlock : rowsOfBlock);
        return new StreamedMinibatches(
            stream, count, batchSize, rowsOfBlock, new ExampleBlock(stream, rows + rowsOfBlock, balance is not null), balance, inputs,
            targets, mixes);
    }

    /// <inheritdoc/>
    public override void BeginPass(int pass, RandomSequence? order)
    {
        while (_reading is { IsCompleted: false } && !Await(_reading)) Stop?.CheckReading();
        _reading?.GetAwaiter().GetResult(); // of the epoch before: it checked whether the stream has more examples
        End();
        _isEnding = false;
        (_pass, _random) = (pass, order);
        (_dealt, _read) = (0, 0);
        _reader = _stream.Open(pass);
        for (var i = 0; i < Order.Length; i++) Order[i] = i;
        for (var i = 0; i < _free.Length; i++) _free[i] = Order.Length - _free.Length + i;
        _inPool = Fill(Order, Order.Length - _free.Length, Stop is null ? null : Stop.CheckReading);
    }

    /// <inheritdoc/>
    public override bool Prepare(int index)
    {
        if (_reader is null) BeginPass(1, null);
        if (index % _batchesOfBlock > 0) return true;
        if (index > 0)
        {
            while (!Await(_reading!))
                if (Stop is not null && Stop.Abandons(isTraining: true)) return false;
            Replace();
        }
        _dealt = Math.Min(_batchesOfBlock * _batchSize, _inPool);
        for (var i = 0; i < _dealt && _random is not null; i++)
        {
            var j = i + _random.NextIndex(_inPool - i);
            (Order[i], Order[j]) = (Order[j], Order[i]);
        }
        _reading = Task.Run(() => Fill(_free, _dealt, check: null));
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        End();
        base.Dispose();
    }

    private protected override (int First, int Count) RangeOf(int index) =>
        (index % _batchesOfBlock * _batchSize, (int)Math.Min(_batchSize, ExampleCount - (long)index * _batchSize));

    // The rows that were read replace the block that was used, so its rows in the pool become free. At the end of the data, the pool
    // empties.
    private void Replace()
    {
        var count = _reading!.GetAwaiter().GetResult();
        _reading = null;
        for (var i = 0; i < count; i++) (Order[i], _free[i]) = (_free[i], Order[i]);
        for (var i = _dealt - 1; i >= count; i--)
        {
            _inPool--;
            (Order[i], Order[_inPool]) = (Order[_inPool], Order[i]);
        }
    }

    // Waits a moment; returns whether the task is done. An exception of the task is thrown where its result is read.
    private static bool Await(Task task) => task.IsCompleted || ((IAsyncResult)task).AsyncWaitHandle.WaitOne(TimeBetweenChecks);

    private int Fill(int[] indices, int limit, Action? check)
    {
        var count = 0;
        while (count < limit && _pool.Read(_reader!, indices[count], _balance))
        {
            check?.Invoke();
            if (_isEnding) return count;
            if (++_read > ExampleCount) throw Changed($"more than {ExampleCount}");
            count++;
        }
        return count == limit || _read == ExampleCount ? count : throw Changed($"{_read}");
    }

    private InvalidOperationException Changed(string found) =>
        new($"The data changed during training: at first it had {ExampleCount} examples, but in epoch {_pass} it has {found}. " +
            $"Every reading must return the same examples.");

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
