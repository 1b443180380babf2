using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Backprop.Distribution;

/// <summary>The ranks of a group, for the thread that computes. Its messages are queues, which the calling thread carries over the
/// communicator of all ranks.</summary>
/// <remarks>The calling thread uses the methods from <see cref="TryTake"/> on. The thread that computes uses the others.</remarks>
/// <param name="world">All ranks. Only its properties are used here.</param>
/// <param name="first">The first rank of the group.</param>
/// <param name="size">The number of ranks of the group.</param>
internal sealed class GroupPort(ICommunicator world, int first, int size) : ICommunicator
{
    private readonly object _lock = new();
    private readonly Queue<(int Rank, byte[] Message)> _leaving = [];
    private readonly Queue<byte[]>[] _arrived = [.. Enumerable.Range(0, size).Select(_ => new Queue<byte[]>())];
    private long? _waitsSince;
    private Exception? _failure;

    /// <inheritdoc/>
    public int Rank => world.Rank - first;

    /// <inheritdoc/>
    public int Size => size;

    /// <summary>The machine, and the number of this rank among all, because <see cref="Rank"/> is its number in the group.</summary>
    public string Host => size == 1 ? world.Host : $"{world.Host} (rank {world.Rank} of {world.Size})";

    /// <summary>Longer than that of all ranks: rank 0 notices a rank that hangs first, and names it by its number among all.</summary>
    public TimeSpan Deadline => 2 * world.Deadline;

    /// <summary>Why the group cannot continue; null if it can.</summary>
    public string? AbortReason { get; private set; }

    /// <inheritdoc/>
    public void Send(int rank, byte[] message)
    {
        OtherRank.Check(this, rank);
        lock (_lock)
        {
            ThrowIfFailed();
            _leaving.Enqueue((rank, message));
            Monitor.PulseAll(_lock);
        }
    }

    /// <inheritdoc/>
    public bool TryReceive(int rank, [NotNullWhen(true)] out byte[]? message)
    {
        OtherRank.Check(this, rank);
        lock (_lock)
        {
            ThrowIfFailed();
            if (_arrived[rank].TryDequeue(out message)) return true;
            _waitsSince ??= Stopwatch.GetTimestamp();
            return false;
        }
    }

    /// <inheritdoc/>
    public bool ContinueSending()
    {
        lock (_lock)
        {
            ThrowIfFailed();
            return _leaving.Count == 0;
        }
    }

    /// <summary>The calling thread will end all ranks.</summary>
    /// <inheritdoc/>
    public void Abort(string reason)
    {
        lock (_lock)
        {
            if (_failure is null) AbortReason ??= reason; // otherwise the calling thread ends all already
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Whether a message of a rank of the group waits to be received.</summary>
    public bool HasArrived(int rank)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            return _arrived[rank].Count > 0;
        }
    }

    /// <summary>Waits until a message of any rank of the group is there.</summary>
    /// <exception cref="InvalidOperationException">A rank has failed.</exception>
    public void WaitForArrival()
    {
        lock (_lock)
        {
            while (_arrived.All(queue => queue.Count == 0))
            {
                ThrowIfFailed();
                if (_waitsSince is null)
                {
                    _waitsSince = Stopwatch.GetTimestamp();
                    Monitor.PulseAll(_lock); // the calling thread must not pause now
                }
                Monitor.Wait(_lock);
            }
        }
    }

    /// <summary>Removes the next message that must be sent.</summary>
    /// <param name="rank">The receiver, by its number among all ranks.</param>
    /// <param name="message">The message; null for none.</param>
    public bool TryTake(out int rank, [NotNullWhen(true)] out byte[]? message)
    {
        lock (_lock)
        {
            var isThere = _leaving.TryDequeue(out var next);
            (rank, message) = (first + next.Rank, next.Message);
            return isThere;
        }
    }

    /// <summary>Adds a message that was received.</summary>
    /// <param name="rank">The sender, by its number among all ranks.</param>
    /// <param name="message">The message.</param>
    public void Arrive(int rank, byte[] message)
    {
        lock (_lock)
        {
            _arrived[rank - first].Enqueue(message);
            _waitsSince = null;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Ends the thread that computes by an exception when it sends or receives.</summary>
    public void Fail(Exception problem)
    {
        lock (_lock)
        {
            _failure = problem;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Ends a pause of the calling thread.</summary>
    public void Wake()
    {
        lock (_lock) Monitor.PulseAll(_lock);
    }

    /// <summary>Leaves the processor to others for a moment, or until there is a message to send.</summary>
    /// <param name="link">The messages between all ranks.</param>
    public void Pause(RankLink link)
    {
        lock (_lock)
        {
            if (_leaving.Count > 0) return;
            var pause = link.PauseFor(_waitsSince);
            if (pause > TimeSpan.Zero)
            {
                Monitor.Wait(_lock, pause);
                return;
            }
        }
        Thread.Yield();
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure) throw new InvalidOperationException(failure.Message, failure);
        if (AbortReason is { } reason) throw new InvalidOperationException(reason);
    }
}
