using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Divides examples that are read again in every epoch into batches. They are mixed in a pool
/// (<see cref="RowPool"/>).</summary>
/// <remarks>Which examples a batch has depends only on the seed and the epoch, so the same seed produces the same bits.</remarks>
internal sealed class StreamedMinibatches : Minibatches
{
    private readonly RowPool _pool;
    private readonly PoolSize _size;
    private readonly int _batchSize;

    private StreamedMinibatches(
        ExampleSource stream, int count, int batchSize, PoolSize size, ExampleBlock block, ClassBalance? balance, Standardization? inputs,
        Standardization? targets, bool mixes)
        : base(block.ToExamples(), batchSize, count, inputs, targets, mixes)
    {
        (_size, _batchSize) = (size, batchSize);
        var all = new ReadingRange(stream.Open, First: 0, count, ReachesEnd: true, Subject: "it");
        _pool = new RowPool(block, firstRow: 0, Order, size.RowsOfBlock, all, balance);
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
        var size = RowPool.SizeFor(stream, count, batchSize, shuffles);
        return new StreamedMinibatches(
            stream, count, batchSize, size, new ExampleBlock(stream, size.Rows, balance is not null), balance, inputs, targets, mixes);
    }

    /// <inheritdoc/>
    public override void BeginPass(int pass, RandomSequence? order) => _pool.Begin(pass, order, Stop);

    /// <inheritdoc/>
    public override bool Prepare(int index)
    {
        if (!_pool.HasBegun) BeginPass(1, null);
        return index % _size.BatchesOfBlock > 0 || _pool.Deal(_size.RowsOfBlock, Stop);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _pool.Dispose();
        base.Dispose();
    }

    // The other rows of the order are free: the next block is read into them meanwhile.
    private protected override int PossiblePartners => _pool.Count;

    private protected override (int First, int Count) RangeOf(int index) =>
        (index % _size.BatchesOfBlock * _batchSize, (int)Math.Min(_batchSize, ExampleCount - (long)index * _batchSize));
}
