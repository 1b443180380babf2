using System.Buffers.Binary;
using System.Collections.Concurrent;
using Backprop.Distribution;

namespace Backprop.Core.Tests.Distribution;

/// <summary>Items are done by any rank, results arrive in order on all ranks, and a failure ends all ranks.</summary>
public class DynamicScheduleTests
{
    public static TheoryData<int> Sizes => [1, 2, 3, 4, 8, 13, 64];

    [Theory, MemberData(nameof(Sizes))]
    public void Every_rank_returns_the_results_in_the_order_of_the_items(int ranks)
    {
        var results = ThreadRanks.Run(ranks, communicator => Squares(communicator, 30));
        Assert.Equal(ranks, results.Length);
        Assert.All(results, own => Assert.Equal(Enumerable.Range(0, 30).Select(i => i * i), own));
    }

    [Fact]
    public void All_ranks_work_and_each_item_is_done_once()
    {
        var done = new ConcurrentBag<(int Rank, int Item)>();
        var (ranks, items) = (4, 12);
        using var all = new CountdownEvent(ranks);
        // The first items wait for each other, so that no rank can do them all.
        ThreadRanks.Run(ranks, communicator => Squares(communicator, items, item =>
        {
            done.Add((communicator.Rank, item));
            if (item < ranks) all.Signal();
            all.Wait();
        }));
        Assert.Equal(Enumerable.Range(0, items), done.Select(each => each.Item).Order());
        Assert.Equal(Enumerable.Range(0, ranks), done.Select(each => each.Rank).Distinct().Order());
    }

    [Fact]
    public void Rank_0_does_the_first_item_of_a_batch()
    {
        var first = -1;
        ThreadRanks.Run(5, communicator => Squares(communicator, 5, item => first = item == 0 ? communicator.Rank : first));
        Assert.Equal(0, first);
    }

    [Fact]
    public void Later_batches_may_depend_on_earlier_results()
    {
        var sums = ThreadRanks.Run(3, communicator => DynamicSchedule.Run(
            communicator, Single(communicator),
            queue =>
            {
                var sum = 1;
                for (var batch = 0; batch < 4; batch++)
                {
                    var factor = sum;
                    sum = queue.Run(3, i => Bytes(factor + i), i => factor + i + 1, (_, bytes) => Int(bytes)).Sum();
                }
                return sum;
            },
            (item, _, _) => Bytes(Int(item) + 1), Bytes, Int, _ => { }));
        // The sum of (s + 1), (s + 2) and (s + 3) is 3·s + 6: from 1 to 9, 33, 105, 321.
        Assert.Equal([321, 321, 321], sums);
    }

    [Theory, InlineData(1), InlineData(3)]
    public void After_an_item_that_may_not_start_none_starts(int ranks)
    {
        var results = ThreadRanks.Run(ranks, communicator => DynamicSchedule.Run(
            communicator, Single(communicator), queue => queue.Run(10, Bytes, i => i, (_, bytes) => Int(bytes), i => i < 4).Count(),
            (item, _, _) => item, Bytes, Int, _ => { }));
        Assert.All(results, count => Assert.Equal(4, count));
    }

    [Fact]
    public void Work_that_is_not_needed_any_more_is_cancelled()
    {
        using var hasStarted = new ManualResetEventSlim();
        var wasCancelled = false;
        ThreadRanks.Run(2, communicator => DynamicSchedule.Run(
            communicator, Single(communicator),
            // Rank 0 does the first item and reserves the second.
            queue => queue.Run(3, Bytes, i => i, (_, bytes) => Int(bytes)).First(_ => hasStarted.Wait(TimeSpan.FromSeconds(20))),
            (item, _, token) =>
            {
                hasStarted.Set();
                wasCancelled = token.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
                return item;
            },
            Bytes, Int, _ => { }));
        Assert.True(wasCancelled);
    }

    [Fact]
    public void Rank_0_receives_a_line_about_every_rank()
    {
        var lines = new List<string>();
        ThreadRanks.Run(3, communicator => Squares(communicator, 7, note: lines.Add));
        Assert.Equal(3, lines.Count);
        for (var rank = 0; rank < 3; rank++) Assert.StartsWith($"Rank {rank} of 3 on host{rank}: ", lines[rank], StringComparison.Ordinal);
        Assert.Equal(7, lines.Sum(line => int.Parse(line.Split(": items ")[1].Split(',')[0])));
    }

    [Theory, InlineData(0), InlineData(2)]
    public void A_rank_that_fails_ends_all_ranks_with_its_error(int failing)
    {
        using var all = new CountdownEvent(3);
        var problems = ThreadRanks.RunAll(3, communicator => Squares(communicator, 3, _ =>
        {
            all.Signal();
            all.Wait();
            if (communicator.Rank == failing) throw new InvalidDataException("the data of this rank is damaged");
        }));
        for (var rank = 0; rank < 3; rank++)
            if (rank == failing) Assert.IsType<InvalidDataException>(problems[rank]);
            else Assert.Contains($"Rank {failing} ends the job: System.IO.InvalidDataException: the data of this rank is damaged",
                Assert.IsType<JobEndedException>(problems[rank]).Message);
    }

    [Theory, InlineData(0), InlineData(1)]
    public void A_rank_that_hangs_is_named_after_the_deadline(int hanging)
    {
        using var ended = new ManualResetEventSlim();
        var problems = ThreadRanks.RunAll(
            2,
            communicator =>
            {
                if (communicator.Rank == hanging) ended.Wait(TimeSpan.FromSeconds(20));
                else
                {
                    try
                    {
                        Squares(communicator, 4);
                    }
                    finally
                    {
                        ended.Set();
                    }
                }
            },
            deadline: TimeSpan.FromSeconds(0.2));
        var message = Assert.IsType<TimeoutException>(problems[1 - hanging]).Message;
        Assert.StartsWith($"Rank {1 - hanging} of 2 on host{1 - hanging} waited ", message, StringComparison.Ordinal);
        Assert.Contains($"for rank {hanging}", message, StringComparison.Ordinal);
    }

    // Long work is no hanging: signs of life are sent in the meantime.
    [Fact]
    public void Work_may_be_longer_than_the_deadline()
    {
        var deadline = TimeSpan.FromSeconds(0.3);
        var results = ThreadRanks.Run(2, communicator => Squares(communicator, 2, _ => Thread.Sleep(2 * deadline)), deadline);
        Assert.All(results, own => Assert.Equal([0, 1], own));
    }

    [Fact]
    public void Ranks_that_call_other_things_are_refused()
    {
        var problems = ThreadRanks.RunAll(2, communicator =>
        {
            if (communicator.Rank == 0) Squares(communicator, 3);
            else RankAgreement.Reach(communicator, [], _ => { });
        });
        Assert.Contains("All ranks must run the same program", Assert.IsType<InvalidOperationException>(problems[0]).Message);
    }

    [Fact]
    public void A_message_of_another_program_is_refused()
    {
        Assert.Throws<FormatException>(() => RankMessage.From([]));
        Assert.Throws<FormatException>(() => RankMessage.From([200, 0, 0, 0, 0]));
        var sent = new RankMessage(RankMessageKind.Result, 70_000, [1, 2, 3]);
        var received = RankMessage.From(sent.ToBytes());
        Assert.Equal((sent.Kind, sent.Index), (received.Kind, received.Index));
        Assert.Equal(sent.Content, received.Content);
    }

    private static int[] Squares(ICommunicator communicator, int items, Action<int>? before = null, Action<string>? note = null)
    {
        return DynamicSchedule.Run(
            communicator, Single(communicator), queue => queue.Run(items, Bytes, Square, (_, bytes) => Int(bytes)).ToArray(),
            (item, _, _) => Bytes(Square(Int(item))), results => [.. results.SelectMany(Bytes)],
            bytes => [.. bytes.Chunk(sizeof(int)).Select(Int)], note ?? (_ => { }));

        int Square(int item)
        {
            before?.Invoke(item);
            return item * item;
        }
    }

    private static RankGroups Single(ICommunicator communicator) => RankGroups.OfSingleRanks(communicator.Size);

    private static byte[] Bytes(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static int Int(byte[] bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes);
}
