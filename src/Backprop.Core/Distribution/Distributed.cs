using System.Numerics;

namespace Backprop.Distribution;

/// <summary>Distributes a training over several processes. The result has the same bits for any number of them.</summary>
/// <remarks>
/// <para>The trials of a search are distributed: rank 0 assigns the next trial to the next group of ranks that is free. The ranks of a
/// group divide the members of the trial (<see cref="RanksPerTrial"/>). Without a search, each rank trains some members of the ensemble, as
/// many as any other, or one more. With several <see cref="Shards"/>, the rows of each batch are distributed instead.</para>
/// <para>Every rank must call <c>Fit</c> with the same options and the same data. This is compared before the first step. All ranks return
/// the same model.</para>
/// </remarks>
public sealed record Distributed
{
    /// <summary>The maximum of <see cref="Shards"/>.</summary>
    internal const int MaxShards = 1024;

    /// <summary>Distributes over these processes.</summary>
    /// <param name="communicator">The processes, which the program receives from <c>Mpi.Run</c> of the package Backprop.ML.Mpi.</param>
    public Distributed(ICommunicator communicator)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        Communicator = communicator;
    }

    /// <summary>This process alone. With the same <see cref="Shards"/>, it has the bits of several processes.</summary>
    public Distributed() : this(new SingleRank(Timeout.InfiniteTimeSpan))
    {
    }

    /// <summary>The processes.</summary>
    public ICommunicator Communicator { get; }

    /// <summary>S: the number of parts that the rows of every batch are divided into. Ranks share the shards, so S is at least the number
    /// of ranks.</summary>
    /// <remarks>
    /// <para>Shard s of a batch of B rows has the rows from ⌊B·s/S⌋ to ⌊B·(s + 1)/S⌋ − 1. Each derivative is one chain of sums over the
    /// rows of a shard, and the S results are added in the order of a binary tree. So the result depends on S, but not on the number of
    /// ranks. Another S has other roundings, and other partners of <c>Mixup</c>, which are rows of the same shard.</para>
    /// <para>Use at least 128 rows for each shard, as <c>BatchSize</c> = 128·S. Smaller shards need more time.</para>
    /// </remarks>
    /// <value>1: the steps of a training are not distributed. Otherwise a power of two up to 1024.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is not allowed.</exception>
    public int Shards
    {
        get;
        init => field = value is >= 1 and <= MaxShards && BitOperations.IsPow2(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Shards), value, $"It must be a power of two from 1 to {MaxShards}.");
    } = 1;

    /// <summary>Whether each process reads only the rows of its own shards, in every epoch. For data that is larger than
    /// memory.</summary>
    /// <remarks>
    /// <para>The training rows are divided into S neighbouring partitions. Shard s of each batch has rows of partition s alone, in a random
    /// order of their own. So the result differs from that of the same shards without partitions. It still depends on
    /// <see cref="Shards"/>, and not on the number of ranks.</para>
    /// <para>Every rank reads all rows once before the first step, to measure them, and keeps all validation rows. Data in several parts,
    /// such as files, is divided at the parts: <see cref="Shards"/> must be a multiple of their number. Otherwise, a rank reads up to its
    /// last row, and skips the rows of other shards.</para>
    /// </remarks>
    /// <value>False: every rank reads all rows in every epoch. True needs several <see cref="Shards"/>, and rows in a random
    /// order.</value>
    public bool Partitioned { get; init; }

    /// <summary>The number of ranks that train a trial of a search together, each some members of its ensemble.</summary>
    /// <remarks>With G = ⌊ranks / value⌋ groups, remaining ranks join the first groups. The result does not depend on this value. One
    /// process ignores it.</remarks>
    /// <value>Null: the number with the largest predicted speed-up; 1 if members cannot be divided. Otherwise from 1 to the number of
    /// ranks. Allowed with a search only.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int? RanksPerTrial
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(RanksPerTrial), value, "It must be null or at least 1.");
    }

    /// <summary>Shards, partitions and groups. The processes are not part of the text, because no result depends on them.</summary>
    public override string ToString()
    {
        var partitioned = Partitioned ? $", {nameof(Partitioned)} = {Partitioned}" : "";
        var ranks = RanksPerTrial is { } count ? $", {nameof(RanksPerTrial)} = {count}" : "";
        return $"{nameof(Distributed)} {{ {nameof(Shards)} = {Shards}{partitioned}{ranks} }}";
    }
}
