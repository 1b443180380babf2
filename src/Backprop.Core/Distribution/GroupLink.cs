using System.Diagnostics;

namespace Backprop.Distribution;

/// <summary>The messages of a rank of a <see cref="DynamicSchedule"/>: its own, and those of its group (<see cref="Port"/>).</summary>
/// <remarks>The thread that calls these methods is the only one that uses the communicator of all ranks.</remarks>
internal sealed class GroupLink
{
    // Within this time after an abort, the computation ends by its own exception, which says more.
    private static readonly TimeSpan _timeToThrow = TimeSpan.FromSeconds(1);

    private readonly RankLink _link;
    private readonly int[] _listeners, _others;
    private long? _abortSince;

    public GroupLink(ICommunicator communicator, RankGroups groups)
    {
        (_link, Groups) = (new RankLink(communicator), groups);
        Group = groups.GroupOf(communicator.Rank);
        int first = groups.FirstOf(Group), size = groups.SizeOf(Group);
        Port = new GroupPort(communicator, first, size);
        _listeners = communicator.Rank == 0 ? [.. _link.Others] : [0];
        _others = [.. Enumerable.Range(first, size).Except([communicator.Rank, .. _listeners])];
    }

    /// <summary>All groups.</summary>
    public RankGroups Groups { get; }

    /// <summary>The group of this rank.</summary>
    public int Group { get; }

    /// <summary>The ranks of this group, for the thread that computes.</summary>
    public GroupPort Port { get; }

    /// <summary>All ranks except this one.</summary>
    public IEnumerable<int> Others => _link.Others;

    /// <summary>Sends a message to a rank; not to its group.</summary>
    public void Send(int rank, RankMessageKind kind, byte[] content, int index = 0) => _link.Send(rank, kind, content, index);

    /// <summary>Receives the next message of a rank that is not for the thread that computes, if it has arrived.</summary>
    /// <param name="rank">The sender.</param>
    /// <param name="message">The message.</param>
    /// <param name="expected">The kinds that it may have.</param>
    /// <exception cref="InvalidOperationException">It has another kind.</exception>
    public bool TryReceive(int rank, out RankMessage message, params ReadOnlySpan<RankMessageKind> expected)
    {
        while (_link.TryReceive(rank, out message, [.. expected, RankMessageKind.Carried]))
        {
            if (message.Kind != RankMessageKind.Carried) return true;
            Port.Arrive(rank, message.Content);
        }
        return false;
    }

    /// <summary>Carries the messages of the group, sends signs of life, and pauses. Rank 0 and the others must have called
    /// <see cref="TryReceive"/> for each other.</summary>
    /// <exception cref="InvalidOperationException">The thread that computes has ended all ranks, and did not end itself.</exception>
    public void Pass()
    {
        foreach (var rank in _others) TryReceive(rank, out _);
        SendCarried();
        _link.Beat(_listeners);
        if (Port.AbortReason is not null)
        {
            _abortSince ??= Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(_abortSince.Value) > _timeToThrow) ThrowIfAborted();
        }
        Port.Pause(_link);
    }

    /// <summary>The result of a computation that has ended.</summary>
    /// <exception cref="InvalidOperationException">It has ended all ranks nevertheless.</exception>
    public T ResultOf<T>(Computation<T> computation)
    {
        var result = computation.Result;
        ThrowIfAborted();
        return result;
    }

    /// <summary>Throws if the thread that computes has ended all ranks.</summary>
    /// <exception cref="InvalidOperationException">It has.</exception>
    public void ThrowIfAborted()
    {
        if (Port.AbortReason is { } reason) throw new InvalidOperationException(reason);
    }

    /// <summary>On the first rank of a group: ends the work of the others.</summary>
    public void EndGroup()
    {
        GroupItems.End(Port);
        SendCarried();
    }

    /// <summary>Throws if a rank has sent nothing within the deadline.</summary>
    /// <exception cref="TimeoutException">It has not.</exception>
    public void CheckAlive(int rank) => _link.CheckAlive(rank, _link.Communicator.Deadline);

    /// <summary>Counts the time of a rank from now on.</summary>
    public void RestartDeadline(int rank) => _link.RestartDeadline(rank);

    /// <summary>Waits until all messages have left this rank.</summary>
    public void Flush() => _link.Flush();

    /// <summary>What this rank did, as a line of the log.</summary>
    /// <param name="items">The number of items.</param>
    /// <param name="computing">The time in which it computed.</param>
    /// <param name="total">The time of the whole work.</param>
    public string Describe(int items, TimeSpan computing, TimeSpan total)
    {
        var group = Groups.MaxSize == 1 ? "" : $"group {Group} of {Groups.Count}, ";
        return _link.Describe($"{group}items {items}", computing, total);
    }

    private void SendCarried()
    {
        while (Port.TryTake(out var rank, out var message)) _link.Send(rank, RankMessageKind.Carried, message);
    }
}
