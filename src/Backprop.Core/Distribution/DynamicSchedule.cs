using System.Diagnostics;
using System.Text;

namespace Backprop.Distribution;

/// <summary>Distributes items of work over ranks: each rank that is free does the next item.</summary>
/// <remarks>
/// On every rank, the calling thread exchanges messages, and a second thread computes. So signs of life are sent during long computations,
/// and a rank that hangs or vanishes is noticed after <see cref="ICommunicator.Deadline"/>. An exception on any rank ends all ranks
/// (<see cref="ICommunicator.Abort"/>), because the others wait for its results.
/// </remarks>
internal static class DynamicSchedule
{
    /// <summary>Computes a result on rank 0, with the help of the other ranks, and returns it on all ranks.</summary>
    /// <typeparam name="T">The result.</typeparam>
    /// <param name="communicator">The ranks.</param>
    /// <param name="lead">Computes the result on rank 0, by batches of the queue.</param>
    /// <param name="work">Does an item on another rank. The token is cancelled when its result is no longer needed.</param>
    /// <param name="encode">The result as bytes.</param>
    /// <param name="decode">The result from its bytes, on the other ranks.</param>
    /// <param name="note">Receives a line about every rank, on rank 0.</param>
    public static T Run<T>(
        ICommunicator communicator, Func<WorkQueue, T> lead, Func<byte[], CancellationToken, byte[]> work, Func<T, byte[]> encode,
        Func<byte[], T> decode, Action<string> note)
    {
        if (communicator.Size == 1) return lead(new WorkQueue(ranks: 1));
        try
        {
            var link = new RankLink(communicator);
            return communicator.Rank == 0 ? Lead(link, lead, encode, note) : decode(Follow(link, work));
        }
        catch (Exception problem)
        {
            communicator.Abort(problem.ToString());
            throw;
        }
    }

    private static T Lead<T>(RankLink link, Func<WorkQueue, T> lead, Func<T, byte[]> encode, Action<string> note)
    {
        var start = Stopwatch.GetTimestamp();
        var queue = new WorkQueue(link.Communicator.Size);
        var computation = new Computation<T>(() => lead(queue));
        var isBusy = new bool[link.Communicator.Size];
        try
        {
            while (!computation.HasEnded)
            {
                foreach (var rank in link.Others) Serve(rank);
                link.Beat(link.Others);
                RankLink.Pause();
            }
        }
        catch (Exception problem)
        {
            queue.Fail(problem);
            throw;
        }
        var result = computation.Result;
        var bytes = encode(result);
        foreach (var rank in link.Others) link.Send(rank, RankMessageKind.Done, bytes);
        note(Describe(link, queue.OwnItems, queue.OwnTime, Stopwatch.GetElapsedTime(start)));
        foreach (var rank in link.Others) note(SummaryOf(link, rank));
        link.Flush();
        return result;

        void Serve(int rank)
        {
            while (link.TryReceive(rank, out var message, RankMessageKind.Result))
            {
                isBusy[rank] = false;
                queue.Complete(message.Index, message.Content);
            }
            link.CheckAlive(rank, link.Communicator.Deadline);
            if (isBusy[rank] || !queue.TryAssign(out var index, out var item)) return;
            isBusy[rank] = true;
            link.Send(rank, RankMessageKind.Item, item, index);
        }
    }

    // The results of items that are no longer needed come before the summary. A rank that has received the end expects no signs of life.
    private static string SummaryOf(RankLink link, int rank)
    {
        link.RestartDeadline(rank);
        while (true)
        {
            if (!link.TryReceive(rank, out var message, RankMessageKind.Result, RankMessageKind.Summary))
            {
                link.CheckAlive(rank, link.Communicator.Deadline);
                RankLink.Pause();
            }
            else if (message.Kind == RankMessageKind.Summary) return Encoding.UTF8.GetString(message.Content);
        }
    }

    private static byte[] Follow(RankLink link, Func<byte[], CancellationToken, byte[]> work)
    {
        var start = Stopwatch.GetTimestamp();
        using var notNeeded = new CancellationTokenSource();
        Computation<byte[]>? computation = null;
        byte[]? end = null;
        var (items, index, time) = (0, 0, TimeSpan.Zero);
        while (end is null || computation is not null)
        {
            if (end is null && link.TryReceive(0, out var message, RankMessageKind.Item, RankMessageKind.Done))
            {
                if (message.Kind == RankMessageKind.Done)
                {
                    end = message.Content;
                    notNeeded.Cancel();
                }
                else
                {
                    index = message.Index;
                    computation = new Computation<byte[]>(() => work(message.Content, notNeeded.Token));
                }
            }
            if (computation is { HasEnded: true })
            {
                items++;
                time += computation.Time;
                if (end is null) link.Send(0, RankMessageKind.Result, computation.Result, index);
                computation = null;
            }
            link.Beat([0]);
            if (end is null) link.CheckAlive(0, link.Communicator.Deadline);
            RankLink.Pause();
        }
        var summary = Describe(link, items, time, Stopwatch.GetElapsedTime(start));
        link.Send(0, RankMessageKind.Summary, Encoding.UTF8.GetBytes(summary));
        link.Flush();
        return end;
    }

    private static string Describe(RankLink link, int items, TimeSpan computing, TimeSpan total) =>
        link.Describe($"items {items}", computing, total);
}
