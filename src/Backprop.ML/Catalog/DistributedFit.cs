using System.Buffers.Binary;
using Backprop.Distribution;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

/// <summary>Trains several models, each on one rank, and returns all of them on all ranks.</summary>
internal static class DistributedFit
{
    /// <summary>Trains the models. The caller must be in the same state on all ranks.</summary>
    /// <param name="host">The host.</param>
    /// <param name="communicator">The ranks.</param>
    /// <param name="count">The number of models.</param>
    /// <param name="fit">Trains the model of an index.</param>
    /// <param name="facts">What all ranks must have in common.</param>
    /// <returns>The models in the order of their indices, as if saved and loaded.</returns>
    public static ITransformer[] Run(
        IHost host, ICommunicator communicator, int count, Func<int, ITransformer> fit,
        IEnumerable<KeyValuePair<string, string>> facts)
    {
        using var channel = host.Start("Distributing");
        Agree(communicator, [KeyValuePair.Create("the number of models", $"{count}"), .. facts], channel);
        if (communicator.Rank == 0 && ListSchedule.Warning([.. Enumerable.Repeat(1.0, count)], communicator.Size, "models") is { } warning)
            channel.Warning(MessageSensitivity.None, "{0}", warning);
        return Share(host, communicator, count, fit, channel);
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
        return Share(host, communicator, 1, _ => fit(), channel)[0]; // rank 0 does the first item
    }

    private static void Agree(ICommunicator communicator, IEnumerable<KeyValuePair<string, string>> facts, IChannel channel) =>
        RankAgreement.Reach(
            communicator, [.. RankFacts.OfBuild(), .. facts], text => channel.Warning(MessageSensitivity.None, "{0}", text));

    private static ITransformer[] Share(
        IHost host, ICommunicator communicator, int count, Func<int, ITransformer> fit, IChannel channel)
    {
        var models = new ModelOperationsCatalog(host);
        var saved = DynamicSchedule.Run(
            communicator,
            queue => queue.Run(count, ToBytes, Save, (_, bytes) => bytes).ToArray(),
            (item, _) => Save(BinaryPrimitives.ReadInt32LittleEndian(item)),
            Join, Split, text => channel.Info(MessageSensitivity.None, "{0}", text));
        return [.. saved.Select(bytes => models.Load(new MemoryStream(bytes), out _))];

        byte[] Save(int index)
        {
            using var stream = new MemoryStream();
            models.Save(fit(index), inputSchema: null, stream);
            return stream.ToArray();
        }
    }

    private static byte[] ToBytes(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Join(byte[][] parts) => [.. parts.SelectMany(part => ToBytes(part.Length).Concat(part))];

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
