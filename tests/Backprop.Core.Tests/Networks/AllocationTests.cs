using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;
using Backprop.Uncertainty;

namespace Backprop.Core.Tests.Networks;

/// <summary>Training and scoring allocate nothing per minibatch or row, so the garbage collector stays out of the loop.</summary>
public class AllocationTests
{
    private const int Rows = 70, BatchSize = 32, Features = 5, Targets = 3;

    public static TheoryData<Loss, Optimizer, int> Cases()
    {
        var cases = new TheoryData<Loss, Optimizer, int>();
        foreach (var loss in Loss.All)
            foreach (var optimizer in Optimizer.All.OfType<StepwiseOptimizer>())
            {
                cases.Add(loss, optimizer, 1);
                cases.Add(loss, optimizer, 3);
            }
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_minibatch_of_training_allocates_nothing(Loss loss, Optimizer optimizer, int threads)
    {
        var network = Network.FullyConnected(Features, [37, 8], loss.OutputsFor(Targets), new Tanh());
        var targetCount = loss.TargetKind == TargetKind.Class ? 1 : Targets;
        var batches = new Minibatches(
            new ExampleSet(
                TestNumbers.Normal(Rows * Features, seed: 2), Features, new float[Rows * targetCount], targetCount,
                [.. Enumerable.Repeat(0.5f, Rows)]),
            BatchSize, new Standardization(new float[Features], [1, 1, 1, 1, 1]), targets: null);
        var parameters = TestNumbers.Normal(network.ParameterCount, seed: 1, scale: 0.1);
        using var step = Steps.Make(network, parameters, new TrainingOptions { Loss = loss, Optimizer = optimizer }, BatchSize, threads);

        AssertAllocatesNothing(() =>
        {
            for (var b = 0; b < batches.Count; b++) step.Learn(batches, b, new StepValues(0.001));
            for (var b = 0; b < batches.Count; b++) step.Evaluate(batches, b);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Nor_does_one_that_drops_measures_and_skips(int threads)
    {
        var network = new Network(
            new InputScale(Features), new Dropout(Features, 0.1), new Dense(Features, 37), new BatchNormalization(37),
            new ActivationLayer(37, new ReLU()),
            new Dense(37, 37), new LayerNormalization(37), new SkipConnection(37, 2), new Dense(37, 1));
        var batches = new Minibatches(
            new ExampleSet(TestNumbers.Normal(Rows * Features, seed: 2), Features, new float[Rows]), BatchSize, null, null);
        using var step = Steps.Make(
            network, network.Initialize(new GlorotUniform(), 1), new TrainingOptions { Loss = new SquaredError(), Optimizer = new Adam() },
            BatchSize, threads);
        AssertAllocatesNothing(() =>
        {
            for (var b = 0; b < batches.Count; b++) step.Learn(batches, b, new StepValues(0.001));
            for (var b = 0; b < batches.Count; b++) step.Evaluate(batches, b);
        });
    }

    public static TheoryData<NumericEmbedding, int> Embeddings
    {
        get
        {
            var cases = new TheoryData<NumericEmbedding, int>();
            foreach (var embedding in NumericEmbedding.All)
            {
                cases.Add(embedding, 1);
                cases.Add(embedding, 3);
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Embeddings))]
    public void Nor_do_embeddings_noise_and_mixtures(NumericEmbedding embedding, int threads)
    {
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [37, 37],
            NumericEmbedding = embedding,
            Categories = [new(1, 3, 4), new(4, 2, 2)],
            NtkParametrization = true,
            Residual = true,
            InputNoise = 0.1,
            AlphaDropout = 0.1,
            Normalization = Normalization.Layer,
        }.Build(Features, 1);
        var batches = new Minibatches(
            new ExampleSet(TestNumbers.Normal(Rows * Features, seed: 2), Features, new float[Rows]), BatchSize, null, null, mixes: true);
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            Optimizer = new Adam(),
            Mixup = new Mixup(),
            WeightAveraging = new ExponentialMovingAverage()
        };
        using var step = Steps.Make(network, network.Initialize(new GlorotUniform(), 1), options, BatchSize, threads);
        AssertAllocatesNothing(() =>
        {
            for (var b = 0; b < batches.Count; b++) step.Learn(batches, b, new StepValues(0.001));
            step.UpdatePredictor();
            for (var b = 0; b < batches.Count; b++) step.Evaluate(batches, b);
        });
    }

    public static TheoryData<RankingLoss, int> GroupLosses
    {
        get
        {
            var cases = new TheoryData<RankingLoss, int>();
            foreach (var loss in Loss.All.OfType<RankingLoss>())
                foreach (var members in (int[])[1, 3]) cases.Add(loss, members);
            return cases;
        }
    }

    [Theory, MemberData(nameof(GroupLosses))]
    public void Nor_do_epochs_over_groups(RankingLoss loss, int members)
    {
        var network = new MultilayerPerceptron { HiddenLayers = [37], EnsembleSize = members }.Build(Features, 1);
        var examples = new ExampleSet(
            TestNumbers.Normal(Rows * Features, seed: 2), Features, [.. Enumerable.Range(0, Rows).Select(row => (float)(row * 7 % 5))]);
        using var batches = new GroupMinibatches(
            examples.WithGroups([.. Enumerable.Range(0, Rows).Select(row => row / 6)]), BatchSize, null, null);
        using var step = Steps.Make(
            network, network.Initialize(new GlorotUniform(), 1), new TrainingOptions { Loss = loss }, batches.BatchSize, threads: 2);
        var order = new RandomSequence(1, RandomPurpose.Shuffling);
        AssertAllocatesNothing(() =>
        {
            batches.BeginPass(1, order);
            for (var b = 0; b < batches.Count; b++) step.Learn(batches, b, new StepValues(0.001));
            for (var b = 0; b < batches.Count; b++) step.Evaluate(batches, b);
        });
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Nor_do_the_members_of_an_ensemble(int threads, bool byFolds)
    {
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [37, 37],
            NumericEmbedding = new PeriodicPhaseEmbedding(),
            Categories = [new(1, 3, 4), new(4, 2, 2)],
            NtkParametrization = true,
            InputScale = true,
            Residual = true,
            Dropout = 0.1,
            Normalization = Normalization.Layer,
            EnsembleSize = 3,
        }.Build(Features, Targets);
        var examples = new ExampleSet(TestNumbers.Normal(Rows * Features, seed: 2), Features, new float[Rows]);
        using var batches = byFolds
            ? new MemberMinibatches(
                examples.WithFolds([.. Enumerable.Range(0, Rows).Select(row => row % 3)], 3), BatchSize, null, null, ofOwnFold: false)
            : new Minibatches(examples, BatchSize, null, null);
        using var step = Steps.Make(
            network, network.Initialize(new GlorotUniform(), 1), new TrainingOptions { Loss = new SoftmaxCrossEntropy(), MaximumNorm = 1 },
            BatchSize, threads, batches.ExamplesPerRow);
        var scorer = new TrainedNetwork(network, new float[network.ParameterCount], new SoftmaxCrossEntropy()).CreateScorer(BatchSize);
        AssertAllocatesNothing(() =>
        {
            for (var b = 0; b < batches.Count; b++) step.Learn(batches, b, new StepValues(0.001));
            for (var b = 0; b < batches.Count; b++) step.Evaluate(batches, b);
            scorer.Predict(examples.Features.RowRange(0, BatchSize));
        });
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public void Nor_do_an_autoencoder_and_a_hidden_layer(int threads, int members)
    {
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [37],
            InputNoise = 0.1,
            EnsembleSize = members,
            Autoencoder = true,
        }.Build(Features, 1);
        var examples = new ExampleSet(TestNumbers.Normal(Rows * Features, seed: 2), Features, new float[Rows]);
        var batches = new Minibatches(examples, BatchSize, null, null);
        var parameters = network.Initialize(new GlorotUniform(), 1);
        using var step = Steps.Make(network, parameters, new TrainingOptions { Loss = new AbsoluteError() }, BatchSize, threads);
        var scorer = new TrainedNetwork(network, parameters, new AbsoluteError()).With(parameters, ErrorDistribution.Of([1, 2, 3]))
            .WithHiddenLayer(1, "hidden").CreateScorer(BatchSize);
        AssertAllocatesNothing(() =>
        {
            for (var b = 0; b < batches.Count; b++) step.Learn(batches, b, new StepValues(0.001));
            for (var b = 0; b < batches.Count; b++) step.Evaluate(batches, b);
            scorer.Predict(examples.Features.RowRange(0, BatchSize));
            scorer.HiddenOf(0);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_scored_row_allocates_nothing(int rows)
    {
        var network = Network.FullyConnected(Features, [37], 1, new ReLU());
        var scorer = new TrainedNetwork(
            network, new float[network.ParameterCount], new SquaredError(), new(new float[Features], new float[Features]),
                new([1], [1])).CreateScorer(rows);
        var features = TestNumbers.Normal(rows * Features, seed: 3);
        AssertAllocatesNothing(() => scorer.Predict(new ReadOnlyMatrix(features, rows, Features)));
    }

    // An allocation of the loop shows in every attempt. An allocation of the runtime, as it compiles the loop again, shows in one.
    private static void AssertAllocatesNothing(Action action)
    {
        for (var warmUp = 0; warmUp < 3; warmUp++) action();
        var smallest = long.MaxValue;
        for (var attempt = 0; attempt < 5 && smallest > 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 20; i++) action();
            smallest = Math.Min(smallest, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, smallest);
    }
}
