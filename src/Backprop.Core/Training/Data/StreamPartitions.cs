using Backprop.Distribution;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>The partitions of a stream. Shard s of every batch has examples of partition s alone.</summary>
/// <remarks>
/// A stream of P parts has S / P partitions in each part, as equal as possible. Partition k of a part with n examples has those from
/// ⌊n·k·P/S⌋ to ⌊n·(k + 1)·P/S⌋ − 1. An epoch has M batches. Batch b has those from ⌊m·b/M⌋ to ⌊m·(b + 1)/M⌋ − 1 of the m examples
/// of each partition, in its random order. M is the smallest number for which Σ ⌈m/M⌉ is at most the batch size.
/// </remarks>
internal sealed class StreamPartitions
{
    // The largest partition, relative to the mean.
    private const long MaxRatio = 2;

    private const string Shards = $"{nameof(Distributed)}.{nameof(Distributed.Shards)}";

    private readonly (int Part, int First, int Count)[] _partitions;
    private readonly int _perPart;

    /// <summary>Divides the parts.</summary>
    /// <param name="examplesOfParts">Number of examples of each part.</param>
    /// <param name="shards">S.</param>
    /// <exception cref="ArgumentException">The parts do not fit S, or one has too few examples.</exception>
    public StreamPartitions(IReadOnlyList<int> examplesOfParts, int shards)
    {
        var parts = examplesOfParts.Count;
        CheckParts(parts, shards);
        (ExamplesOfParts, _perPart) = (examplesOfParts, shards / parts);
        _partitions = new (int, int, int)[shards];
        for (var shard = 0; shard < shards; shard++)
        {
            var (part, index) = Math.DivRem(shard, _perPart);
            if (examplesOfParts[part] < _perPart) throw TooFew(part, parts, examplesOfParts[part]);
            var (first, count) = Network.Share(examplesOfParts[part], index, _perPart);
            _partitions[shard] = (part, first, count);
        }
    }

    /// <summary>S, the number of partitions.</summary>
    public int Count => _partitions.Length;

    /// <summary>Number of examples of each part.</summary>
    public IReadOnlyList<int> ExamplesOfParts { get; }

    /// <summary>Number of all examples.</summary>
    public int ExampleCount => ExamplesOfParts.Sum();

    /// <summary>Checks that S partitions can be made of the parts of a stream.</summary>
    /// <exception cref="ArgumentException">S is not a multiple of the number of parts.</exception>
    public static void CheckParts(int parts, int shards)
    {
        if (shards % parts == 0) return;
        throw new ArgumentException(
            $"{Shards} is {shards}, but the data has {parts} parts, and each part must have the same number of shards. Make a power of two "
            + $"of parts, at most {shards}, or set {Shards} to a multiple of {parts}.");
    }

    /// <summary>Number of examples of a partition.</summary>
    public int ExamplesOf(int shard) => _partitions[shard].Count;

    /// <summary>M, the number of batches of an epoch.</summary>
    /// <param name="batchSize">Maximum number of examples in a batch, at least S.</param>
    public int BatchesFor(int batchSize)
    {
        int low = 1, high = _partitions.Max(partition => partition.Count);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (_partitions.Sum(partition => (long)MaxRowsOf(partition.Count, middle)) <= batchSize) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /// <summary>Maximum number of examples of a partition in a batch.</summary>
    /// <param name="examples">Number of examples of the partition.</param>
    /// <param name="batches">M.</param>
    public static int MaxRowsOf(int examples, int batches) => (examples - 1) / batches + 1;

    /// <summary>Warns of a partition that is much larger than the others.</summary>
    public void WarnOfLargest(RunReports reports)
    {
        var largest = Enumerable.Range(0, Count).MaxBy(ExamplesOf);
        var examples = ExamplesOf(largest);
        if ((long)examples * Count <= MaxRatio * ExampleCount) return;
        var found = FormattableString.Invariant($"Partition {largest} has {examples:N0} of {ExampleCount:N0} training examples");
        reports.Warn($"{found}, more than twice the mean of {Count} partitions. Other ranks wait for its rank. Write parts of equal size.");
    }

    /// <summary>The examples of a partition.</summary>
    public ReadingRange RangeOf(ExampleSource stream, int shard)
    {
        var (part, first, count) = _partitions[shard];
        var isLast = (shard + 1) % _perPart == 0;
        return new ReadingRange(pass => stream.Open(pass, part), first, count, isLast, $"partition {shard}");
    }

    private ArgumentException TooFew(int part, int parts, int examples)
    {
        var what = parts == 1 ? "the stream" : $"part {part} (of 0 to {parts - 1})";
        return new ArgumentException(
            $"{nameof(Distributed)}.{nameof(Distributed.Partitioned)} needs a training example for each shard, but {what} has {examples} "
            + $"for {_perPart} shards. Use fewer {nameof(Distributed.Shards)}, or more examples.");
    }
}
