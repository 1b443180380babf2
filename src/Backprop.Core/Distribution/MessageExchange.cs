using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Backprop.Distribution;

/// <summary>Exchanges values between all ranks by messages (<see cref="ICommunicator.Exchange"/>).</summary>
internal static class MessageExchange
{
    /// <summary>Sends and receives.</summary>
    public static void Run<T>(ICommunicator ranks, ReadOnlySpan<ReadOnlyMemory<T>> outgoing, ReadOnlySpan<Memory<T>> incoming)
        where T : unmanaged
    {
        for (var rank = 0; rank < ranks.Size; rank++)
        {
            if (rank == ranks.Rank || outgoing[rank].IsEmpty) continue;
            var bytes = MemoryMarshal.AsBytes(outgoing[rank].Span).ToArray();
            ranks.Send(rank, new RankMessage(RankMessageKind.Values, 0, bytes).ToBytes());
        }
        for (var rank = 0; rank < ranks.Size; rank++)
            if (rank != ranks.Rank && !incoming[rank].IsEmpty) Receive(ranks, rank, MemoryMarshal.AsBytes(incoming[rank].Span));
        var wait = new SpinWait();
        for (var start = Stopwatch.GetTimestamp(); !ranks.ContinueSending();) Wait(ranks, ref wait, start, "another rank");
    }

    private static void Receive(ICommunicator ranks, int rank, Span<byte> values)
    {
        var wait = new SpinWait();
        byte[]? bytes;
        for (var start = Stopwatch.GetTimestamp(); !ranks.TryReceive(rank, out bytes);) Wait(ranks, ref wait, start, $"rank {rank}");
        var message = RankMessage.From(bytes);
        if (message.Kind != RankMessageKind.Values || message.Content.Length != values.Length)
            throw new InvalidOperationException(
                $"Rank {ranks.Rank} expected {RankMessageKind.Values} of {values.Length} bytes from rank {rank}, and received "
                + $"{message.Kind} of {message.Content.Length} bytes. All ranks must run the same program, with the same distributed calls "
                + "in the same order.");
        message.Content.CopyTo(values);
    }

    private static void Wait(ICommunicator ranks, ref SpinWait wait, long start, string partner)
    {
        var waited = Stopwatch.GetElapsedTime(start);
        if (waited > ranks.Deadline)
            throw new TimeoutException(
                FormattableString.Invariant($"Rank {ranks.Rank} of {ranks.Size} on {ranks.Host} waited {waited.TotalSeconds:F0} s for ")
                + $"{partner}. Its process hangs, or the network between the machines is down. If it was only slow, increase the deadline "
                + "of the communicator.");
        wait.SpinOnce();
    }
}
