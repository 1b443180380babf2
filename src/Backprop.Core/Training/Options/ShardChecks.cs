using System.Numerics;
using Backprop.Distribution;
using Backprop.Losses;

namespace Backprop.Training;

/// <summary>Checks that other options can be combined with shards of batches.</summary>
internal static class ShardChecks
{
    private const string Shards = $"{nameof(Distributed)}.{nameof(Distributed.Shards)}",
        Partitioned = $"{nameof(Distributed)}.{nameof(Distributed.Partitioned)}";

    /// <exception cref="ArgumentException">An option cannot be combined with the shards. The message names both.</exception>
    public static void Check(Distributed distributed, TrainingOptions options)
    {
        if (distributed.Communicator.Size > distributed.Shards)
            throw new ArgumentException(
                $"{Shards} is {distributed.Shards}, but there are {distributed.Communicator.Size} ranks, and each needs a shard. Set it to "
                + $"{BitOperations.RoundUpToPowerOf2((uint)distributed.Communicator.Size)} or more, or start fewer ranks.",
                nameof(distributed));
        CheckPartitions(distributed, options.Shuffle);
        if (distributed.Shards == 1) return;
        var (optimizer, loss) = (options.Optimizer, options.Loss);
        Refuse(optimizer, optimizer.UsesLineSearch, "searches along a line with all rows in one sum. Set it to 1");
        Refuse(optimizer, optimizer.UpdatesMatrices, "updates a matrix as a whole, but ranks own parts of matrices. Set it to 1");
        Refuse(loss, loss is GroupLoss, "needs the rows of a group in one shard. Set it to 1");

        static void Refuse(object other, bool isGiven, string reason) => TrainingOptions.RefuseWith(other, Shards, isGiven, reason);
    }

    /// <exception cref="ArgumentException">The options do not allow partitions. The message names the option.</exception>
    public static void CheckPartitions(Distributed distributed, bool shuffles)
    {
        if (!distributed.Partitioned) return;
        if (distributed.Shards == 1)
            throw new ArgumentException(
                $"{Partitioned} divides the training rows by shards, but {Shards} is 1. Set {Shards} to the number of ranks, as a power of "
                + $"two, or {Partitioned} to false.", nameof(distributed));
        if (!shuffles)
            throw new ArgumentException(
                $"{Partitioned} cannot be combined with {nameof(TrainingOptions.Shuffle)} = false, because a batch has rows of every "
                + $"partition, which is not the order of the data. Set {nameof(TrainingOptions.Shuffle)} to true.", nameof(distributed));
    }
}
