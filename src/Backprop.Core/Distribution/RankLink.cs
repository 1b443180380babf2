using System.Diagnostics;
using System.Globalization;

namespace Backprop.Distribution;

/// <summary>Messages of known kinds over a communicator, with a deadline for each rank.</summary>
internal sealed class RankLink
{
    // Longer than the time between two processes that are ready, and far shorter than any work that is distributed.
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(1);

    // Other ranks answer within this time if they are ready. The processor of a computation that waits is free.
    private static readonly TimeSpan _eagerTime = TimeSpan.FromMilliseconds(20);

    // Each end of a pause interrupts the thread that computes.
    private static readonly TimeSpan _pauseOfComputing = TimeSpan.FromMilliseconds(4);

    private const int BeatsPerDeadline = 8;

    private readonly long[] _heard;
    private long _lastBeat = Stopwatch.GetTimestamp();

    public RankLink(ICommunicator communicator)
    {
        Communicator = communicator;
        _heard = new long[communicator.Size];
        Array.Fill(_heard, Stopwatch.GetTimestamp());
    }

    /// <summary>The ranks.</summary>
    public ICommunicator Communicator { get; }

    /// <summary>The bytes that this rank has sent.</summary>
    public long SentBytes { get; private set; }

    /// <summary>All ranks except this one.</summary>
    public IEnumerable<int> Others => Enumerable.Range(0, Communicator.Size).Where(rank => rank != Communicator.Rank);

    /// <summary>Sends a message.</summary>
    public void Send(int rank, RankMessageKind kind, byte[] content, int index = 0)
    {
        var bytes = new RankMessage(kind, index, content).ToBytes();
        SentBytes += bytes.Length;
        Communicator.Send(rank, bytes);
    }

    /// <summary>Receives the next message of a rank that is not a sign of life, if it has arrived.</summary>
    /// <param name="rank">The sender.</param>
    /// <param name="message">The message.</param>
    /// <param name="expected">The kinds that it may have.</param>
    /// <exception cref="InvalidOperationException">It has another kind.</exception>
    public bool TryReceive(int rank, out RankMessage message, params ReadOnlySpan<RankMessageKind> expected)
    {
        while (TryReceiveAny(rank, out message))
        {
            if (message.Kind == RankMessageKind.Beat) continue;
            if (expected.Contains(message.Kind)) return true;
            throw new InvalidOperationException(
                $"Rank {Communicator.Rank} expected {string.Join(" or ", expected.ToArray())} from rank {rank}, and received "
                + $"{message.Kind}. All ranks must run the same program, with the same distributed calls in the same order.");
        }
        return false;
    }

    /// <summary>Waits for the next message of a rank.</summary>
    /// <param name="rank">The sender.</param>
    /// <param name="expected">The kind of the message.</param>
    /// <param name="deadline">The maximum time.</param>
    /// <exception cref="TimeoutException">The time is over.</exception>
    public RankMessage Receive(int rank, RankMessageKind expected, TimeSpan deadline)
    {
        _heard[rank] = Stopwatch.GetTimestamp();
        RankMessage message;
        while (!TryReceive(rank, out message, expected))
        {
            CheckAlive(rank, deadline);
            Pause();
        }
        return message;
    }

    /// <summary>Waits until all messages have left this rank. Must be called at the end of an exchange, because later computations do not
    /// continue it.</summary>
    /// <exception cref="TimeoutException">Another rank does not receive them.</exception>
    public void Flush()
    {
        for (var start = Stopwatch.GetTimestamp(); !Communicator.ContinueSending(); Pause())
            if (Stopwatch.GetElapsedTime(start) > Communicator.Deadline)
                throw new TimeoutException(
                    $"Another rank did not receive the messages of rank {Communicator.Rank} of {Communicator.Size} on {Communicator.Host} "
                    + $"within {Communicator.Deadline}. Its process hangs, or the network between the machines is down.");
    }

    /// <summary>Throws if a rank has sent nothing for a time.</summary>
    /// <exception cref="TimeoutException">It has not.</exception>
    public void CheckAlive(int rank, TimeSpan deadline)
    {
        var silence = Stopwatch.GetElapsedTime(_heard[rank]);
        if (silence <= deadline) return;
        var seconds = silence.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture);
        throw new TimeoutException(
            $"Rank {Communicator.Rank} of {Communicator.Size} on {Communicator.Host} waited {seconds} s for rank {rank}, which sent "
            + "no sign of life. Its process hangs, or the network between the machines is down. "
            + "If the machine was only slow, increase the deadline of the communicator.");
    }

    /// <summary>Counts the time of a rank from now on.</summary>
    public void RestartDeadline(int rank) => _heard[rank] = Stopwatch.GetTimestamp();

    /// <summary>How long the thread that exchanges messages may pause while another thread computes. Messages that have not left yet
    /// continue only between pauses.</summary>
    /// <param name="waitsSince">When the computation began to wait for a message; null if it does not wait.</param>
    /// <returns>Zero for no pause.</returns>
    public TimeSpan PauseFor(long? waitsSince)
    {
        if (waitsSince is { } start && Stopwatch.GetElapsedTime(start) < _eagerTime) return TimeSpan.Zero;
        return waitsSince is null && Communicator.ContinueSending() ? _pauseOfComputing : _pause;
    }

    /// <summary>Sends signs of life to some ranks, if the last ones are old enough.</summary>
    public void Beat(IEnumerable<int> ranks)
    {
        if (Stopwatch.GetElapsedTime(_lastBeat) * BeatsPerDeadline < Communicator.Deadline) return;
        _lastBeat = Stopwatch.GetTimestamp();
        foreach (var rank in ranks) Send(rank, RankMessageKind.Beat, []);
    }

    /// <summary>What this rank did, as a line of the log.</summary>
    /// <param name="work">The work.</param>
    /// <param name="computing">The time in which it computed.</param>
    /// <param name="total">The time of the whole work.</param>
    public string Describe(string work, TimeSpan computing, TimeSpan total) =>
        Describe(Communicator, work, computing, total - computing, SentBytes);

    /// <summary>The same for a rank that sends without a link.</summary>
    public static string Describe(ICommunicator ranks, string work, TimeSpan computing, TimeSpan waiting, long sentBytes) => string.Create(
        CultureInfo.InvariantCulture,
        $"Rank {ranks.Rank} of {ranks.Size} on {ranks.Host}: {work}, computing {computing.TotalSeconds:F1} s, "
        + $"waiting {waiting.TotalSeconds:F1} s, sent {sentBytes} bytes, processors {Environment.ProcessorCount}.");

    /// <summary>Leaves the processor to others for a moment.</summary>
    public static void Pause() => Thread.Sleep(_pause);

    private bool TryReceiveAny(int rank, out RankMessage message)
    {
        message = default;
        if (!Communicator.TryReceive(rank, out var bytes)) return false;
        _heard[rank] = Stopwatch.GetTimestamp();
        message = RankMessage.From(bytes);
        return true;
    }
}
