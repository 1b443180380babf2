using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Benchmarks.Harness;

/// <summary>Training steps over the same batches, again and again, by softmax cross-entropy.</summary>
internal sealed class RepeatedSteps : IDisposable
{
    private const double LearningRate = 1e-7; // as in StepBenchmarks

    private readonly TrainingStep _step;
    private readonly Minibatches _batches;
    private int _next;

    public RepeatedSteps(Network network, ExampleSet examples, Optimizer optimizer, int batchSize, int threads)
    {
        var options = new TrainingOptions { Loss = new SoftmaxCrossEntropy(), Optimizer = optimizer };
        var state = new TrainingState(network.Initialize(new NtkNormal(), seed: 1), options, network);
        _batches = new Minibatches(examples, batchSize, null, null);
        _step = new TrainingStep(network, state, options, batchSize, threads);
    }

    /// <summary>Examples of several classes that can be learned.</summary>
    public static ExampleSet Examples(int rows, int features, int classes)
    {
        var (x, y) = new Net("", features, [], classes, BatchSize: 1).Examples(rows, seed: 2);
        return new ExampleSet(x, features, y);
    }

    /// <summary>Makes the next step.</summary>
    public void Learn() => _step.Learn(_batches, _next++ % _batches.Count, new StepValues(LearningRate));

    public void Dispose() => _step.Dispose();
}
