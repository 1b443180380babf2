using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Backprop.Distribution;

/// <summary>One computation on all ranks, which exchange data with rank 0 while they compute.</summary>
/// <remarks>
/// On every rank, the calling thread exchanges messages, and a second thread computes: it uses <see cref="Send"/> and
/// <see cref="Receive"/>. So signs of life are sent during long computations, and a rank that hangs or vanishes is noticed after
/// <see cref="ICommunicator.Deadline"/>. An exception on any rank ends all ranks (<see cref="ICommunicator.Abort"/>).
/// </remarks>
internal sealed class RankExchange
{
    // While the computation waits, its processor is free. Other ranks answer within this time if they are ready.
    private static readonly TimeSpan _eagerTime = TimeSpan.FromMilliseconds(2);

    private readonly object _lock = new();
    private readonly RankLink _link;
    private readonly Queue<(int Rank, int Topic, byte[] Content)> _leaving = [];
    private readonly List<(int Topic, byte[] Content)>[] _arrived;
    private readonly string?[] _summaries;
    private readonly int[] _others;
    private TimeSpan _waiting;
    private long _waitsSince;
    private volatile bool _waits;
    private Exception? _failure;

    private RankExchange(RankLink link)
    {
        _link = link;
        _arrived = [.. Enumerable.Range(0, link.Communicator.Size).Select(_ => new List<(int, byte[])>())];
        _summaries = new string?[link.Communicator.Size];
        _others = link.Communicator.Rank == 0 ? [.. link.Others] : [0];
    }

    /// <summary>The number of this rank.</summary>
    public int Rank => _link.Communicator.Rank;

    /// <summary>The number of ranks.</summary>
    public int Size => _link.Communicator.Size;

    /// <summary>Computes on every rank, and returns the result of this one.</summary>
    /// <typeparam name="T">The result.</typeparam>
    /// <param name="communicator">The ranks; at least two. Only rank 0 sends to all, and receives from all.</param>
    /// <param name="compute">The computation. It ends on another rank than 0 with a message that it receives from rank 0.</param>
    /// <param name="work">What this rank did, for its line of the log.</param>
    /// <param name="note">Receives a line about every rank, on rank 0.</param>
    public static T Run<T>(ICommunicator communicator, Func<RankExchange, T> compute, string work, Action<string> note)
    {
        try
        {
            return new RankExchange(new RankLink(communicator)).Run(compute, work, note);
        }
        catch (Exception problem)
        {
            communicator.Abort(problem.ToString());
            throw;
        }
    }

    /// <summary>Sends data. Does not wait.</summary>
    /// <param name="rank">The receiver.</param>
    /// <param name="topic">What it is about.</param>
    /// <param name="content">The data; must not change afterwards.</param>
    public void Send(int rank, int topic, byte[] content)
    {
        lock (_lock)
        {
            _leaving.Enqueue((rank, topic, content));
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits for data of a rank.</summary>
    /// <param name="rank">The sender.</param>
    /// <param name="topics">What it may be about. Data about others remains for later calls.</param>
    /// <returns>The first data about one of the topics.</returns>
    public (int Topic, byte[] Content) Receive(int rank, params ReadOnlySpan<int> topics)
    {
        lock (_lock)
        {
            var start = Stopwatch.GetTimestamp();
            (int, byte[]) found;
            while (!TryTake(rank, out found, topics))
            {
                if (_failure is { } failure) throw new InvalidOperationException(failure.Message, failure);
                if (!_waits) _waitsSince = Stopwatch.GetTimestamp();
                _waits = true;
                Monitor.PulseAll(_lock);
                Monitor.Wait(_lock);
            }
            _waits = false;
            _waiting += Stopwatch.GetElapsedTime(start);
            return found;
        }
    }

    /// <summary>Receives data of a rank about a topic, if it has arrived.</summary>
    public bool TryReceive(int rank, int topic, [NotNullWhen(true)] out byte[]? content)
    {
        lock (_lock)
        {
            var isThere = TryTake(rank, out var found, [topic]);
            content = found.Content;
            return isThere;
        }
    }

    private bool TryTake(int rank, out (int Topic, byte[] Content) found, ReadOnlySpan<int> topics)
    {
        var arrived = _arrived[rank];
        for (var i = 0; i < arrived.Count; i++)
        {
            if (!topics.Contains(arrived[i].Topic)) continue;
            found = arrived[i];
            arrived.RemoveAt(i);
            return true;
        }
        found = default;
        return false;
    }

    private T Run<T>(Func<RankExchange, T> compute, string work, Action<string> note)
    {
        var start = Stopwatch.GetTimestamp();
        var computation = new Computation<T>(() =>
        {
            try
            {
                return compute(this);
            }
            finally
            {
                lock (_lock) Monitor.PulseAll(_lock);
            }
        });
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
        End(_link.Describe(work, computation.Time - _waiting, Stopwatch.GetElapsedTime(start)), note);
        return result;
    }

    // No rank returns before all have computed: what it does next, such as throwing an exception, may end the others.
    private void End(string summary, Action<string> note)
    {
        if (Rank == 0)
        {
            // If rank 0 has failed, data that the others had sent before arrives now.
            for (; _others.Any(rank => _summaries[rank] is null); RankLink.Pause()) Pass();
            note(summary);
            foreach (var rank in _others) note(_summaries[rank]!);
            foreach (var rank in _others) _link.Send(rank, RankMessageKind.Done, []);
        }
        else
        {
            _link.Send(0, RankMessageKind.Summary, Encoding.UTF8.GetBytes(summary));
            _link.Receive(0, RankMessageKind.Done, _link.Communicator.Deadline);
        }
        _link.Flush();
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
            _link.Send(next.Rank, RankMessageKind.Data, next.Content, next.Topic);
        }
        foreach (var rank in _others)
        {
            // Another rank may end while the computation of rank 0 does.
            while (_summaries[rank] is null && _link.TryReceive(rank, out var message, RankMessageKind.Data, RankMessageKind.Summary))
            {
                if (message.Kind == RankMessageKind.Summary) _summaries[rank] = Encoding.UTF8.GetString(message.Content);
                else Arrive(rank, message);
            }
            if (_summaries[rank] is null) _link.CheckAlive(rank, _link.Communicator.Deadline);
        }
        _link.Beat(_others);
    }

    private void Arrive(int rank, RankMessage message)
    {
        lock (_lock)
        {
            _arrived[rank].Add((message.Index, message.Content));
            Monitor.PulseAll(_lock);
        }
    }

    // While the computation computes, it needs the processor. It ends this pause when it sends, waits or ends.
    private void Pause<T>(Computation<T> computation)
    {
        if (_waits && Stopwatch.GetElapsedTime(_waitsSince) < _eagerTime)
        {
            Thread.Yield();
            return;
        }
        lock (_lock)
            if (_leaving.Count == 0 && !computation.HasEnded) Monitor.Wait(_lock, TimeSpan.FromMilliseconds(1));
    }
}
