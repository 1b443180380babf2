using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Backprop.Distribution;

/// <summary>One computation on all ranks, which exchange data with rank 0 while they compute.</summary>
/// <remarks>An exception on any rank ends all ranks (<see cref="ICommunicator.Abort"/>).</remarks>
internal abstract class RankExchange
{
    private readonly List<(int Topic, byte[] Content)>[] _arrived;
    private readonly string?[] _summaries;
    private bool _isDone;

    private protected RankExchange(RankLink link)
    {
        Link = link;
        _arrived = [.. Enumerable.Range(0, link.Communicator.Size).Select(_ => new List<(int, byte[])>())];
        _summaries = new string?[link.Communicator.Size];
        Partners = link.Communicator.Rank == 0 ? [.. link.Others] : [0];
    }

    /// <summary>The number of this rank.</summary>
    public int Rank => Link.Communicator.Rank;

    /// <summary>The number of ranks.</summary>
    public int Size => Link.Communicator.Size;

    /// <summary>The messages.</summary>
    private protected RankLink Link { get; }

    /// <summary>The ranks that this one exchanges data with.</summary>
    private protected int[] Partners { get; }

    /// <summary>Whether this rank has sent its last message. Rank 0 sends messages until the end.</summary>
    private protected bool HasReported { get; private set; }

    /// <summary>The time that the computation has waited.</summary>
    private protected TimeSpan Waiting { get; set; }

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
            var link = new RankLink(communicator);
            RankExchange exchange = communicator is GroupPort port ? new GroupExchange(link, port) : new ThreadedExchange(link);
            return exchange.Run(compute, work, note);
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
    public abstract void Send(int rank, int topic, byte[] content);

    /// <summary>Waits for data of a rank.</summary>
    /// <param name="rank">The sender.</param>
    /// <param name="topics">What it may be about. Data about others remains for later calls.</param>
    /// <returns>The first data about one of the topics.</returns>
    public abstract (int Topic, byte[] Content) Receive(int rank, params ReadOnlySpan<int> topics);

    /// <summary>Receives data of a rank about a topic, if it has arrived.</summary>
    public abstract bool TryReceive(int rank, int topic, [NotNullWhen(true)] out byte[]? content);

    /// <summary>Computes, and waits until all ranks have computed.</summary>
    private protected abstract T Run<T>(Func<RankExchange, T> compute, string work, Action<string> note);

    /// <summary>Removes the first data of a rank about one of the topics from what has arrived.</summary>
    private protected bool TryTake(int rank, out (int Topic, byte[] Content) found, ReadOnlySpan<int> topics)
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

    /// <summary>Whether no message of a rank follows in this exchange.</summary>
    private protected bool HasEnded(int rank) => _isDone || _summaries[rank] is not null;

    /// <summary>Receives the next message of a rank, if it is there.</summary>
    private protected bool TryReceiveNext(int rank, out RankMessage message)
    {
        message = default;
        // Another rank may end while the computation of rank 0 does.
        var last = Rank == 0 ? RankMessageKind.Summary : RankMessageKind.Done;
        return !HasEnded(rank) && Link.TryReceive(rank, out message, RankMessageKind.Data, last);
    }

    /// <summary>Keeps a message for <see cref="TryTake"/>, or notes that it is the last one.</summary>
    private protected void Keep(int rank, RankMessage message)
    {
        if (message.Kind == RankMessageKind.Data) _arrived[rank].Add((message.Index, message.Content));
        else if (Rank == 0) _summaries[rank] = Encoding.UTF8.GetString(message.Content);
        else _isDone = true;
    }

    /// <summary>Ends the exchange. No rank returns before all have computed: what it does next, such as throwing an exception, may end the
    /// others.</summary>
    /// <param name="summary">What this rank did.</param>
    /// <param name="listen">Receives messages, or waits for them.</param>
    /// <param name="note">Receives a line about every rank, on rank 0.</param>
    private protected void End(string summary, Action listen, Action<string> note)
    {
        if (Rank != 0)
        {
            Link.Send(0, RankMessageKind.Summary, Encoding.UTF8.GetBytes(summary));
            HasReported = true;
        }
        // If rank 0 has failed, data that the others had sent before arrives now.
        while (!Partners.All(HasEnded)) listen();
        if (Rank == 0)
        {
            note(summary);
            foreach (var rank in Partners) note(_summaries[rank]!);
            foreach (var rank in Partners) Link.Send(rank, RankMessageKind.Done, []);
        }
        Link.Flush();
    }
}
