using System.ComponentModel;
using System.Globalization;
using Backprop.Benchmarks.Harness;
using Backprop.ML;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Benchmarks.Groups;

/// <summary>Training steps by shards: what shards cost one process, and what a second rank gains.</summary>
internal static class ShardBenchmarks
{
    private const string PlanMark = "Plan: ";

    private const int Shards = 8, Batches = 4, BatchSize = 1024;
    private const double LearningRate = 1e-7; // as in StepBenchmarks

    // Steps of ranks must be equally many, so they are counted, not timed.
    private static readonly Dictionary<string, (int Steps, double Efficiency)> s_ranks = new() { ["B"] = (300, 0.85), ["D"] = (24, 0.90) };

    private static readonly Net[] s_nets = [Net.B with { BatchSize = BatchSize }, Net.D with { BatchSize = BatchSize }];

    public static void Run(Report report)
    {
        foreach (var net in s_nets)
        {
            using TrainingStep sharded = MakeStep(net, new BatchShards(Shards, 0, 1)), whole = MakeStep(net, BatchShards.One);
            var batches = MakeBatches(net);
            int next = 0, nextOfWhole = 0;
            var times = PairedRun.Compare(
                () => sharded.Learn(batches, next++ % Batches, new StepValues(LearningRate)),
                () => whole.Learn(batches, nextOfWhole++ % Batches, new StepValues(LearningRate)));
            report.Add($"step of {net.Name}, batch {BatchSize}, {Shards} shards, one process", "one shard", times, 0.95);
        }
    }

    /// <summary>Seconds of a step on two ranks, against one process: each is bound to a processor, and has one thread. Prints the
    /// prediction, and what the ranks of the last run waited for.</summary>
    public static void RunRanks(Report report)
    {
        foreach (var launcher in (string[])["mpirun.openmpi", "mpirun.mpich"])
            foreach (var net in s_nets)
            {
                var work = $"step of {net.Name}, batch {BatchSize}, {Shards} shards, 2 ranks by {launcher}";
                try
                {
                    List<string> profiles = [];
                    var times = PairedRun.CompareTimes(
                        () => StepsOf(launcher, ranks: 2, net, profiles),
                        () => StepsOf(launcher, ranks: 1, net, []), rounds: 5);
                    report.Add(work, "one process", times, 2 * s_ranks[net.Letter].Efficiency, threads: 2);
                    foreach (var profile in profiles.TakeLast(3)) Console.WriteLine(profile);
                }
                catch (Exception problem) when (problem is Win32Exception or InvalidOperationException)
                {
                    report.Void(work, "one process", problem.Message);
                }
            }
    }

    /// <summary>Prints what was predicted for a step, the seconds of a step on this rank, and what it waited for.</summary>
    public static int PrintStepsOfRanks(string letter) => Mpi.Run(ranks =>
    {
        var net = s_nets.Single(net => net.Letter == letter);
        var shards = new BatchShards(Shards, ranks.Rank, ranks.Size);
        var reducer = ranks.Size == 1 ? null : new RankReducer(ranks, shards, net.Make(), stop: null);
        using var step = MakeStep(net, shards, reducer);
        var batches = MakeBatches(net);
        var notes = new RunReports(note: text => Console.WriteLine($"{PlanMark}{text}"));
        if (reducer is not null) ShardPlan.Report(reducer, net.Make(), net.BatchSize, threads: 1, notes);
        List<(double Seconds, double Waiting)> steps = [];
        for (var i = 0; i < s_ranks[letter].Steps; i++)
        {
            var before = reducer?.Waiting ?? TimeSpan.Zero;
            var time = PairedRun.SecondsPerCall(() => step.Learn(batches, i % Batches, new StepValues(LearningRate)));
            steps.Add((time, ((reducer?.Waiting ?? TimeSpan.Zero) - before).TotalSeconds));
        }
        var (seconds, waiting) = steps.Order().ElementAt(steps.Count / 10);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds:R}"));
        if (reducer is not null)
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{reducer.Summary} A step: computing {1e3 * (seconds - waiting):F2} ms, exchanging and waiting {1e3 * waiting:F2} ms."));
    });

    // The fastest tenth: other programs disturb the rest.
    private static double StepsOf(string launcher, int ranks, Net net, List<string> profiles)
    {
        var lines = RankProcesses.LinesOf(launcher, ranks, "rank-steps", net.Letter);
        profiles.AddRange(lines.Where(line => line.StartsWith("Rank ", StringComparison.Ordinal)
            || line.StartsWith(PlanMark, StringComparison.Ordinal)));
        return lines.Where(line => char.IsAsciiDigit(line[0])).Max(line => double.Parse(line, CultureInfo.InvariantCulture));
    }

    private static TrainingStep MakeStep(Net net, BatchShards shards, RankReducer? reducer = null)
    {
        var options = new TrainingOptions { Loss = net.Loss, Optimizer = new Adam() };
        var network = net.Make();
        var state = new TrainingState(net.InitialParameters(), options, network);
        return new TrainingStep(network, state, options, net.BatchSize, threads: 1, shards: shards, ranks: reducer);
    }

    private static Minibatches MakeBatches(Net net)
    {
        var (x, y) = net.Examples(Batches * net.BatchSize, seed: 2);
        return new Minibatches(new ExampleSet(x, net.Inputs, y), net.BatchSize, null, null);
    }
}
