using System.Diagnostics;
using System.Text;

namespace Backprop.Distribution;

/// <summary>Distributes items of work over groups of ranks: each group that is free does the next item.</summary>
/// <remarks>
/// On every rank, the calling thread exchanges messages, and a second thread computes. So signs of life are sent during long computations,
/// and a rank that hangs or vanishes is noticed after <see cref="ICommunicator.Deadline"/>. An exception on any rank ends all ranks
/// (<see cref="ICommunicator.Abort"/>), because the others wait for its results. Rank 0 assigns items to the first rank of each group,
/// which sends them to the others of its group.
/// </remarks>
internal static class DynamicSchedule
{
    /// <summary>Computes a result on rank 0, with the help of the other ranks, and returns it on all ranks.</summary>
    /// <typeparam name="T">The result.</typeparam>
    /// <param name="communicator">The ranks.</param>
    /// <param name="groups">The groups of these ranks, the same on all of them.</param>
    /// <param name="lead">Computes the result on rank 0, by batches of the queue.</param>
    /// <param name="work">Does an item on another rank, together with the ranks of its group. The result of the first rank of a group is
    /// used. The token is cancelled on this rank when its result is no longer needed.</param>
    /// <param name="encode">The result as bytes.</param>
    /// <param name="decode">The result from its bytes, on the other ranks.</param>
    /// <param name="note">Receives a line about every rank, on rank 0.</param>
    public static T Run<T>(
        ICommunicator communicator, RankGroups groups, Func<WorkQueue, T> lead,
        Func<byte[], ICommunicator, CancellationToken, byte[]> work, Func<T, byte[]> encode, Func<byte[], T> decode, Action<string> note)
    {
        if (communicator.Size == 1) return lead(new WorkQueue(groups: 1, communicator));
        var link = new GroupLink(communicator, groups);
        try
        {
            if (communicator.Rank == 0) return Lead(link, lead, encode, note);
            return decode(link.Port.Rank == 0 ? Follow(link, work) : Assist(link, work));
        }
        catch (Exception problem)
        {
            link.Port.Fail(problem);
            communicator.Abort(link.Port.AbortReason ?? problem.ToString());
            throw;
        }
    }

    private static T Lead<T>(GroupLink link, Func<WorkQueue, T> lead, Func<T, byte[]> encode, Action<string> note)
    {
        var start = Stopwatch.GetTimestamp();
        var queue = new WorkQueue(link.Groups.Count, link.Port);
        var computation = new Computation<T>(() => lead(queue), link.Port.Wake);
        var isBusy = new bool[link.Groups.Count];
        try
        {
            while (!computation.HasEnded)
            {
                foreach (var rank in link.Others) Hear(rank);
                for (var group = 1; group < isBusy.Length; group++) Assign(group);
                link.Pass();
            }
        }
        catch (Exception problem)
        {
            queue.Fail(problem);
            throw;
        }
        var result = link.ResultOf(computation);
        var bytes = encode(result);
        foreach (var rank in link.Others) link.Send(rank, RankMessageKind.Done, bytes);
        link.EndGroup();
        note(link.Describe(queue.OwnItems, queue.OwnTime, Stopwatch.GetElapsedTime(start)));
        foreach (var rank in link.Others) note(SummaryOf(link, rank));
        link.Flush();
        return result;

        void Hear(int rank)
        {
            while (link.TryReceive(rank, out var message, RankMessageKind.Result))
            {
                isBusy[link.Groups.GroupOf(rank)] = false;
                queue.Complete(message.Index, message.Content);
            }
            link.CheckAlive(rank);
        }

        void Assign(int group)
        {
            if (isBusy[group] || !queue.TryAssign(out var index, out var item)) return;
            isBusy[group] = true;
            link.Send(link.Groups.FirstOf(group), RankMessageKind.Item, item, index);
        }
    }

    // The results of items that are no longer needed come before the summary. A rank that has received the end expects no signs of life.
    private static string SummaryOf(GroupLink link, int rank)
    {
        link.RestartDeadline(rank);
        while (true)
        {
            if (!link.TryReceive(rank, out var message, RankMessageKind.Result, RankMessageKind.Summary))
            {
                link.CheckAlive(rank);
                RankLink.Pause();
            }
            else if (message.Kind == RankMessageKind.Summary) return Encoding.UTF8.GetString(message.Content);
        }
    }

    // On the first rank of a group.
    private static byte[] Follow(GroupLink link, Func<byte[], ICommunicator, CancellationToken, byte[]> work)
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
                    computation = new Computation<byte[]>(
                        () =>
                        {
                            GroupItems.Share(link.Port, message.Content);
                            return work(message.Content, link.Port, notNeeded.Token);
                        },
                        link.Port.Wake);
                }
            }
            if (computation is { HasEnded: true })
            {
                items++;
                time += computation.Time;
                // A computation that was cancelled may have ended by an exception.
                if (end is null) link.Send(0, RankMessageKind.Result, link.ResultOf(computation), index);
                else link.ThrowIfAborted();
                computation = null;
            }
            if (end is null) link.CheckAlive(0);
            link.Pass();
        }
        link.EndGroup();
        Summarize(link, link.Describe(items, time, Stopwatch.GetElapsedTime(start)));
        return end;
    }

    // On the other ranks of a group. Its first rank ends the items; rank 0 ends the schedule.
    private static byte[] Assist(GroupLink link, Func<byte[], ICommunicator, CancellationToken, byte[]> work)
    {
        var start = Stopwatch.GetTimestamp();
        var computation = new Computation<(int Items, TimeSpan Time)>(WorkOnItems, link.Port.Wake);
        byte[]? end = null;
        while (end is null || !computation.HasEnded)
        {
            if (computation.HasEnded) link.ResultOf(computation); // throws if it failed
            if (end is null)
            {
                if (link.TryReceive(0, out var message, RankMessageKind.Done)) end = message.Content;
                link.CheckAlive(0);
            }
            else link.TryReceive(0, out _); // rank 0 may be the first of this group
            link.Pass();
        }
        var own = link.ResultOf(computation);
        Summarize(link, link.Describe(own.Items, own.Time, Stopwatch.GetElapsedTime(start)));
        return end;

        (int Items, TimeSpan Time) WorkOnItems()
        {
            var (items, time) = (0, TimeSpan.Zero);
            for (; GroupItems.TryReceive(link.Port, out var item); items++)
            {
                var startOfItem = Stopwatch.GetTimestamp();
                work(item, link.Port, CancellationToken.None);
                time += Stopwatch.GetElapsedTime(startOfItem);
            }
            return (items, time);
        }
    }

    private static void Summarize(GroupLink link, string summary)
    {
        link.Send(0, RankMessageKind.Summary, Encoding.UTF8.GetBytes(summary));
        link.Flush();
    }
}
