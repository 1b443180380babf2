using Backprop.Activations;
using Backprop.Core.Tests.Training;
using Backprop.Distribution;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Distribution;

/// <summary>One network, trained by ranks that are threads, in shards of batches: the bits of one process.</summary>
public sealed class RankTrainingTests : IDisposable
{
    private const int Epochs = 3;

    private static readonly ExampleSet _training = Problems.Surface(90, seed: 3, [.. Enumerable.Range(0, 90).Select(i => 1f + i % 3)]),
        _validation = Problems.Surface(40, seed: 4);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-ranks-");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Trainings =>
    [
        nameof(Sgd), nameof(Adam), nameof(Nesterov), nameof(ScheduleFreeAdamW), nameof(Lookahead), nameof(NAdam),
        "average", "dropout", "norm", "global norm", "value", "maximum norm", "penalties", "mixup", "members", "folds", "stream", "refit",
        "stops early", "sparse", "embeddings", "wide",
    ];

    [Theory, MemberData(nameof(Trainings))]
    public void Any_number_of_ranks_has_the_bits_of_one_process(string name)
    {
        var expected = Train(name, new Distributed { Shards = 8 }, threads: 1);
        foreach (var (count, threads) in new[] { (1, 2), (2, 1), (3, 1), (5, 1), (8, 1), (2, 3) })
            foreach (var result in ThreadRanks.Run(count, ranks => Train(name, new Distributed(ranks) { Shards = 8 }, threads)))
            {
                TestNumbers.AssertSameBits(expected.Network.Parameters, result.Network.Parameters);
                Assert.Equal(expected.History, result.History);
                Assert.Equal(expected.BestEpoch, result.BestEpoch);
                Assert.Equal(expected.Warnings, result.Warnings);
            }
    }

    [Fact]
    public void Exchanges_of_64_ranks_have_the_bits_of_one_process()
    {
        var expected = OneBatch(new Distributed { Shards = 64 });
        foreach (var count in (int[])[48, 64])
            foreach (var result in ThreadRanks.Run(count, ranks => OneBatch(new Distributed(ranks) { Shards = 64 })))
                TestNumbers.AssertSameBits(expected.Network.Parameters, result.Network.Parameters);

        static TrainingResult OneBatch(Distributed distributed) =>
            Train(nameof(Adam), distributed, threads: 1, options => options with { BatchSize = 90 });
    }

    [Theory, InlineData("average"), InlineData(nameof(Lookahead))]
    public void A_checkpoint_continues_with_another_number_of_ranks(string name)
    {
        var expected = Train(name, new Distributed { Shards = 8 }, threads: 1);
        var path = Path.Combine(_folder.FullName, "training.checkpoint");
        var (epoch, numbers) = (0, (int[])[3, 1, 2]);
        foreach (var count in numbers)
        {
            epoch++;
            var results = ThreadRanks.Run(count, ranks =>
            {
                // The training is interrupted after an epoch, except for the last time.
                using var interruption = new CancellationTokenSource();
                var progress = new Heard<EpochReport>(report =>
                {
                    if (report.Epoch == epoch && epoch < numbers.Length) interruption.Cancel();
                });
                var checkpoint = ranks.Rank == 0 ? new Checkpoint(path) { Every = 1 } : null;
                return Train(
                    name, new Distributed(ranks) { Shards = 8 }, threads: 1,
                    options => options with { Checkpoint = checkpoint, CancellationToken = interruption.Token }, progress);
            });
            foreach (var result in results)
            {
                Assert.Equal(expected.History.Take(epoch), result.History);
                if (epoch == numbers.Length) TestNumbers.AssertSameBits(expected.Network.Parameters, result.Network.Parameters);
            }
        }
    }

    [Fact]
    public void Rank_0_decides_when_the_time_is_over()
    {
        // The clock of rank 0 advances by a second with each look; that of rank 1 stands still.
        var results = ThreadRanks.Run(2, ranks => Train(
            nameof(Adam), new Distributed(ranks) { Shards = 8 }, threads: 1, options => options with
            {
                MaximumTrainingTime = TimeSpan.FromSeconds(12),
                Clock = new ManualClock(TimeSpan.FromSeconds(ranks.Rank == 0 ? 1 : 0)),
            }));
        Assert.InRange(results[0].History.Count, 1, Epochs);
        Assert.True(results[0].Run!.Duration > TimeSpan.FromSeconds(12));
        Assert.Equal(results[0].History, results[1].History);
        Assert.Equal(results[0].Run!.Duration, results[1].Run!.Duration);
        TestNumbers.AssertSameBits(results[0].Network.Parameters, results[1].Network.Parameters);
    }

    [Fact]
    public void Only_the_token_of_rank_0_counts()
    {
        var results = ThreadRanks.Run(2, ranks =>
        {
            using var source = new CancellationTokenSource();
            var progress = new Heard<EpochReport>(_ => source.Cancel());
            if (ranks.Rank == 1) source.Cancel();
            return Train(
                nameof(Adam), new Distributed(ranks) { Shards = 8 }, threads: 1,
                options => options with { CancellationToken = source.Token }, progress);
        });
        Assert.All(results, result => Assert.Single(result.History));
        Assert.Equal(results[0].History, results[1].History);
    }

    [Fact]
    public void A_token_that_throws_on_rank_0_throws_on_all()
    {
        var problems = ThreadRanks.RunAll(3, ranks =>
        {
            using var source = new CancellationTokenSource();
            var progress = new Heard<EpochReport>(_ => source.Cancel());
            Train(
                nameof(Adam), new Distributed(ranks) { Shards = 8 }, threads: 1,
                options => options with { CancellationToken = source.Token, ThrowOnCancellation = true }, progress);
        });
        Assert.All(problems, problem => Assert.IsType<OperationCanceledException>(problem));
    }

    [Fact]
    public void Divergence_is_that_of_all_ranks()
    {
        var problems = ThreadRanks.RunAll(3, ranks => Train("diverges", new Distributed(ranks) { Shards = 8 }, threads: 1));
        Assert.All(problems, problem => Assert.IsType<TrainingDivergedException>(problem));
        Assert.Single(problems.Select(problem => problem!.Message).Distinct());
    }

    [Theory]
    [InlineData("Seed is 2 on rank 1, host1, and 0 on rank 0, host0")]
    [InlineData("Distributed is Distributed { Shards = 16 } on rank 1, host1, and Distributed { Shards = 8 } on rank 0, host0")]
    [InlineData("Number of training rows is 89 on rank 1, host1, and 90 on rank 0, host0")]
    [InlineData("Rank 1, host1 cannot train. ArgumentException: Network")]
    public void A_rank_that_differs_is_named_by_all_ranks(string expected)
    {
        var problems = ThreadRanks.RunAll(2, ranks =>
        {
            var differs = ranks.Rank == 1;
            var shards = differs && expected.Contains("Shards", StringComparison.Ordinal) ? 16 : 8;
            var options = OptionsOf(nameof(Adam)) with
            {
                BatchSize = 30,
                Distributed = new Distributed(ranks) { Shards = shards },
                Seed = differs && expected.StartsWith("Seed", StringComparison.Ordinal) ? 2 : 0,
            };
            var rows = differs && expected.Contains("training rows", StringComparison.Ordinal) ? 89 : 90;
            var inputs = differs && expected.Contains("cannot", StringComparison.Ordinal) ? 3 : 2;
            new Trainer(options).Train(new NetworkBuilder(inputs).Dense(1).Build(), _training.Slice(0, rows));
        });
        Assert.All(problems, problem => Assert.Contains(expected, problem!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void An_exception_on_one_rank_ends_all()
    {
        var problems = ThreadRanks.RunAll(3, ranks =>
        {
            var calls = 0;
            void Check()
            {
                if (ranks.Rank == 1 && ++calls == 7) throw new InvalidDataException("the data of this rank is damaged");
            }
            new Trainer(OptionsOf(nameof(Adam)) with { Distributed = new Distributed(ranks) { Shards = 8 } }).Train(
                NetworkOf(nameof(Adam)), _training, checkAlive: Check);
        });
        Assert.IsType<InvalidDataException>(problems[1]);
        Assert.All([problems[0], problems[2]], problem => Assert.IsType<JobEndedException>(problem));
        Assert.Contains("the data of this rank is damaged", problems[0]!.Message);
    }

    [Fact]
    public void A_rank_that_hangs_is_named_after_the_deadline()
    {
        var hasEnded = new ManualResetEventSlim();
        var problems = ThreadRanks.RunAll(
            2,
            ranks =>
            {
                void Check()
                {
                    if (ranks.Rank == 1) hasEnded.Wait(TimeSpan.FromSeconds(10));
                }
                try
                {
                    new Trainer(OptionsOf(nameof(Adam)) with { Distributed = new Distributed(ranks) { Shards = 8 } }).Train(
                        NetworkOf(nameof(Adam)), _training, checkAlive: ranks.Rank == 1 ? Check : null);
                }
                finally
                {
                    hasEnded.Set();
                }
            },
            TimeSpan.FromSeconds(0.1));
        Assert.Contains("for rank 1", Assert.IsType<TimeoutException>(problems[0]).Message);
    }

    private static TrainingResult Train(
        string name, Distributed distributed, int threads, Func<TrainingOptions, TrainingOptions>? change = null,
        IProgress<EpochReport>? progress = null)
    {
        var options = OptionsOf(name) with { Distributed = distributed, NumberOfThreads = threads };
        options = change?.Invoke(options) ?? options;
        var (network, trainer) = (NetworkOf(name), new Trainer(options));
        if (name == "stream") return trainer.Train(network, new StreamTests.Source(_training), _validation);
        var (training, validation) = name switch
        {
            "sparse" => (Sparse(_training), Sparse(_validation)),
            "embeddings" => (Categorical(_training), Categorical(_validation)),
            _ => (_training, _validation),
        };
        return trainer.Train(network, training, name == "folds" ? null : validation, progress: progress);
    }

    private static TrainingOptions OptionsOf(string name)
    {
        // The last batch has 4 rows for 8 shards.
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            NumberOfIterations = Epochs,
            BatchSize = 43,
            LearningRate = 0.02,
            EarlyStopping = new EarlyStopping { Patience = Epochs },
        };
        return name switch
        {
            "average" => options with { WeightAveraging = new ExponentialMovingAverage() },
            "norm" => options with { GradientClipping = new GradientClipping(ClippingMeasure.Norm, 0.1) },
            "global norm" => options with { GradientClipping = new GradientClipping(ClippingMeasure.GlobalNorm, 0.1) },
            "value" => options with { GradientClipping = new GradientClipping(ClippingMeasure.Value, 0.01) },
            "maximum norm" => options with { MaximumNorm = 0.5, LearningRateSchedule = new CosineDecay() },
            "penalties" => options with
            {
                L1Regularization = 0.01,
                L2Regularization = 0.02,
                WeightDecay = 0.1,
                ParameterGroups = new ParameterGroups { Biases = new(2, 1) },
            },
            "mixup" => options with { Mixup = new Mixup() },
            "folds" => options with { KFoldBagging = true },
            "refit" => options with { EarlyStopping = new EarlyStopping { RefitOnAllRows = true } },
            "stops early" => options with { LearningRate = 3, EarlyStopping = new EarlyStopping { Patience = 1 } },
            "sparse" => options with { StandardizeInputs = false },
            "diverges" => options with { Optimizer = new Sgd(), LearningRate = 1e30 },
            _ => Optimizer.All.SingleOrDefault(optimizer => optimizer.GetType().Name == name) is { } optimizer
                ? options with { Optimizer = optimizer }
                : options,
        };
    }

    private static Network NetworkOf(string name) => name switch
    {
        "dropout" => new NetworkBuilder(2).Dropout(0.1).Dense(7).Activation(new Tanh()).Dropout(0.3).Dense(5).Activation(new ReLU())
            .Dense(1).Build(),
        "members" or "folds" => new MultilayerPerceptron { HiddenLayers = [6, 5], EnsembleSize = 3, Activation = new Tanh() }.Build(2, 1),
        "sparse" => Network.FullyConnected(Wide, [6], 1, new Tanh()),
        "embeddings" => new Network(
            new EntityEmbedding(2, [new EmbeddedCategory(1, 5, 3)]), new Dense(4, 6), new ActivationLayer(6, new Tanh()), new Dense(6, 1)),
        // Each of two ranks updates more parameters than are summed at once.
        "wide" => new NetworkBuilder(2).Dense(270).Activation(new Tanh()).Dense(260).Activation(new ReLU()).Dense(1).Build(),
        _ => new NetworkBuilder(2).Dense(70).Activation(new Tanh()).Dense(65).Activation(new ReLU()).Dense(1).Build(),
    };

    private const int Wide = 40;

    private static ExampleSet Sparse(ExampleSet set)
    {
        int[] starts = [.. Enumerable.Range(0, set.Count + 1).Select(i => 2 * i)];
        int[] columns = [.. Enumerable.Range(0, set.Count).SelectMany(i => (int[])[i % 7, 10 + i % 29])];
        return new ExampleSet(new SparseMatrix(starts, columns, set.Features.Values.ToArray(), Wide), set.Targets.Values.ToArray());
    }

    private static ExampleSet Categorical(ExampleSet set)
    {
        var x = set.Features.Values.ToArray();
        for (var i = 0; i < set.Count; i++) x[2 * i + 1] = i % 5;
        return new ExampleSet(x, 2, set.Targets.Values.ToArray());
    }
}
