using Backprop.Activations;
using Backprop.Benchmarks.Harness;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Benchmarks.Groups;

/// <summary>A training step with Muon against one with Adam: the cost of the orthogonalization.</summary>
internal static class OptimizerBenchmarks
{
    private const int Features = 80, Outputs = 3, Rows = 4096, Members = 5, Width = 128;
    private const double LearningRate = 1e-7; // as in StepBenchmarks

    private static readonly ExampleSet s_examples = Make();

    public static void Run(Report report)
    {
        foreach (var batchSize in (int[])[256, 1024])
            foreach (var muon in (Muon[])[new Muon(), new Muon { Iterations = 3 }, new Muon { Iterations = 3, Interval = 2 }])
                foreach (var threads in (int[])[1, 2]) Compare(report, muon, batchSize, threads);
    }

    private static void Compare(Report report, Muon muon, int batchSize, int threads)
    {
        using InTraining ours = new(muon, batchSize, threads), adam = new(new Adam(), batchSize, threads);
        var times = PairedRun.Compare(ours.Learn, adam.Learn);
        report.Add(
            $"step of Muon, {muon.Iterations} iterations, interval {muon.Interval}, {Members} members of {Width}-{Width}-{Width}, " +
                $"batch {batchSize}, {threads} thread{(threads > 1 ? "s" : "")}",
            "Adam", times, threads: threads);
    }

    private static ExampleSet Make()
    {
        var (x, y) = new Net("", Features, [], Outputs, 256).Examples(Rows, seed: 2);
        return new ExampleSet(x, Features, y);
    }

    private sealed class InTraining : IDisposable
    {
        private readonly TrainingStep _step;
        private readonly Minibatches _batches;
        private int _next;

        public InTraining(Optimizer optimizer, int batchSize, int threads)
        {
            var network = new MultilayerPerceptron
            {
                HiddenLayers = [Width, Width, Width], Activation = new SELU(), NtkParametrization = true, EnsembleSize = Members,
            }.Build(Features, Outputs);
            var options = new TrainingOptions { Loss = new SoftmaxCrossEntropy(), Optimizer = optimizer };
            var state = new TrainingState(network.Initialize(new NtkNormal(), seed: 1), options, network);
            _batches = new Minibatches(s_examples, batchSize, null, null);
            _step = new TrainingStep(network, state, options, batchSize, threads);
        }

        public void Learn() => _step.Learn(_batches, _next++ % _batches.Count, new StepValues(LearningRate));

        public void Dispose() => _step.Dispose();
    }
}
