using System.Buffers.Binary;
using Backprop.Distribution;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

/// <summary>Trains several models, each by one group of ranks, and returns all of them on all ranks.</summary>
internal static class DistributedFit
{
    /// <summary>Trains the models. The caller must be in the same state on all ranks.</summary>
    /// <param name="host">The host.</param>
    /// <param name="communicator">The ranks.</param>
    /// <param name="count">The number of models.</param>
    /// <param name="fit">Trains the model of an index, on each rank of a group.</param>
    /// <param name="ranksPerModel">The ranks of a group, from 1 to the number of ranks; null for as many groups as models, if there are so
    /// many ranks.</param>
    /// <param name="facts">What all ranks must have in common.</param>
    /// <returns>The models in the order of their indices, as if saved and loaded.</returns>
    public static ITransformer[] Run(
        IHost host, ICommunicator communicator, int count, Func<int, ICommunicator, ITransformer> fit, int? ranksPerModel,
        IEnumerable<KeyValuePair<string, string>> facts)
    {
        using var channel = host.Start("Distributing");
        Agree(
            communicator,
            [
                KeyValuePair.Create("the number of models", $"{count}"),
                KeyValuePair.Create(nameof(ranksPerModel), ranksPerModel is { } size ? $"{size}" : "null"), .. facts,
            ],
            channel);
        var plan = PlanFor(communicator, count, ranksPerModel);
        if (communicator is { Rank: 0, Size: > 1 })
            plan.Report(
                "model", text => channel.Info(MessageSensitivity.None, "{0}", text),
                text => channel.Warning(MessageSensitivity.None, "{0}", text));
        return Share(host, communicator, plan.Groups, count, fit, channel);
    }

    /// <summary>Trains a model on rank 0 alone. The caller must be in the same state on all ranks.</summary>
    /// <param name="host">The host.</param>
    /// <param name="communicator">The ranks.</param>
    /// <param name="fit">Trains the model; called on rank 0 only.</param>
    /// <param name="name">The name of the call, which all ranks must have in common.</param>
    /// <returns>The model on all ranks, as if saved and loaded.</returns>
    public static ITransformer OnRankZero(IHost host, ICommunicator communicator, Func<ITransformer> fit, string name)
    {
        using var channel = host.Start("Distributing");
        Agree(communicator, [KeyValuePair.Create("the call", name)], channel);
        // The first group, which is rank 0, does the first item.
        return Share(host, communicator, RankGroups.OfSingleRanks(communicator.Size), 1, (_, _) => fit(), channel)[0];
    }

    private static void Agree(ICommunicator communicator, IEnumerable<KeyValuePair<string, string>> facts, IChannel channel) =>
        RankAgreement.Reach(
            communicator, [.. RankFacts.OfBuild(), .. facts], text => channel.Warning(MessageSensitivity.None, "{0}", text));

    private static ITransformer[] Share(
        IHost host, ICommunicator communicator, RankGroups groups, int count, Func<int, ICommunicator, ITransformer> fit, IChannel channel)
    {
        var models = new ModelOperationsCatalog(host);
        var length = 0L;
        var saved = DynamicSchedule.Run(
            communicator, groups,
            queue => queue.Run(count, ToBytes, index => Save(index, queue.Group), (_, bytes) => bytes)
                .Select(bytes => communicator.Size == 1 ? bytes : Checked(bytes, count, ref length)).ToArray(),
            (item, group, _) => Save(BinaryPrimitives.ReadInt32LittleEndian(item), group),
            Join, Split, text => channel.Info(MessageSensitivity.None, "{0}", text));
        return [.. saved.Select(bytes => models.Load(new MemoryStream(bytes), out _))];

        byte[] Save(int index, ICommunicator group)
        {
            var model = fit(index, group);
            if (group.Rank > 0) return []; // the first rank has the same model
            using var stream = new MemoryStream();
            models.Save(model, inputSchema: null, stream);
            return stream.ToArray();
        }
    }

    // The costs are not known, so they count as equal.
    private static GroupPlan PlanFor(ICommunicator communicator, int count, int? ranksPerModel)
    {
        double[] costs = [.. Enumerable.Repeat(1.0, count)];
        if (communicator.Size == 1) ranksPerModel = null;
        return ranksPerModel == 1
            ? GroupPlan.Best(communicator.Size, costs, members: 1)
            : GroupPlan.Even(communicator.Size, ranksPerModel, costs);
    }

    private static byte[] ToBytes(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    /// <summary>Checks the length of the one message in which all models are sent to the other ranks. The first model shows how long it
    /// will be, so no rank trains the others in vain.</summary>
    /// <param name="model">A model.</param>
    /// <param name="count">Number of models.</param>
    /// <param name="length">The length with the models before. This model is added.</param>
    /// <exception cref="InvalidOperationException">The message would be too long.</exception>
    internal static byte[] Checked(byte[] model, int count, ref long length)
    {
        var own = model.LongLength + sizeof(int);
        length += own;
        if (length <= Array.MaxLength && own * count <= Array.MaxLength) return model;
        throw new InvalidOperationException(
            $"A model has {model.Length:N0} bytes, and {count} models are trained. The ranks exchange at most {Array.MaxLength:N0} bytes. "
            + "Train fewer models in one call.");
    }

    private static byte[] Join(byte[][] parts)
    {
        var bytes = new byte[parts.Sum(part => sizeof(int) + part.Length)];
        var rest = bytes.AsSpan();
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, part.Length);
            part.CopyTo(rest[sizeof(int)..]);
            rest = rest[(sizeof(int) + part.Length)..];
        }
        return bytes;
    }

    private static byte[][] Split(byte[] bytes)
    {
        var parts = new List<byte[]>();
        for (var rest = bytes.AsSpan(); rest.Length > 0;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            parts.Add(rest.Slice(sizeof(int), length).ToArray());
            rest = rest[(sizeof(int) + length)..];
        }
        return [.. parts];
    }
}
