using System.Collections.Concurrent;
using Backprop.Distribution;
using Backprop.Networks;

namespace Backprop.Core.Tests.Distribution;

/// <summary>Items are done by all ranks of a group together, and a failure of any rank ends all groups.</summary>
public class GroupScheduleTests
{
    private const int Parts = 12;

    // Groups of different sizes are included: 3 ranks in 2 groups, 8 in 3.
    public static TheoryData<int, int> Divisions => new()
    {
        { 1, 1 }, { 2, 1 }, { 3, 1 }, { 3, 2 }, { 4, 2 }, { 6, 2 }, { 6, 3 }, { 8, 3 }, { 8, 4 }, { 8, 8 },
    };

    [Theory, MemberData(nameof(Divisions))]
    public void Every_division_has_the_results_of_one_process(int ranks, int groups)
    {
        foreach (var results in ThreadRanks.Run(ranks, communicator => Sums(communicator, groups, items: 10)))
            Assert.Equal(Enumerable.Range(0, 10).Select(SumOf), results);
    }

    [Fact]
    public void All_ranks_of_one_group_do_an_item()
    {
        var done = new ConcurrentBag<(int Item, int Rank)>();
        using var all = new CountdownEvent(6);
        // The first two items wait for each other, so that no group can do them all.
        ThreadRanks.Run(6, communicator => Sums(communicator, groups: 2, items: 4, (item, _) =>
        {
            done.Add((item, communicator.Rank));
            if (item < 2) all.Signal();
            all.Wait();
        }));
        foreach (var item in done.GroupBy(each => each.Item))
        {
            int[] ranks = [.. item.Select(each => each.Rank).Order()];
            int first = item.Key == 0 || ranks[0] == 0 ? 0 : 3;
            Assert.Equal([first, first + 1, first + 2], ranks);
        }
        Assert.Equal(12, done.Count);
        Assert.Equal(6, done.Select(each => each.Rank).Distinct().Count());
    }

    [Fact]
    public void A_line_names_the_group_of_each_rank()
    {
        var lines = new List<string>();
        ThreadRanks.Run(5, communicator => Sums(communicator, groups: 2, items: 6, note: lines.Add));
        for (var rank = 0; rank < 5; rank++)
        {
            var group = rank < 3 ? 0 : 1;
            Assert.StartsWith($"Rank {rank} of 5 on host{rank}: group {group} of 2, items ", lines[rank], StringComparison.Ordinal);
        }
        int[] items = [.. lines.Select(line => int.Parse(line.Split("items ")[1].Split(',')[0]))];
        Assert.Equal(6, items[0] + items[3]);
        Assert.Equal([items[0], items[0], items[0], items[3], items[3]], items);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void A_rank_that_fails_ends_all_groups_with_its_error(int failing)
    {
        var problems = ThreadRanks.RunAll(4, communicator => Sums(communicator, groups: 2, items: 8, (_, _) =>
        {
            if (communicator.Rank == failing) throw new InvalidDataException("the data of this rank is damaged");
            if (failing > 1) Thread.Sleep(5); // the second group has items, too
        }));
        foreach (var (rank, problem) in problems.Index())
            if (rank == failing) Assert.IsType<InvalidDataException>(problem);
            else Assert.Contains(
                $"Rank {failing} ends the job: System.IO.InvalidDataException: the data of this rank is damaged", problem!.Message,
                StringComparison.Ordinal);
    }

    // An exception in a distributed call must end all ranks, because the others of the group wait.
    [Fact]
    public void An_exception_that_the_work_hides_ends_all_ranks()
    {
        var problems = ThreadRanks.RunAll(4, communicator => Sums(communicator, groups: 2, items: 4, (_, group) =>
        {
            try
            {
                RankExchange.Run(
                    group, exchange => communicator.Rank == 1 ? throw new InvalidDataException("it is hidden") : exchange.Rank, "",
                    _ => { });
            }
            catch (InvalidDataException)
            {
                // Hidden.
            }
        }));
        Assert.All(problems, problem => Assert.Contains("it is hidden", problem!.Message, StringComparison.Ordinal));
    }

    // One rank of the group waits for data of the other one, which does not send it.
    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void A_rank_that_fails_ends_others_that_wait_for_data(int failing)
    {
        var problems = ThreadRanks.RunAll(4, communicator => Sums(communicator, groups: 2, items: 8, (_, group) =>
        {
            RankExchange.Run(
                group,
                exchange =>
                {
                    if (communicator.Rank == failing) throw new InvalidDataException("the data of this rank is damaged");
                    return communicator.Rank / 2 == failing / 2 ? exchange.Receive(1 - exchange.Rank, 0).Topic : 0;
                },
                "", _ => { });
            if (failing > 1) Thread.Sleep(5); // the second group has items, too
        }));
        foreach (var (rank, problem) in problems.Index())
            if (rank == failing) Assert.IsType<InvalidDataException>(problem);
            else Assert.Contains("the data of this rank is damaged", problem!.Message, StringComparison.Ordinal);
    }

    // Data about other topics is kept, and data that no computation receives is dropped at the end.
    [Fact]
    public void A_group_exchanges_data_by_topics()
    {
        var results = ThreadRanks.Run(4, communicator => Sums(communicator, groups: 2, items: 4, (item, group) =>
        {
            var sum = RankExchange.Run(group, exchange => exchange.Rank == 0 ? OfFirst(exchange) : OfOther(exchange), "", _ => { });
            Assert.Equal(item + 7, sum);

            int OfFirst(RankExchange exchange)
            {
                Assert.False(exchange.TryReceive(1, topic: 5, out var _));
                exchange.Send(1, topic: 3, Bytes(item));
                exchange.Send(1, topic: 4, Bytes(7));
                var (topic, content) = exchange.Receive(1, 6, 9);
                Assert.Equal(6, topic);
                return Int(content);
            }

            int OfOther(RankExchange exchange)
            {
                var sum = Int(exchange.Receive(0, 4).Content) + Int(exchange.Receive(0, 3).Content);
                Assert.False(exchange.TryReceive(0, topic: 3, out var _));
                foreach (var topic in (int[])[8, 6, 9]) exchange.Send(0, topic, Bytes(sum));
                return sum;
            }
        }));
        Assert.All(results, own => Assert.Equal(Enumerable.Range(0, 4).Select(SumOf), own));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void A_rank_that_hangs_is_named_by_its_number_among_all(int hanging)
    {
        using var ended = new ManualResetEventSlim();
        var problems = ThreadRanks.RunAll(
            4,
            communicator =>
            {
                if (communicator.Rank == hanging)
                {
                    ended.Wait(TimeSpan.FromSeconds(20));
                    return;
                }
                try
                {
                    Sums(communicator, groups: 2, items: 4);
                }
                finally
                {
                    ended.Set();
                }
            },
            deadline: TimeSpan.FromSeconds(0.4));
        var message = Assert.IsType<TimeoutException>(problems[0]).Message;
        Assert.StartsWith("Rank 0 of 4 on host0 waited ", message, StringComparison.Ordinal);
        Assert.Contains($"for rank {hanging}, which sent no sign of life", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_of_a_group_may_be_longer_than_the_deadline()
    {
        var deadline = TimeSpan.FromSeconds(0.5);
        var results = ThreadRanks.Run(
            4,
            communicator => Sums(communicator, groups: 2, items: 2, (_, group) =>
            {
                RankExchange.Run(group, exchange => exchange.Rank, "", _ => { });
                if (group.Rank == 1) Thread.Sleep(1.3 * deadline);
            }),
            deadline);
        Assert.All(results, own => Assert.Equal([SumOf(0), SumOf(1)], own));
    }

    [Fact]
    public void A_group_may_be_divided_again()
    {
        var results = ThreadRanks.Run(4, communicator => DynamicSchedule.Run(
            communicator, new RankGroups(4, 2),
            queue => queue.Run(3, Bytes, item => Sums(queue.Group, groups: 2, items: item + 1).Sum(), (_, bytes) => Int(bytes)).Sum(),
            (item, group, _) => Bytes(Sums(group, groups: 2, items: Int(item) + 1).Sum()), Bytes, Int, _ => { }));
        var expected = 3 * SumOf(0) + 2 * SumOf(1) + SumOf(2);
        Assert.All(results, sum => Assert.Equal(expected, sum));
    }

    [Fact]
    public void A_group_has_no_other_ranks()
    {
        ThreadRanks.Run(4, communicator => Sums(communicator, groups: 2, items: 2, (_, group) =>
        {
            Assert.Equal((2, communicator.Rank % 2), (group.Size, group.Rank));
            Assert.Equal($"host{communicator.Rank} (rank {communicator.Rank} of 4)", group.Host);
            Assert.Throws<ArgumentOutOfRangeException>("rank", () => group.Send(2, []));
            Assert.Throws<ArgumentOutOfRangeException>("rank", () => group.TryReceive(group.Rank, out var _));
        }));
    }

    // Each rank of a group has some parts of the sum.
    private static int[] Sums(
        ICommunicator communicator, int groups, int items, Action<int, ICommunicator>? before = null, Action<string>? note = null)
    {
        return DynamicSchedule.Run(
            communicator, new RankGroups(communicator.Size, groups),
            queue => queue.Run(items, Bytes, item => Sum(item, queue.Group), (_, bytes) => Int(bytes)).ToArray(),
            (item, group, _) => Bytes(Sum(Int(item), group)), results => [.. results.SelectMany(Bytes)],
            bytes => [.. bytes.Chunk(sizeof(int)).Select(Int)], note ?? (_ => { }));

        int Sum(int item, ICommunicator group)
        {
            before?.Invoke(item, group);
            var parts = Enumerable.Range(0, group.Size).Select(rank => Network.Share(Parts, rank, group.Size)).ToArray();
            var values = new int[Parts];
            var (first, count) = parts[group.Rank];
            for (var part = first; part < first + count; part++) values[part] = item * part;
            RankValues.Gather<int>(group, values, parts);
            return values.Sum();
        }
    }

    private static int SumOf(int item) => item * Parts * (Parts - 1) / 2;

    private static byte[] Bytes(int value) => BitConverter.GetBytes(value);

    private static int Int(byte[] bytes) => BitConverter.ToInt32(bytes);
}
