using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Backprop.Distribution;

/// <summary>An exchange within a group, by the thread that computes: another thread carries its messages already
/// (<see cref="GroupLink"/>), sends signs of life, and notices a rank that hangs.</summary>
internal sealed class GroupExchange(RankLink link, GroupPort port) : RankExchange(link)
{
    /// <inheritdoc/>
    public override void Send(int rank, int topic, byte[] content) => Link.Send(rank, RankMessageKind.Data, content, topic);

    /// <inheritdoc/>
    public override (int Topic, byte[] Content) Receive(int rank, params ReadOnlySpan<int> topics)
    {
        var start = Stopwatch.GetTimestamp();
        (int, byte[]) found;
        while (!TryTake(rank, out found, topics)) Listen();
        Waiting += Stopwatch.GetElapsedTime(start);
        return found;
    }

    /// <inheritdoc/>
    public override bool TryReceive(int rank, int topic, [NotNullWhen(true)] out byte[]? content)
    {
        Hear();
        var isThere = TryTake(rank, out var found, [topic]);
        content = found.Content;
        return isThere;
    }

    private protected override T Run<T>(Func<RankExchange, T> compute, string work, Action<string> note)
    {
        var start = Stopwatch.GetTimestamp();
        var result = compute(this);
        var total = Stopwatch.GetElapsedTime(start);
        End(Link.Describe(work, total - Waiting, total), Listen, note);
        return result;
    }

    private void Listen()
    {
        if (!Hear()) port.WaitForArrival();
    }

    private bool Hear()
    {
        var hasHeard = false;
        foreach (var rank in Partners)
        {
            // A port that has no message to give concludes that the computation waits.
            while (port.HasArrived(rank) && TryReceiveNext(rank, out var message))
            {
                Keep(rank, message);
                hasHeard = true;
            }
        }
        return hasHeard;
    }
}
