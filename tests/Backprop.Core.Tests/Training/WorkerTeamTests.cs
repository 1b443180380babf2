using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Everybody_works_once_per_call_and_is_done_when_the_call_returns(int size)
    {
        using var team = new WorkerTeam(size);
        var calls = new int[size];
        Action<int> work = index => calls[index]++;
        for (var call = 1; call <= 2000; call++)
        {
            team.Run(work);
            Assert.All(calls, count => Assert.Equal(call, count));
        }
    }

    // Longer than anybody spins, so all are asleep and must be woken.
    [Fact]
    public void Who_fell_asleep_is_woken()
    {
        using var team = new WorkerTeam(4);
        var done = 0;
        for (var call = 1; call <= 20; call++)
        {
            Thread.Sleep(10);
            team.Run(index =>
            {
                if (index == 2) Thread.Sleep(10);
                Interlocked.Increment(ref done);
            });
            Assert.Equal(4 * call, done);
        }
    }

    [Fact]
    public void The_first_of_the_team_is_the_caller()
    {
        using var team = new WorkerTeam(3);
        var threads = new Thread[3];
        team.Run(index => threads[index] = Thread.CurrentThread);
        Assert.Same(Thread.CurrentThread, threads[0]);
        Assert.Equal(3, threads.Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void An_exception_reaches_the_caller_after_all_have_come_to_their_end_and_the_team_works_on(int thrower)
    {
        using var team = new WorkerTeam(3);
        var ended = 0;
        for (var call = 1; call <= 3; call++)
        {
            var problem = Assert.Throws<InvalidOperationException>(() => team.Run(index =>
            {
                if (index == thrower) throw new InvalidOperationException($"{index}");
                Thread.Sleep(5);
                Interlocked.Increment(ref ended);
            }));
            Assert.Equal($"{thrower}", problem.Message);
            Assert.Equal(2 * call, ended);
        }
        team.Run(_ => Interlocked.Increment(ref ended));
        Assert.Equal(9, ended);
    }

    [Fact]
    public void No_thread_is_left_behind()
    {
        Thread[] threads = new Thread[5];
        using (var team = new WorkerTeam(5)) team.Run(index => threads[index] = Thread.CurrentThread);
        Assert.All(threads[1..], thread => Assert.False(thread.IsAlive));
    }

    [Fact]
    public void A_call_allocates_nothing_in_any_thread()
    {
        using var team = new WorkerTeam(3);
        var allocated = new long[3];
        Action<int> nothing = _ => { }, look = index => allocated[index] = GC.GetAllocatedBytesForCurrentThread();
        void Work()
        {
            for (var call = 0; call < 100; call++) team.Run(nothing);
            Thread.Sleep(20); // so that the next call finds sleepers
            team.Run(look);
        }
        for (var warmUp = 0; warmUp < 3; warmUp++) Work();
        var before = new long[3];
        team.Run(look);
        allocated.CopyTo(before, 0);
        Work();
        Assert.Equal(before, allocated);
    }

    [Fact]
    public void Threads_are_ended_where_another_cannot_be_started()
    {
        var started = new List<Thread>();
        Assert.Throws<InvalidOperationException>(() => new WorkerTeam(4, (index, work) =>
        {
            if (index == 3) throw new InvalidOperationException();
            var thread = new Thread(() => work(index)) { IsBackground = true };
            thread.Start();
            started.Add(thread);
            return thread;
        }));
        Assert.Equal(2, started.Count);
        Assert.All(started, thread => Assert.False(thread.IsAlive));
    }

    [Fact]
    public void A_step_that_cannot_be_made_starts_no_thread()
    {
        if (!OperatingSystem.IsLinux()) return;
        var network = Backprop.Networks.Network.FullyConnected(2, [3], 1, new Backprop.Activations.ReLU());
        var options = new TrainingOptions { Loss = new Backprop.Losses.SquaredError() };
        Assert.ThrowsAny<Exception>(
            () => Steps.Make(network, new float[network.ParameterCount], options, batchSize: int.MaxValue, threads: 78));
        Assert.DoesNotContain("Backprop 77", Directory.GetDirectories("/proc/self/task").Select(NameOf));

        static string NameOf(string thread)
        {
            try
            {
                return File.ReadAllText(thread + "/comm").Trim();
            }
            catch (IOException)
            {
                return ""; // it has ended meanwhile
            }
        }
    }

    [Fact]
    public void A_team_of_nobody_is_refused() => Assert.Throws<ArgumentOutOfRangeException>("size", () => new WorkerTeam(0));
}
