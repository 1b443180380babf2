using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>A token, a time limit and the caller's own check are looked at in every phase, after every so much work. Counted, not
/// timed.</summary>
public class StopConditionTests
{
    private const int Rows = 1000, Features = 12;

    // So much work between two checks that the data of a test is many times as much.
    private static readonly CheckFrequency Often = new()
    {
        Work = 10_000,
        LargeStep = 100_000,
        StepPortion = 20_000,
        MinRows = 5,
        MinParameters = 8
    };

    private static readonly TrainingOptions Options = new()
    {
        Loss = new LogisticLoss(),
        Initializer = new DataDependent(),
        FeatureScaling = FeatureScaling.Robust,
        OutputBiasPrior = true,
        NumberOfIterations = 2,
        BatchSize = 500,
        EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve() },
        TemperatureScaling = true,
        ThresholdMetric = new F1Score(),
        NumberOfThreads = 1, // of several, the first alone asks, and how often depends on what the others took
    };

    // One of every layer that measures examples.
    private static readonly Network Measuring = new MultilayerPerceptron
    {
        HiddenLayers = [16, 16],
        EnsembleSize = 3,
        MissingValues = MissingValues.Median,
        OneHotCategories = [new OneHotCategory(Features - 1, 4)],
        OneHotScaling = FeatureScaling.Robust,
        QuantileFeatures = [0, 3],
        NumericEmbedding = new PiecewiseLinearEmbedding(),
    }.Build(Features, 1);

    // Whatever the call at which the token is cancelled: no other call follows before the first step.
    [Fact]
    public void Every_check_before_the_first_step_ends_the_run_when_the_token_is_cancelled()
    {
        var (training, validation) = (Table(Rows, seed: 1), Table(Rows / 2, seed: 2));
        var calls = new Dictionary<TrainingPhase, int>();
        var current = TrainingPhase.Reading;
        var reports = new RunReports(new Heard<TrainingPhaseReport>(report => current = report.Phase));
        var all = 0;
        new Trainer(Options).Train(Measuring, training, validation, null, null, new StopCondition(Options, Count, reports, Often));
        Assert.InRange(calls[TrainingPhase.Measuring], Rows * Features / Often.Work, int.MaxValue);
        Assert.InRange(calls[TrainingPhase.Initializing], 10 * Rows * Features / Often.Work, int.MaxValue);
        foreach (var phase in (TrainingPhase[])[TrainingPhase.Training, TrainingPhase.Validating, TrainingPhase.Calibrating])
            Assert.InRange(calls[phase], 5, int.MaxValue);

        var before = calls[TrainingPhase.Measuring] + calls[TrainingPhase.Initializing];
        for (var at = 1; at <= before; at += 1 + before / 15)
        {
            using var source = new CancellationTokenSource();
            var options = Options with { CancellationToken = source.Token };
            var called = 0;
            void CheckAlive()
            {
                if (++called == at) source.Cancel();
            }
            var stop = new StopCondition(options, CheckAlive, null, Often);
            Assert.Throws<OperationCanceledException>(() => new Trainer(options).Train(Measuring, training, validation, null, null, stop));
            Assert.Equal(at, called);
        }

        void Count()
        {
            all++;
            calls[current] = calls.GetValueOrDefault(current) + 1;
        }
    }

    [Fact]
    public void Time_that_is_over_in_any_phase_before_the_first_step_is_an_error_that_names_the_phase()
    {
        var training = Table(Rows, seed: 1);
        foreach (var phase in (TrainingPhase[])[TrainingPhase.Measuring, TrainingPhase.Initializing])
        {
            var clock = new ManualClock();
            var options = Options with { MaximumTrainingTime = TimeSpan.FromSeconds(5), Clock = clock };
            var reports = new RunReports(new Heard<TrainingPhaseReport>(report => clock.Advance(report.Phase == phase ? 6 : 0)));
            var problem = Assert.Throws<TimeoutException>(
                () => new Trainer(options).Train(Measuring, training, null, null, null, new StopCondition(options, null, reports, Often)));
            Assert.Contains(phase.ToString(), problem.Message, StringComparison.Ordinal);
        }
    }

    // Later there is a model, and it comes whatever the call: at once, for this clock shows another second at every look.
    [Fact]
    public void Every_later_check_ends_the_run_with_a_model()
    {
        var (training, validation) = (Table(Rows, seed: 1), Table(Rows / 2, seed: 2));
        var current = TrainingPhase.Reading;
        var reports = new RunReports(new Heard<TrainingPhaseReport>(report => current = report.Phase));
        List<TrainingPhase> phases = [];
        new Trainer(Options).Train(
            Measuring, training, validation, null, null, new StopCondition(Options, () => phases.Add(current), reports, Often));
        var first = phases.IndexOf(TrainingPhase.Training) + 2; // the first step has begun
        first += (phases.LastIndexOf(TrainingPhase.Training) - first) / 3;
        for (var at = first + 1; at <= phases.Count; at += 1 + (phases.Count - first) / 15)
        {
            using var source = new CancellationTokenSource();
            var options = Options with { CancellationToken = source.Token, Clock = new ManualClock(TimeSpan.FromSeconds(1)) };
            var called = 0;
            var result = new Trainer(options).Train(Measuring, training, validation, null, null, new StopCondition(options, () =>
            {
                if (++called == at) source.Cancel();
            }, null, Often));
            Assert.InRange(called, at, at + 4); // a few looks: at the loss after the last update, and at the validation rows
            Assert.True(result.History.Count > 0);
            Assert.True(
                result.Threshold is not null
                    || result.Warnings.Any(warning => warning.Contains("had no effect", StringComparison.Ordinal)));
        }
    }

    public static TheoryData<string> Kinds =>
        ["plain", "dropout and batch normalization", "members", "folds", "clipping", "maximum norm", "embedding"];

    // A step in many portions: the same numbers, whatever the layers and however many threads.
    [Theory, MemberData(nameof(Kinds))]
    public void Portions_of_a_step_give_the_same_bits(string kind)
    {
        var training = Table(301, seed: 1);
        var options = Options with { BatchSize = 100, KFoldBagging = kind == "folds", Initializer = new GlorotUniform() };
        if (kind == "clipping") options = options with { GradientClipping = new GradientClipping(ClippingMeasure.GlobalNorm, 0.1) };
        if (kind == "maximum norm") options = options with { MaximumNorm = 0.5 };
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [16, 16],
            EnsembleSize = kind is "members" or "folds" ? 3 : 1,
            MissingValues = MissingValues.Median,
            Dropout = kind.StartsWith("dropout", StringComparison.Ordinal) ? 0.2 : 0,
            Normalization = kind.StartsWith("dropout", StringComparison.Ordinal) ? Normalization.Batch : Normalization.None,
            NumericEmbedding = kind == "embedding" ? new PeriodicPhaseEmbedding() : null,
        }.Build(Features, 1);
        var validation = kind == "folds" ? null : Table(150, seed: 2);
        var whole = Train(1, new CheckFrequency());
        foreach (var threads in (int[])[1, 2])
        {
            var looks = 0;
            var portioned = Train(threads, Often, () => looks++);
            Assert.InRange(looks, 100, int.MaxValue);
            TestNumbers.AssertSameBits(whole.Network.Parameters, portioned.Network.Parameters);
            Assert.Equal(whole.History, portioned.History);
            Assert.Equal((whole.Threshold, whole.Network.Temperature), (portioned.Threshold, portioned.Network.Temperature));
        }

        TrainingResult Train(int threads, CheckFrequency checks, Action? checkAlive = null)
        {
            var by = options with { NumberOfThreads = threads };
            return new Trainer(by).Train(network, training, validation, null, null, new StopCondition(by, checkAlive, null, checks));
        }
    }

    // Every step is the whole epoch, in some hundred portions.
    [Theory, InlineData(1), InlineData(2)]
    public void A_step_that_is_given_up_moves_nothing(int threads)
    {
        var training = Table(500, seed: 1);
        var options = Options with
        {
            BatchSize = TrainingOptions.FullBatch,
            NumberOfIterations = 5,
            Initializer = new GlorotUniform(),
            NumberOfThreads = threads,
            OutputBiasPrior = false
        };
        var network = new MultilayerPerceptron { HiddenLayers = [16], MissingValues = MissingValues.Median }.Build(Features, 1);
        var epochs = Enumerable.Range(1, 5)
            .Select(count => Train(options with { NumberOfIterations = count }, 0).Result.Network.Parameters.ToArray()).ToArray();
        var calls = Train(options with { NumberOfThreads = 1 }, 0).Calls * 2 / (threads + 1);
        var seen = new HashSet<int>();
        for (var at = calls / 10; at <= calls; at += 1 + calls / 30)
        {
            using var source = new CancellationTokenSource();
            var by = options with { CancellationToken = source.Token };
            try
            {
                var result = Train(by, at, source).Result;
                TestNumbers.AssertSameBits(epochs[result.History.Count - 1], result.Network.Parameters);
                seen.Add(result.History.Count);
            }
            catch (OperationCanceledException)
            {
                Assert.Empty(seen); // during the first step
            }
        }
        Assert.InRange(seen.Count, 3, 5);

        (TrainingResult Result, int Calls) Train(TrainingOptions by, int at, CancellationTokenSource? source = null)
        {
            var called = 0;
            var result = new Trainer(by).Train(network, training, null, null, null, new StopCondition(by, () =>
            {
                if (++called == at) source?.Cancel();
            }, null, Often));
            return (result, called);
        }
    }

    // A search that is ended leaves the parameters where it began, or at a lower point that it found.
    [Fact]
    public void A_line_search_that_is_given_up_makes_nothing_worse()
    {
        var training = Table(500, seed: 1);
        var options = Options with
        {
            Optimizer = new Lbfgs(),
            BatchSize = null,
            NumberOfIterations = 8,
            Initializer = new GlorotUniform(),
            OutputBiasPrior = false,
            EarlyStopping = null
        };
        var network = new MultilayerPerceptron { HiddenLayers = [8], MissingValues = MissingValues.Median }.Build(Features, 1);
        var calls = 0;
        new Trainer(options).Train(network, training, null, null, null, new StopCondition(options, () => calls++, null, Often));
        var last = double.PositiveInfinity;
        for (var at = calls / 2; at <= calls; at += 1 + calls / 20)
        {
            using var source = new CancellationTokenSource();
            var by = options with { CancellationToken = source.Token, Clock = new ManualClock(TimeSpan.FromSeconds(1)) };
            var called = 0;
            var result = new Trainer(by).Train(network, training, null, null, null, new StopCondition(by, () =>
            {
                if (++called == at) source.Cancel();
            }, null, Often));
            Assert.InRange(called, at, at + 5);
            var loss = Problems.MeanLoss(
                new TrainedNetwork(network, result.Network.Parameters, options.Loss, result.Network.Inputs), training);
            Assert.InRange(loss, 0, result.History[^1].TrainingLoss + 1e-6);
            Assert.InRange(loss, 0, last + 1e-6);
            last = loss;
        }
        Assert.InRange(last, 0, 0.5);
    }

    [Fact]
    public void A_source_that_takes_long_for_a_row_is_not_waited_for()
    {
        using var source = new CancellationTokenSource();
        var options = Problems.GradientDescent with { BatchSize = 10, NumberOfIterations = 50, CancellationToken = source.Token };
        var rows = new Endless(Problems.Surface(200_000, 1), source.Cancel);
        var result = new Trainer(options).Train(Problems.TwoToOne(2), rows);
        Assert.Single(result.History);
        Assert.InRange(rows.ReadAfterCancel, 0, 10);
    }

    // The token is cancelled while the second pass reads ahead.
    private sealed class Endless(ExampleSet set, Action cancel) : ExampleSource
    {
        private readonly Action _cancel = cancel;
        private volatile bool _isCancelled;

        public int ReadAfterCancel { get; private set; }

        public override int FeatureCount => set.FeatureCount;

        public override int TargetCount => set.TargetCount;

        public override bool HasWeights => false;

        public override ExampleReader Open(int pass) => new Reader(this, set, pass);

        private sealed class Reader(Endless owner, ExampleSet set, int pass) : ExampleReader
        {
            private int _row;

            public override bool Read(Span<float> features, Span<float> targets, out float weight)
            {
                weight = 1;
                if (_row == set.Count) return false;
                if (owner._isCancelled) owner.ReadAfterCancel++;
                if (pass == 2 && _row == 1000)
                {
                    owner._isCancelled = true;
                    owner._cancel();
                }
                set.CopyFeatures(_row, features);
                set.Targets.Row(_row++).CopyTo(targets);
                return true;
            }
        }
    }

    private static ExampleSet Table(int rows, int seed)
    {
        var x = TestNumbers.Normal(rows * Features, seed);
        var noise = TestNumbers.Normal(rows, seed + 100);
        var y = new float[rows];
        for (var row = 0; row < rows; row++)
        {
            y[row] = x[row * Features] + noise[row] > 0.5 ? 1 : 0;
            x[row * Features + Features - 1] = 1 + row % 4;
            if (row % 7 == 0) x[row * Features + 2] = float.NaN;
        }
        return new ExampleSet(x, Features, y, allowsMissing: true);
    }
}
