using Backprop.Benchmarks.Harness;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Benchmarks.Groups;

/// <summary>Training steps by shards: what shards cost one process, and what a second rank gains.</summary>
internal static class ShardBenchmarks
{
    private const int Shards = 8, Batches = 4, BatchSize = 1024;
    private const double LearningRate = 1e-7; // as in StepBenchmarks

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

    private static TrainingStep MakeStep(Net net, BatchShards shards)
    {
        var options = new TrainingOptions { Loss = net.Loss, Optimizer = new Adam() };
        var network = net.Make();
        var state = new TrainingState(net.InitialParameters(), options, network);
        return new TrainingStep(network, state, options, net.BatchSize, threads: 1, shards: shards);
    }

    private static Minibatches MakeBatches(Net net)
    {
        var (x, y) = net.Examples(Batches * net.BatchSize, seed: 2);
        return new Minibatches(new ExampleSet(x, net.Inputs, y), net.BatchSize, null, null);
    }
}
