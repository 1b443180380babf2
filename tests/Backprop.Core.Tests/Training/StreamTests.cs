using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Examples that are read anew in every pass.</summary>
public class StreamTests
{
    private static readonly TrainingOptions Options = new()
    {
        Loss = new SquaredError(),
        NumberOfIterations = 4,
        BatchSize = 16,
        LearningRate = 0.01
    };

    [Fact]
    public void In_the_order_of_the_data_the_bits_are_those_of_memory()
    {
        // Numbers whose means and spreads are exact, for a stream sums them in another order.
        var set = Whole(200);
        var options = Options with { Shuffle = false };
        TrainingResult expected = new Trainer(options).Train(Net, set, set.Slice(0, 40)),
            streamed = new Trainer(options).Train(Net, new Source(set), set.Slice(0, 40));
        Assert.Equal(expected.Network.Parameters.ToArray(), streamed.Network.Parameters.ToArray());
        Assert.Equal(expected.History, streamed.History);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_same_seed_gives_the_same_bits_whatever_the_threads_and_the_speed_of_the_data(int threads)
    {
        var set = Problems.Surface(900, 1);
        var options = Options with { Seed = 7 };
        var expected = new Trainer(options).Train(Problems.TwoToOne(8), new Source(set)).Network.Parameters.ToArray();
        Assert.Equal(
            expected,
            new Trainer(options with { NumberOfThreads = threads }).Train(
                Problems.TwoToOne(8), new Source(set) { Delay = 200 }).Network.Parameters.ToArray());
        Assert.NotEqual(
            expected, new Trainer(options with { Seed = 8 }).Train(Problems.TwoToOne(8), new Source(set)).Network.Parameters.ToArray());
    }

    [Theory]
    [InlineData(5, 2)]
    [InlineData(1000, 16)]
    [InlineData(200_000, 100)] // more than the pool
    public void Every_pass_deals_every_example_once_in_another_order(int rows, int batchSize)
    {
        var set = new ExampleSet([.. Enumerable.Range(0, rows).Select(i => (float)i)], 1, new float[rows]);
        using var batches = StreamedMinibatches.Of(
            new Source(set), rows, batchSize, null, null, mixes: false, shuffles: true, balance: null);
        float[][] passes = [.. new[] { 1, 2 }.Select(CreateBatches)];
        Assert.All(passes, pass => Assert.Equal(Enumerable.Range(0, rows).Select(i => (float)i), pass.Order()));
        Assert.NotEqual(passes[0], passes[1]);
        Assert.Equal(passes[1], CreateBatches(2));

        float[] CreateBatches(int pass)
        {
            batches.BeginPass(pass, new RandomSequence(1, RandomPurpose.Shuffling, pass));
            var dealt = new List<float>();
            for (var b = 0; b < batches.Count; b++)
            {
                batches.Prepare(b);
                var total = new double[1];
                batches.TotalWeights(b, total);
                Assert.Equal(batches.SizeOf(b), total[0]);
                batches.Gather(b, 0, batches.SizeOf(b));
                dealt.AddRange(batches[b].X.Values);
            }
            return [.. dealt];
        }
    }

    [Fact]
    public void Data_in_order_are_mixed_far_beyond_a_block()
    {
        const int Rows = 400_000;
        var set = new ExampleSet([.. Enumerable.Range(0, Rows).Select(i => (float)i)], 1, new float[Rows]);
        using var batches = StreamedMinibatches.Of(new Source(set), Rows, 1000, null, null, mixes: false, shuffles: true, balance: null);
        batches.BeginPass(1, new RandomSequence(1, RandomPurpose.Shuffling, 1));
        for (var b = 0; b < batches.Count / 2; b++) batches.Prepare(b);
        batches.Gather(batches.Count / 2 - 1, 0, 1000);
        var values = batches[batches.Count / 2 - 1].X.Values.ToArray();
        Assert.InRange(values.Max() - values.Min(), 131_072, Rows); // wider than the pool itself
    }

    [Fact]
    public void Weights_classes_and_missing_values_come_through()
    {
        var x = TestNumbers.Normal(400, 1);
        for (var i = 0; i < x.Length; i += 9) x[i] = float.NaN;
        var set = new ExampleSet(
            x, 2, [.. Enumerable.Range(0, 200).Select(i => i % 4 == 0 ? 1f : 0)],
            weights: [.. Enumerable.Range(0, 200).Select(i => 1 + i % 3f)], allowsMissing: true);
        var options = Options with
        {
            Loss = new LogisticLoss(),
            BalancedClassWeights = true,
            Shuffle = false,
            StandardizeInputs = false,
            Diagnostics = true,
            OutputBiasPrior = true
        };
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [4],
            MissingValues = MissingValues.Median,
            IndicatedFeatures = [0, 1]
        }.Build(2, 1);
        var result = new Trainer(options).Train(network, new Source(set));
        // the sample is all of them
        Assert.Equal(new Trainer(options).Train(network, set).Network.Parameters.ToArray(), result.Network.Parameters.ToArray());
        Assert.Equal([0, 1], new Source(set).Summarize(0, null).Features.WithMissing);
        Assert.NotNull(result.History[0].Diagnostics);
    }

    [Fact]
    public void Moments_of_one_pass_are_those_of_two()
    {
        var x = TestNumbers.Normal(3000, 4);
        for (var i = 0; i < x.Length; i += 3) (x[i], x[i + 1], x[i + 2]) = (1e6f + x[i], i % 2 == 0 ? float.NaN : 7, x[i + 2]);
        var weights = TestNumbers.Normal(1000, 5).Select(w => w * w + 0.1f).ToArray();
        var moments = new ColumnMoments(3);
        for (var row = 0; row < 1000; row++) moments.Add(x.AsSpan(3 * row, 3), weights[row]);
        Standardization expected = Standardization.Measure(new ReadOnlyMatrix(x, 1000, 3), weights), found = moments.ToStandardization();
        for (var j = 0; j < 3; j++)
        {
            Assert.Equal(expected.Means[j], found.Means[j], 1e-6f * Math.Abs(expected.Means[j]));
            Assert.Equal(expected.Factors[j], found.Factors[j], 1e-5f);
        }
        Assert.Equal(0, found.Factors[1]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Data_that_change_between_passes_are_noticed(int more)
    {
        var problem = Assert.Throws<InvalidOperationException>(
            () => new Trainer(Options).Train(Problems.TwoToOne(2), new Source(Problems.Surface(100, 1)) { MoreInPass2 = more }));
        Assert.Contains("100 examples, but in epoch 2", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_of_the_data_reaches_the_caller()
    {
        var source = new Source(Problems.Surface(100_000, 1)) { FailsAt = 90_000 };
        Assert.Equal("torn", Assert.Throws<IOException>(() => new Trainer(Options).Train(Problems.TwoToOne(2), source)).Message);
        Assert.Equal(source.Opened, source.Disposed);
    }

    [Fact]
    public void What_needs_all_examples_at_once_is_refused()
    {
        var set = Problems.Surface(50, 1);
        Assert.Contains(
            "Lbfgs",
            Assert.Throws<ArgumentException>(
                () =>
                    new Trainer(Options with { Optimizer = new Lbfgs(), BatchSize = null })
                        .Train(Problems.TwoToOne(), new Source(set))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "RefitOnAllRows",
            Assert.Throws<ArgumentException>(
                () =>
                    new Trainer(Options with { EarlyStopping = new EarlyStopping { RefitOnAllRows = true } })
                        .Train(Problems.TwoToOne(), new Source(set), set)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelled_training_leaves_no_reader_open()
    {
        using var cancel = new CancellationTokenSource();
        var source = new Source(Problems.Surface(5000, 1));
        new Trainer(Options with { CancellationToken = cancel.Token }).Train(
            Problems.TwoToOne(2), source, progress: new Heard<EpochReport>(_ => cancel.Cancel()));
        Assert.Equal(source.Opened, source.Disposed);
    }

    [Fact]
    public void A_range_test_goes_through_the_stream()
    {
        var set = Problems.Surface(2000, 1);
        Assert.InRange(new Trainer(Options).FindLearningRate(Problems.TwoToOne(8), new Source(set)).Valley, 1e-5, 1);
    }

    private static Network Net => Network.FullyConnected(2, [4], 1, new Tanh());

    // Half of the numbers are −2 and half are 2, so mean and spread are exact in any order.
    private static ExampleSet Whole(int rows) => new(
        [.. Enumerable.Range(0, rows).SelectMany(i => new[] { i % 2 == 0 ? 2f : -2, i / 2 % 2 == 0 ? 2f : -2 })], 2,
            [.. Enumerable.Range(0, rows).Select(i => i / 4 % 2 == 0 ? 2f : -2)]);

    internal sealed class Source(ExampleSet set) : ExampleSource
    {
        public int Delay { get; init; }

        public int MoreInPass2 { get; init; }

        public int FailsAt { get; init; } = int.MaxValue;

        public int Opened { get; private set; }

        public int Disposed { get; private set; }

        public override int FeatureCount => set.FeatureCount;

        public override int TargetCount => set.TargetCount;

        public override bool HasWeights => !set.Weights.IsEmpty;

        public override ExampleReader Open(int pass)
        {
            Opened++;
            return new Reader(this, pass);
        }

        private sealed class Reader(Source source, int pass) : ExampleReader
        {
            private int _row;

            public override bool Read(Span<float> features, Span<float> targets, out float weight)
            {
                var set = source.Set;
                weight = 1;
                if (_row == set.Count + (pass == 2 ? source.MoreInPass2 : 0)) return false;
                if (pass > 0 && _row >= source.FailsAt) throw new IOException("torn");
                if (source.Delay > 0 && _row % source.Delay == 0) Thread.Sleep(1);
                var row = _row++ % set.Count;
                set.CopyFeatures(row, features);
                set.Targets.Row(row).CopyTo(targets);
                if (!set.Weights.IsEmpty) weight = set.Weights[row];
                return true;
            }

            protected override void Dispose(bool disposing)
            {
                source.Disposed++;
                base.Dispose(disposing);
            }
        }

        private ExampleSet Set => set;
    }
}
