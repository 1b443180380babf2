using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>The shards of every batch, and those of this process. Each rank has neighbouring shards, and each shard has neighbouring
/// rows.</summary>
internal sealed class BatchShards
{
    /// <param name="count">S: a power of two.</param>
    /// <param name="rank">The number of this process.</param>
    /// <param name="ranks">The number of processes, at most S.</param>
    public BatchShards(int count, int rank, int ranks)
    {
        (Count, Rank, Ranks) = (count, rank, ranks);
        (First, OwnCount) = OfRank(rank);
        Pieces = PiecesOf(rank);
        Group = int.IsPow2(OwnCount) && First % OwnCount == 0 ? Math.Min(OwnCount, BlockSums.MaxBlocks) : 1;
        for (int shard = First, blocks = 0; shard < End; shard++)
        {
            Depth = Math.Max(Depth, ++blocks);
            if ((shard + 1) % Group == 0) blocks -= Group - 1 + TreeSum.MergesAfter(shard + 1, Group, First);
        }
    }

    /// <summary>A single shard: the whole batch.</summary>
    public static BatchShards One { get; } = new(1, 0, 1);

    /// <summary>S.</summary>
    public int Count { get; }

    /// <summary>The number of this process.</summary>
    public int Rank { get; }

    /// <summary>The number of processes.</summary>
    public int Ranks { get; }

    /// <summary>The first shard of this process.</summary>
    public int First { get; }

    /// <summary>The number of shards of this process.</summary>
    public int OwnCount { get; }

    /// <summary>The end of the shards of this process (exclusive).</summary>
    public int End => First + OwnCount;

    /// <summary>The sums that this process can finish by itself, in the order of their shards: each is a whole subtree. A single one if S
    /// and the number of ranks are powers of two; never more than 2·log₂ S.</summary>
    public IReadOnlyList<Piece> Pieces { get; }

    /// <summary>How many shards of this process are added together.</summary>
    public int Group { get; }

    /// <summary>The maximum number of sums that are not added yet.</summary>
    public int Depth { get; }

    /// <summary>The shards of a rank.</summary>
    public (int First, int Count) OfRank(int rank) => Network.Share(Count, rank, Ranks);

    /// <summary>The rows of a shard of a batch.</summary>
    public (int First, int Count) RowsOf(int shard, Minibatches batches, int batch) => batches.RowsOfShard(batch, shard, Count);

    /// <summary>The rows of all shards of this process.</summary>
    public (int First, int Count) OwnRows(Minibatches batches, int batch)
    {
        var (first, _) = RowsOf(First, batches, batch);
        var (last, countOfLast) = RowsOf(End - 1, batches, batch);
        return (first, last + countOfLast - first);
    }

    /// <summary>Number of rows of this process, if all shards of a batch have equal parts of its rows.</summary>
    public int EqualPart(int rows) => Network.Share(rows, First + OwnCount, Count).First - Network.Share(rows, First, Count).First;

    /// <summary>The sums that a rank can finish by itself.</summary>
    public IReadOnlyList<Piece> PiecesOf(int rank)
    {
        var (first, count) = OfRank(rank);
        List<Piece> pieces = [];
        for (var shard = first; shard < first + count; shard++)
        {
            var merged = TreeSum.MergesAfter(shard + 1, 1, first);
            pieces.RemoveRange(pieces.Count - merged, merged);
            pieces.Add(new Piece(shard + 1, 1 << merged));
        }
        return pieces;
    }

    /// <summary>The sum of neighbouring shards.</summary>
    /// <param name="End">The end of the shards (exclusive).</param>
    /// <param name="Size">Their number, a power of two that divides <paramref name="End"/>.</param>
    internal readonly record struct Piece(int End, int Size);
}
