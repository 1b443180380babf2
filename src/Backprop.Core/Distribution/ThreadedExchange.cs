using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Backprop.Distribution;

/// <summary>An exchange over a communicator of its own. The calling thread exchanges messages, and a second thread computes.</summary>
/// <remarks>So signs of life are sent during long computations, and a rank that hangs or vanishes is noticed after
/// <see cref="ICommunicator.Deadline"/>.</remarks>
internal sealed class ThreadedExchange(RankLink link) : RankExchange(link)
{
    private readonly object _lock = new();
    private readonly Queue<(int Rank, int Topic, byte[] Content)> _leaving = [];
    private long? _waitsSince;
    private Exception? _failure;

    /// <inheritdoc/>
    public override void Send(int rank, int topic, byte[] content)
    {
        lock (_lock)
        {
            _leaving.Enqueue((rank, topic, content));
            Monitor.PulseAll(_lock);
        }
    }

    /// <inheritdoc/>
    public override (int Topic, byte[] Content) Receive(int rank, params ReadOnlySpan<int> topics)
    {
        lock (_lock)
        {
            var start = Stopwatch.GetTimestamp();
            (int, byte[]) found;
            while (!TryTake(rank, out found, topics))
            {
                if (_failure is { } failure) throw new InvalidOperationException(failure.Message, failure);
                _waitsSince ??= Stopwatch.GetTimestamp();
                Monitor.PulseAll(_lock);
                Monitor.Wait(_lock);
            }
            _waitsSince = null;
            Waiting += Stopwatch.GetElapsedTime(start);
            return found;
        }
    }

    /// <inheritdoc/>
    public override bool TryReceive(int rank, int topic, [NotNullWhen(true)] out byte[]? content)
    {
        lock (_lock)
        {
            var isThere = TryTake(rank, out var found, [topic]);
            content = found.Content;
            return isThere;
        }
    }

    private protected override T Run<T>(Func<RankExchange, T> compute, string work, Action<string> note)
    {
        var start = Stopwatch.GetTimestamp();
        var computation = new Computation<T>(() => compute(this), Wake);
        try
        {
            while (!computation.HasEnded || HasLeaving())
            {
                Pass();
                Pause(computation);
            }
        }
        catch (Exception problem)
        {
            lock (_lock)
            {
                _failure = problem;
                Monitor.PulseAll(_lock);
            }
            throw;
        }
        var result = computation.Result;
        End(Link.Describe(work, computation.Time - Waiting, Stopwatch.GetElapsedTime(start)), PassAndPause, note);
        return result;
    }

    private void PassAndPause()
    {
        Pass();
        RankLink.Pause();
    }

    private void Wake()
    {
        lock (_lock) Monitor.PulseAll(_lock);
    }

    private bool HasLeaving()
    {
        lock (_lock) return _leaving.Count > 0;
    }

    private void Pass()
    {
        while (true)
        {
            (int Rank, int Topic, byte[] Content) next;
            lock (_lock)
                if (!_leaving.TryDequeue(out next)) break;
            Link.Send(next.Rank, RankMessageKind.Data, next.Content, next.Topic);
        }
        foreach (var rank in Partners)
        {
            while (TryReceiveNext(rank, out var message)) Arrive(rank, message);
            if (!HasEnded(rank)) Link.CheckAlive(rank, Link.Communicator.Deadline);
        }
        // Rank 0 may have left the exchange already, and would receive a sign of life in the next one.
        if (!HasReported) Link.Beat(Partners);
    }

    private void Arrive(int rank, RankMessage message)
    {
        lock (_lock)
        {
            Keep(rank, message);
            Monitor.PulseAll(_lock);
        }
    }

    // While the computation computes, it needs the processor. It ends this pause when it sends, waits or ends.
    private void Pause<T>(Computation<T> computation)
    {
        lock (_lock)
        {
            if (_leaving.Count > 0 || computation.HasEnded) return;
            var pause = Link.PauseFor(_waitsSince);
            if (pause > TimeSpan.Zero)
            {
                Monitor.Wait(_lock, pause);
                return;
            }
        }
        Thread.Yield();
    }
}
