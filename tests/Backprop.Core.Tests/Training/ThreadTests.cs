using System.Collections.Concurrent;
using System.Diagnostics;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Threads change how long training takes, and nothing else.</summary>
public class ThreadTests
{
    private static readonly int[] Counts = [2, 3, 4, 7, 16];

    // Features, hidden units, outputs, batch: multiples of nothing, fewer rows than threads, one output, no hidden layer, several parts per
    // layer.
    public static TheoryData<int, int[], int, int> Shapes => new()
    {
        { 1, [1], 1, 1 },
        { 5, [37, 19], 3, 10 },
        { 37, [70, 19], 5, 45 },
        { 53, [], 7, 100 },
        { 131, [301, 67], 2, 203 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Any_number_of_threads_gives_the_same_bits(int features, int[] hidden, int outputs, int batchSize)
    {
        foreach (
            var (loss, optimizer) in new (Loss, Optimizer)[]
            {
                (new SoftmaxCrossEntropy(), new Adam()), (new SquaredError(), new Momentum()), (new LogisticLoss(), new Sgd())
            })
        {
            var (parameters, losses) = Learn(1, loss, optimizer);
            foreach (var threads in Counts)
            {
                var (others, otherLosses) = Learn(threads, loss, optimizer);
                Assert.Equal(losses, otherLosses);
                Assert.True(parameters.AsSpan().SequenceEqual(others), $"{threads} threads, {loss}, {optimizer}");
            }
        }

        (float[] Parameters, List<double> Losses) Learn(int threads, Loss loss, Optimizer optimizer) =>
            LearnWith(Network.FullyConnected(features, hidden, outputs, new ReLU()), batchSize, threads, loss, optimizer);
    }

    // Dropped units depend on places, and a measured batch on all rows, whoever looks at them.
    [Fact]
    public void So_it_does_with_layers_that_drop_measure_and_skip()
    {
        var network = new Network(
            new BatchNormalization(7), new InputScale(7), new Dropout(7, 0.1), new Dense(7, 37), new ActivationLayer(37, new ReLU()),
            new BatchNormalization(37), new Dropout(37, 0.3),
            new Dense(37, 37), new LayerNormalization(37), new ActivationLayer(37, new Tanh()), new SkipConnection(37, 3),
                new BatchNormalization(37), new Dense(37, 3));
        foreach (var batchSize in (int[])[1, 10, 203])
        {
            var (parameters, losses) = LearnWith(network, batchSize, 1, new SoftmaxCrossEntropy(), new Adam());
            foreach (var threads in Counts)
            {
                var (others, otherLosses) = LearnWith(network, batchSize, threads, new SoftmaxCrossEntropy(), new Adam());
                Assert.Equal(losses, otherLosses);
                Assert.True(parameters.AsSpan().SequenceEqual(others), $"{threads} threads, batches of {batchSize}");
            }
        }
    }

    private static (float[] Parameters, List<double> Losses) LearnWith(
        Network network, int batchSize, int threads, Loss loss, Optimizer optimizer)
    {
        const int rows = 203;
        int features = network.Inputs, outputs = network.Outputs;
        var parameters = network.Initialize(new HeNormal(), seed: 1);
        var targets = loss.TargetKind == TargetKind.Class ? 1 : outputs;
        float[] y = [.. Enumerable.Range(0, rows * targets).Select(i => (float)(i % Math.Min(2, outputs)))];
        float[] weights = [.. Enumerable.Range(1, rows).Select(i => 1f / i)];
        var batches = new Minibatches(
            new ExampleSet(TestNumbers.Normal(rows * features, seed: 2), features, y, targets, weights), batchSize, null, null);
        using var step = Steps.Make(
            network, parameters, new TrainingOptions { Loss = loss, Optimizer = optimizer, Seed = 4 }, batches.BatchSize, threads);
        List<double> losses = [];
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            batches.BeginPass(1, new RandomSequence(3, RandomPurpose.Shuffling, epoch));
            for (var b = 0; b < Math.Min(batches.Count, 10); b++) losses.Add(step.Learn(batches, b, new StepValues(0.01)).Loss);
        }
        losses.Add(step.Evaluate(batches, 0).Loss);
        return (parameters, losses);
    }

    // The step is what an equation of three lines says, whoever computes it.
    [Fact]
    public void A_step_is_forward_loss_backward_and_update()
    {
        const int rows = 31;
        var network = Network.FullyConnected(9, [33], 4, new Tanh());
        var set = new ExampleSet(TestNumbers.Normal(rows * 9, seed: 1), 9, [.. Enumerable.Range(0, rows).Select(i => (float)(i % 4))]);
        float[] parameters = TestNumbers.Normal(network.ParameterCount, seed: 2), expected = [.. parameters],
            gradient = new float[parameters.Length];
        var loss = new SoftmaxCrossEntropy();

        var workspace = new Workspace(network, rows);
        var mean = loss.Evaluate(network.Forward(expected, set.Features, workspace), set.Targets, workspace.ScoreGradient);
        network.Backward(expected, set.Features, workspace, gradient);
        new Adam().Start(expected.Length).Update(expected, gradient, 0.1);

        using var step = Steps.Make(network, parameters, new TrainingOptions { Loss = loss, Optimizer = new Adam() }, rows, 3);
        Assert.Equal((mean, rows), step.Learn(new Minibatches(set, rows, null, null), 0, new StepValues(0.1)));
        Assert.Equal(expected, parameters);
    }

    [Fact]
    public void Trainings_inside_trainings_and_beside_each_other_come_to_an_end_and_to_the_same_result()
    {
        var expected = Train(1, null).Network.Parameters.ToArray();
        var watch = Stopwatch.StartNew();
        Parallel.For(0, 8, _ =>
        {
            Assert.Equal(expected, Train(4, null).Network.Parameters.ToArray());
            Train(3, new Heard<EpochReport>(_ => Assert.Equal(expected, Train(2, null).Network.Parameters.ToArray())));
        });
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), $"{watch.Elapsed}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Training_leaves_no_thread_behind(bool abandoned)
    {
        var loss = new LossThatLooksAround();
        var progress = abandoned ? new Heard<EpochReport>(_ => throw new OperationCanceledException()) : null;
        var problem = Record.Exception(() => Train(3, progress, loss));
        Assert.Equal(abandoned, problem is OperationCanceledException);
        Assert.Equal(3, loss.Threads.Count);
        Assert.All(loss.Threads.Keys, thread => Assert.True(thread == Thread.CurrentThread || !thread.IsAlive));
    }

    // What a loss of the user throws on a worker's thread must not end the process.
    [Fact]
    public void An_exception_of_a_loss_reaches_whoever_asked_for_the_training() =>
        Assert.Equal(
            "not today",
            Assert.Throws<InvalidOperationException>(() => Train(3, null, new LossThatLooksAround { Problem = "not today" })).Message);

    [Fact]
    public void Fewer_than_one_thread_is_refused() =>
        Assert.Contains(
            "at least 1",
            Assert.Throws<ArgumentOutOfRangeException>(
                "NumberOfThreads", () => new TrainingOptions { Loss = new SquaredError(), NumberOfThreads = 0 }).Message);

    private static TrainingResult Train(int threads, IProgress<EpochReport>? progress, Loss? loss = null)
    {
        const int rows = 256, features = 40;
        var set = new ExampleSet(
            TestNumbers.Normal(rows * features, seed: 1), features, [.. Enumerable.Range(0, rows).Select(i => (float)(i % 3))]);
        var options = new TrainingOptions
        {
            Loss = loss ?? new SoftmaxCrossEntropy(),
            NumberOfIterations = 3,
            BatchSize = 128,
            NumberOfThreads = threads
        };
        return new Trainer(options).Train(Network.FullyConnected(features, [128, 64], 3, new ReLU()), set, progress: progress);
    }

    private sealed record LossThatLooksAround : RowLoss
    {
        private readonly SoftmaxCrossEntropy _loss = new();

        public ConcurrentDictionary<Thread, bool> Threads { get; } = new();
        public string? Problem { get; init; }
        public override TargetKind TargetKind => _loss.TargetKind;
        public override bool FitsTargets(int outputs, int targetColumns) => _loss.FitsTargets(outputs, targetColumns);
        public override void Predict(Matrix scores) => _loss.Predict(scores);

        public override void EvaluateRows(ReadOnlyMatrix scores, ReadOnlyMatrix targets, Span<float> losses, Matrix gradient)
        {
            if (Threads.TryAdd(Thread.CurrentThread, true) && Threads.Count == 3 && Problem is not null)
                throw new InvalidOperationException(Problem);
            _loss.EvaluateRows(scores, targets, losses, gradient);
        }
    }
}
