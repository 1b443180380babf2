using Backprop.Activations;
using Backprop.Core.Tests.Training;
using Backprop.Distribution;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Persistence;
using Backprop.Presets;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Distribution;

/// <summary>The members of an ensemble on ranks that are threads: every rank has the network of one process, to the last bit.</summary>
public partial class DistributedMembersTests
{
    private const int Features = 5, Members = 5;

    private static readonly MultilayerPerceptron Form = new()
    {
        HiddenLayers = [7, 7],
        Activation = new Mish(),
        Dropout = 0.2,
        EnsembleSize = Members,
    };

    private static readonly TrainingOptions Options = new()
    {
        Loss = new SquaredError(),
        NumberOfIterations = 5,
        BatchSize = 16,
        Seed = 3,
        NumberOfThreads = 1,
        LearningRate = 0.01,
    };

    // Each has a form and options that are computed in their own way.
    public static TheoryData<string> Cases => [.. AllCases.Keys];

    private static Dictionary<string, (MultilayerPerceptron Form, TrainingOptions Options)> AllCases { get; } = new()
    {
        ["regression"] = (Form, Options with { ClampPredictions = true, PredictionIntervals = new Conformal { Coverage = 0.8 } }),
        ["intervals of held-out rows"] = (
            Form, Options with { PredictionIntervals = new Conformal { Coverage = 0.8, HeldOutFraction = 0.3 } }),
        ["two classes"] = (
            Form with { Normalization = Normalization.Layer, Residual = true },
            Options with { Loss = new LogisticLoss(), TemperatureScaling = true, ThresholdMetric = new F1Score() }),
        ["several classes"] = (
            Form with { NtkParametrization = true, InputScale = true, Activation = new ParametricMix(new SELU()), SmoothClip = 3 },
            Options with
            {
                Loss = new SoftmaxCrossEntropy { LabelSmoothing = 0.1 },
                TemperatureScaling = true,
                BalancedClassWeights = true,
                Initializer = new DataDependent(),
                DropoutSchedule = new FlatCosineSchedule(),
            }),
        ["batch normalization"] = (Form with { Normalization = Normalization.Batch, Dropout = 0 }, Options),
        ["noise"] = (Form with { InputNoise = 0.2, InputDropout = 0.1, AlphaDropout = 0.1, Activation = new SELU() }, Options),
        ["categories and missing values"] = (
            Form with
            {
                Categories = [new(1, 3, 2)],
                OneHotCategories = [new(4, 2)],
                MissingValues = Backprop.Layers.MissingValues.Median,
                IndicatedFeatures = [0],
                Activation = new PReLU(),
                NumericEmbedding = new PeriodicPhaseEmbedding(),
            },
            Options with { OutputBiasPrior = true }),
        ["monotone"] = (
            Form with { IncreasingFeatures = [0], DecreasingFeatures = [2], Dropout = 0 }, Options with { Loss = new PoissonLoss() }),
        ["quantiles"] = (Form, Options with { Loss = new PinballLoss { Quantiles = [0.1, 0.5] } }),
        ["Muon"] = (Form, Options with { Optimizer = new Muon(), MaximumNorm = 1, WeightDecay = 0.1 }),
        ["averages"] = (
            Form, Options with
            {
                WeightAveraging = new ExponentialMovingAverage(),
                LearningRateSchedule = new ReduceOnPlateau { Patience = 1 },
                GradientClipping = new GradientClipping(ClippingMeasure.Value, 0.01),
                LossTolerance = new LossTolerance(),
            }),
        ["schedule-free"] = (Form, Options with { Optimizer = new ScheduleFreeAdamW(), BatchSize = TrainingOptions.FullBatch }),
    };

    [Theory, MemberData(nameof(Cases))]
    public void Every_number_of_ranks_has_the_network_of_one_process(string name)
    {
        var (form, options) = AllCases[name];
        var (training, validation) = Examples(options.Loss, lacks: LacksValues(form));
        AssertSame(form, options, training, validation);
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_same_holds_if_each_member_holds_out_rows_of_its_own(string name)
    {
        var (form, options) = AllCases[name];
        var (training, _) = Examples(options.Loss, lacks: LacksValues(form));
        AssertSame(
            form, options with { KFoldBagging = true, EvenBatches = true, EarlyStopping = new EarlyStopping { Interval = 2 } }, training,
            validation: null);
    }

    [Fact]
    public void Weights_and_several_threads_change_nothing()
    {
        foreach (var bagging in (bool[])[false, true])
            for (var threads = 1; threads <= 3; threads++)
            {
                var options = Options with { NumberOfThreads = threads, KFoldBagging = bagging };
                var (training, validation) = Examples(options.Loss, weighs: true);
                AssertSame(Form, options, training, bagging ? null : validation, ranks: [2]);
            }
    }

    [Fact]
    public void Without_validation_the_last_epoch_is_returned()
    {
        var (training, _) = Examples(Options.Loss);
        var tolerance = new LossTolerance { Patience = 1, MinimumImprovement = 0.5 };
        AssertSame(Form, Options with { LossTolerance = tolerance }, training, validation: null);
    }

    [Fact]
    public void Early_stopping_ends_all_ranks_after_the_same_epoch()
    {
        var options = Options with
        {
            NumberOfIterations = 60,
            LearningRate = 0.1,
            EarlyStopping = new EarlyStopping { Patience = 3, Metric = new RSquared() },
        };
        var (training, validation) = Examples(options.Loss);
        var expected = AssertSame(Form, options, training, validation);
        Assert.InRange(expected.History.Count, 5, 50);
        Assert.InRange(expected.BestEpoch, 2, expected.History.Count - 3);
    }

    [Fact]
    public void A_stream_is_read_by_every_rank()
    {
        var (training, validation) = Examples(Options.Loss, weighs: true);
        var network = Form.Build(Features, 1);
        var trainer = new Trainer(Options);
        var expected = trainer.Train(network, new StreamTests.Source(training), validation);
        var found = ThreadRanks.Run(3, communicator => DistributedMembers.Run(
            communicator, network,
            (ranks, stop) => trainer.Train(network, new StreamTests.Source(training), validation, null, null, stop, ranks: null, ranks),
            new StopCondition(Options, checkAlive: null)));
        Assert.All(found, result => AssertSame(expected, result));
    }

    [Fact]
    public void More_ranks_than_members_are_warned_of_with_numbers()
    {
        var (training, validation) = Examples(Options.Loss);
        var network = Form.Build(Features, 1);
        List<string> notes = [], warnings = [];
        ThreadRanks.Run(8, communicator =>
        {
            var trainer = new Trainer(Options);
            var reports = communicator.Rank > 0 ? null : new RunReports(warn: warnings.Add, note: notes.Add);
            return DistributedMembers.Run(
                communicator, network, (ranks, stop) => trainer.Train(network, training, validation, null, null, stop, ranks: null, ranks),
                new StopCondition(Options, checkAlive: null, reports));
        });
        Assert.Equal(
            "8 ranks are more than the 5 members of the ensemble: 3 of them only receive the model. The predicted efficiency is 0.62; with "
            + "5 ranks it is 1.00.", Assert.Single(warnings));
        Assert.Equal("8 ranks share 5 members, at most 1 each: the predicted efficiency is 0.62.", notes[0]);
        Assert.StartsWith("Rank 0 of 8 on host0: members 0 to 0, computing ", notes[1], StringComparison.Ordinal);
        Assert.StartsWith("Rank 7 of 8 on host7: no member, computing 0.0 s, waiting ", notes[8], StringComparison.Ordinal);
    }

    // The file of any number of ranks is that of one process, so any number can continue.
    [Theory, InlineData(1, 3), InlineData(3, 2), InlineData(2, 1)]
    public void A_checkpoint_continues_with_another_number_of_ranks(int before, int after)
    {
        var folder = Directory.CreateTempSubdirectory("backprop-members-");
        try
        {
            var options = Options with
            {
                KFoldBagging = true,
                NumberOfIterations = 6,
                Optimizer = new Adam(),
                WeightAveraging = new ExponentialMovingAverage(),
            };
            var (training, _) = Examples(options.Loss);
            var network = Form.Build(Features, 1);
            var expected = new Trainer(options).Train(network, training);
            var path = Path.Combine(folder.FullName, "members.checkpoint");
            var saving = options with { Checkpoint = new Checkpoint(path) { Every = 1 } };
            ThreadRanks.RunAll(before, communicator =>
            {
                var steps = 0;
                Train(communicator, network, saving, training, validation: null, () =>
                {
                    if (++steps == 22) throw new InvalidDataException("the machine fails");
                });
            });
            Assert.True(File.Exists(path));
            // The thread of rank 0 ends when it waits for the others.
            Assert.True(SpinWait.SpinUntil(() => !File.Exists($"{path}.lock"), TimeSpan.FromSeconds(10)));
            var begun = 0;
            var results = ThreadRanks.Run(after, communicator => Train(communicator, network, saving, training, validation: null, () =>
            {
                if (communicator.Rank == 0) begun++;
            }));
            Assert.All(results, result => AssertSame(expected, result));
            Assert.InRange(begun, 1, 25);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static TheoryData<string> Refused => [.. AllRefused.Keys];

    private static Dictionary<string, TrainingOptions> AllRefused { get; } = new()
    {
        ["GradientClipping"] = Options with { GradientClipping = new GradientClipping(ClippingMeasure.GlobalNorm, 1) },
        ["LambdaRankLoss"] = Options with { Loss = new LambdaRankLoss() },
        ["Mixup"] = Options with { Mixup = new Mixup() },
        ["Diagnostics"] = Options with { Diagnostics = true },
        ["RefitOnAllRows"] = Options with { EarlyStopping = new EarlyStopping { RefitOnAllRows = true } },
    };

    [Theory, MemberData(nameof(Refused))]
    public void What_needs_all_members_in_one_process_is_refused_by_name(string name)
    {
        var network = Form.Build(Features, 1);
        var problems = ThreadRanks.RunAll(
            2, communicator => DistributedMembers.Check(communicator, new Trainer(AllRefused[name]), network));
        Assert.All(problems, problem => Assert.StartsWith(
            $"Several ranks cannot share the members of an ensemble with {name}, because ",
            Assert.IsType<ArgumentException>(problem).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Layers_before_the_members_must_not_learn()
    {
        var learning = new Network(
            new Backprop.Layers.InputScale(Features), new Backprop.Layers.Replicate(Features, 2),
            new Backprop.Layers.GroupedDense(2 * Features, 2, 2, ntkParametrization: false));
        Assert.Contains(
            "with layer 0 (InputScale 5 → 5), because it learns from all members",
            Assert.Throws<ArgumentException>(() => new Trainer(Options).CheckRanks(learning)).Message, StringComparison.Ordinal);
        var single = (Form with { EnsembleSize = 1 }).Build(Features, 1);
        Assert.Contains("has one member", Assert.Throws<ArgumentException>(() => new Trainer(Options).CheckRanks(single)).Message);
    }

    private static TrainingResult AssertSame(
        MultilayerPerceptron form, TrainingOptions options, ExampleSet training, ExampleSet? validation, int[]? ranks = null)
    {
        var network = form.Build(Features, options.Loss.OutputsFor(options.Loss.TargetKind == TargetKind.Class ? 3 : 1));
        var expected = new Trainer(options).Train(network, training, validation);
        foreach (var count in ranks ?? [1, 2, 3, 5, 8])
        {
            var results = ThreadRanks.Run(count, communicator => Train(communicator, network, options, training, validation));
            foreach (var result in results) AssertSame(expected, result);
        }
        return expected;
    }

    private static void AssertSame(TrainingResult expected, TrainingResult found)
    {
        TestNumbers.AssertSameBits(expected.Network.Parameters, found.Network.Parameters);
        Assert.Equal(expected.History, found.History);
        Assert.Equal(FileOf(expected), FileOf(found));
        Assert.Equal(expected.Thresholds, found.Thresholds);
        Assert.Equal(expected.Run! with { Duration = default }, found.Run! with { Duration = default });
        Assert.Equal(expected.Warnings, found.Warnings.Where(text => !text.Contains("ranks", StringComparison.Ordinal)));
    }

    // Limits, temperature, intervals and scales are in the file, too.
    private static byte[] FileOf(TrainingResult result)
    {
        using var file = new MemoryStream();
        NetworkFormat.Write(file, result);
        return file.ToArray();
    }

    private static TrainingResult Train(
        ICommunicator communicator, Network network, TrainingOptions options, ExampleSet training, ExampleSet? validation,
        Action? checkAlive = null)
    {
        var trainer = new Trainer(options);
        DistributedMembers.Check(communicator, trainer, network);
        return DistributedMembers.Run(
            communicator, network, (ranks, stop) => trainer.Train(network, training, validation, null, null, stop, ranks: null, ranks),
            new StopCondition(options, checkAlive));
    }

    private static bool LacksValues(MultilayerPerceptron form) => form.MissingValues != Backprop.Layers.MissingValues.Skip;

    private static (ExampleSet Training, ExampleSet Validation) Examples(Loss loss, bool weighs = false, bool lacks = false) =>
        (Examples(loss, 83, seed: 1, weighs, lacks), Examples(loss, 41, seed: 2, weighs, lacks));

    // Feature 1 has 3 categories, feature 4 has 2.
    private static ExampleSet Examples(Loss loss, int rows, int seed, bool weighs, bool lacks)
    {
        var x = TestNumbers.Normal(rows * Features, seed);
        var y = new float[rows];
        for (var row = 0; row < rows; row++)
        {
            var own = x.AsSpan(row * Features, Features);
            (own[1], own[4]) = (1 + row % 3, 1 + row % 2);
            var value = own[0] - own[2] * own[3] + own[1];
            y[row] = loss.TargetKind switch
            {
                TargetKind.Class => Math.Clamp((int)(value + 1), 0, 2),
                TargetKind.Binary => value > 2 ? 1 : 0,
                _ => Math.Max(0, value),
            };
            if (lacks && row % 5 == 0) own[0] = float.NaN;
        }
        float[]? weights = weighs ? [.. Enumerable.Range(0, rows).Select(row => 0.5f + row % 4)] : null;
        return new ExampleSet(x, Features, y, 1, weights, allowsMissing: lacks);
    }
}
