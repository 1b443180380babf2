using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Batches of a stream whose shards have partitions of their own. Each partition has its own pool of rows, and this process reads
/// only the partitions of its own shards.</summary>
/// <remarks>Which examples a shard has depends only on the seed, the epoch and the shard. So the bits do not depend on the number of
/// processes. The pools of all partitions together are as large as that of a stream without partitions.</remarks>
internal sealed class PartitionedMinibatches : Minibatches
{
    private readonly StreamPartitions _partitions;
    private readonly int _firstShard;
    private readonly RowPool[] _pools;
    private readonly PoolSize[] _sizes;
    private readonly int[] _starts; // [S + 1]: the first row of each shard in the current batch
    private int _current = -1;

    private PartitionedMinibatches(
        ExampleSource stream, StreamPartitions partitions, int batchSize, int firstShard, PoolSize[] sizes, ExampleBlock block,
        ClassBalance? balance, Standardization? inputs, Standardization? targets, bool mixes)
        : base(
            block.ToExamples(), batchSize, partitions.ExampleCount, inputs, targets, mixes,
            count: partitions.BatchesFor(batchSize))
    {
        (_partitions, _firstShard, _sizes) = (partitions, firstShard, sizes);
        _starts = new int[partitions.Count + 1];
        _pools = new RowPool[sizes.Length];
        for (int i = 0, row = 0; i < sizes.Length; row += sizes[i++].Rows)
        {
            var range = partitions.RangeOf(stream, firstShard + i);
            _pools[i] = new RowPool(block, row, new int[sizes[i].Rows], sizes[i].RowsOfBlock, range, balance);
        }
    }

    /// <param name="stream">The examples.</param>
    /// <param name="partitions">The partitions of the stream.</param>
    /// <param name="own">The shards of this process.</param>
    /// <param name="batchSize">Maximum number of examples in a batch of all processes.</param>
    /// <param name="inputs">How features are standardized; null for not at all.</param>
    /// <param name="targets">How targets are standardized; null for not at all.</param>
    /// <param name="mixes">Whether examples are mixed with others of the same shard.</param>
    /// <param name="balance">The weights of classes; null if all are equal.</param>
    public static PartitionedMinibatches Of(
        ExampleSource stream, StreamPartitions partitions, (int First, int Count) own, int batchSize, Standardization? inputs,
        Standardization? targets, bool mixes, ClassBalance? balance)
    {
        batchSize = Math.Min(batchSize, partitions.ExampleCount);
        var batches = partitions.BatchesFor(batchSize);
        var sizes = new PoolSize[own.Count];
        for (var i = 0; i < own.Count; i++)
        {
            var examples = partitions.ExamplesOf(own.First + i);
            var rowsOfBatch = StreamPartitions.MaxRowsOf(examples, batches);
            sizes[i] = RowPool.SizeFor(stream, examples, rowsOfBatch, shuffles: true, partitions.Count);
        }
        var block = new ExampleBlock(stream, checked(sizes.Sum(size => size.Rows)), balance is not null);
        return new PartitionedMinibatches(
            stream, partitions, batchSize, own.First, sizes, block, balance, inputs, targets, mixes);
    }

    /// <inheritdoc/>
    public override bool HasAllRows => _pools.Length == _partitions.Count;

    /// <inheritdoc/>
    public override void BeginPass(int pass, RandomSequence? order)
    {
        _current = -1;
        for (var i = 0; i < _pools.Length; i++)
        {
            var shard = _firstShard + i;
            var random = order is null ? null : new RandomSequence((int)order.BitsAt(shard), RandomPurpose.Shuffling, shard);
            _pools[i].Begin(pass, random, Stop);
        }
    }

    /// <inheritdoc/>
    public override bool Prepare(int index)
    {
        if (index == _current) return true;
        if (!_pools[0].HasBegun) BeginPass(1, null);
        for (var i = 0; i < _pools.Length; i++)
            if (index % _sizes[i].BatchesOfBlock == 0 && !_pools[i].Deal(RowsOfBlock(i, index), Stop)) return false;
        for (var shard = 0; shard < _partitions.Count; shard++) _starts[shard + 1] = _starts[shard] + RowsOf(shard, index);
        for (var i = 0; i < _pools.Length; i++)
        {
            var rows = RowsOf(_firstShard + i, index);
            _pools[i].Draw(rows).CopyTo(Order.AsSpan(_starts[_firstShard + i]));
        }
        _current = index;
        return true;
    }

    /// <inheritdoc/>
    public override (int First, int Count) RowsOfShard(int index, int shard, int shards) =>
        (_starts[shard], _starts[shard + 1] - _starts[shard]);

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var pool in _pools) pool.Dispose();
        base.Dispose();
    }

    // The rows of another batch than the current one are not known yet, but their number is.
    private protected override (int First, int Count) RangeOf(int index)
    {
        if (index == _current) return (0, _starts[^1]);
        var rows = 0;
        for (var shard = 0; shard < _partitions.Count; shard++) rows += RowsOf(shard, index);
        return (0, rows);
    }

    private protected override int PartnerOf(int index, int position, Mixture mixture)
    {
        // The last shard that begins at or before the row. Shards without rows begin where the next one does.
        int low = 0, high = _partitions.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_starts[middle] <= position) low = middle;
            else high = middle - 1;
        }
        return mixture.PartnerOf(position, RowsOfShard(index, low, _partitions.Count));
    }

    private int RowsOf(int shard, int index) => Network.Share(_partitions.ExamplesOf(shard), index, Count).Count;

    private int RowsOfBlock(int pool, int index)
    {
        var examples = _partitions.ExamplesOf(_firstShard + pool);
        var end = Math.Min(index + _sizes[pool].BatchesOfBlock, Count);
        return Network.Share(examples, end, Count).First - Network.Share(examples, index, Count).First;
    }
}
