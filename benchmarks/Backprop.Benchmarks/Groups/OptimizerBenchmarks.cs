using Backprop.Activations;
using Backprop.Benchmarks.Harness;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Benchmarks.Groups;

/// <summary>A training step with Muon against one with Adam: the cost of the orthogonalization.</summary>
internal static class OptimizerBenchmarks
{
    private const int Features = 80, Outputs = 3, Rows = 4096, Members = 5, Width = 128;

    private static readonly ExampleSet s_examples = RepeatedSteps.Examples(Rows, Features, Outputs);

    public static void Run(Report report)
    {
        foreach (var batchSize in (int[])[256, 1024])
            foreach (var muon in (Muon[])[new Muon(), new Muon { Iterations = 3 }, new Muon { Iterations = 3, Interval = 2 }])
                foreach (var threads in (int[])[1, 2]) Compare(report, muon, batchSize, threads);
    }

    private static void Compare(Report report, Muon muon, int batchSize, int threads)
    {
        using RepeatedSteps ours = Training(muon, batchSize, threads), adam = Training(new Adam(), batchSize, threads);
        var times = PairedRun.Compare(ours.Learn, adam.Learn);
        report.Add(
            $"step of Muon, {muon.Iterations} iterations, interval {muon.Interval}, {Members} members of {Width}-{Width}-{Width}, " +
                $"batch {batchSize}, {threads} thread{(threads > 1 ? "s" : "")}",
            "Adam", times, threads: threads);
    }

    private static RepeatedSteps Training(Optimizer optimizer, int batchSize, int threads)
    {
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [Width, Width, Width],
            Activation = new SELU(),
            NtkParametrization = true,
            EnsembleSize = Members,
        }.Build(Features, Outputs);
        return new RepeatedSteps(network, s_examples, optimizer, batchSize, threads);
    }
}
