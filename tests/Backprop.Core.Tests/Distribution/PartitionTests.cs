using Backprop.Activations;
using Backprop.Core.Tests.Training;
using Backprop.Distribution;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Distribution;

/// <summary>Training in shards, where each rank reads only the partitions of its own shards.</summary>
public sealed class PartitionTests : IDisposable
{
    private const int Shards = 8, Epochs = 3, Rows = 93;

    private static readonly ExampleSet _training = Problems.Surface(Rows, seed: 3), _validation = Problems.Surface(40, seed: 4);

    private static readonly Network _network =
        new NetworkBuilder(2).Dense(20).Activation(new Tanh()).Dense(15).Activation(new ReLU()).Dense(1).Build();

    private static readonly TrainingOptions _options = new()
    {
        Loss = new SquaredError(),
        NumberOfIterations = Epochs,
        BatchSize = 43,
        LearningRate = 0.02,
        EarlyStopping = new EarlyStopping { Patience = Epochs },
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-partitions-");

    public void Dispose() => _folder.Delete(recursive: true);

    // In a single batch, the rows of the partitions are those of the shards, in the order of the data.
    [Fact]
    public void A_batch_of_all_rows_has_the_bits_of_shards_without_partitions()
    {
        var options = Problems.GradientDescent with { NumberOfIterations = 5, Distributed = new Distributed { Shards = Shards } };
        var expected = new Trainer(options).Train(_network, _training);
        options = options with { Distributed = new Distributed { Shards = Shards, Partitioned = true } };
        var partitioned = new Trainer(options).Train(_network, new PartedSource(_training));
        TestNumbers.AssertSameBits(expected.Network.Parameters, partitioned.Network.Parameters);
        Assert.Equal(expected.History, partitioned.History);
    }

    public static TheoryData<string> Trainings =>
    [
        nameof(Sgd), nameof(Adam), "weights", "classes", "missing", "mixup", "dropout", "norm", "average", "members", "4 parts", "8 parts",
        "unequal parts", "more batches than rows of a partition",
    ];

    [Theory, MemberData(nameof(Trainings))]
    public void Any_number_of_ranks_has_the_bits_of_one_process(string name)
    {
        var expected = Train(name, new Distributed { Shards = Shards, Partitioned = true }, threads: 1);
        foreach (var (count, threads) in new[] { (1, 2), (2, 1), (3, 1), (4, 1), (8, 1), (2, 3) })
            foreach (var result in ThreadRanks.Run(
                count, ranks => Train(name, new Distributed(ranks) { Shards = Shards, Partitioned = true }, threads)))
            {
                TestNumbers.AssertSameBits(expected.Network.Parameters, result.Network.Parameters);
                Assert.Equal(expected.History, result.History);
                Assert.Equal(expected.BestEpoch, result.BestEpoch);
                Assert.Equal(expected.Warnings, result.Warnings);
            }
        Assert.NotEqual(
            expected.Network.Parameters.ToArray(),
            Train(name, new Distributed { Shards = Shards, Partitioned = true }, threads: 1, seed: 2).Network.Parameters.ToArray());
    }

    // The rows are numbers, so the test reads from a batch which rows it has.
    [Theory]
    [InlineData(1000, 100, 8, 8)]
    [InlineData(1003, 64, 8, 3)]
    [InlineData(37, 16, 8, 2)]
    [InlineData(90_000, 60, 4, 2)] // several blocks of the pool
    public void Each_row_occurs_once_in_an_epoch_in_the_shard_of_its_partition(int rows, int batchSize, int shards, int ranks)
    {
        var set = new ExampleSet([.. Enumerable.Range(0, rows).Select(i => (float)i)], 1, new float[rows]);
        var partitions = new StreamPartitions([rows], shards);
        float[][] epochs = [Epoch(1), Epoch(2)];
        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, rows).Select(i => (float)i), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.Equal(epochs[1], Epoch(2));

        float[] Epoch(int epoch) => [.. Enumerable.Range(0, ranks).SelectMany(rank => EpochOf(rank, epoch))];

        List<float> EpochOf(int rank, int epoch)
        {
            var own = new BatchShards(shards, rank, ranks);
            using var batches = PartitionedMinibatches.Of(
                new PartedSource(set), partitions, (own.First, own.OwnCount), batchSize, null, null, mixes: false, balance: null);
            batches.BeginPass(epoch, new RandomSequence(1, RandomPurpose.Shuffling, epoch));
            List<float> dealt = [];
            for (var b = 0; b < batches.Count; b++)
            {
                Assert.True(batches.Prepare(b));
                Assert.InRange(batches.SizeOf(b), 1, batchSize);
                Assert.InRange(batches.SizeOf(b), rows / batches.Count - shards, rows / batches.Count + shards);
                for (var shard = own.First; shard < own.End; shard++)
                {
                    var (first, count) = own.RowsOf(shard, batches, b);
                    batches.Gather(b, first, count);
                    var values = batches[b].X.Values.Slice(first, count);
                    int begin = rows * shard / shards, end = rows * (shard + 1) / shards;
                    foreach (var value in values) Assert.InRange(value, begin, end - 1);
                    dealt.AddRange(values);
                }
            }
            return dealt;
        }
    }

    [Theory]
    [InlineData(1000, 64, 8)]
    [InlineData(1001, 64, 8)]
    [InlineData(93, 43, 8)]
    [InlineData(93, 93, 8)]
    [InlineData(93, 8, 8)]
    public void There_are_as_few_batches_as_the_batch_size_allows(int rows, int batchSize, int shards)
    {
        var partitions = new StreamPartitions([rows], shards);
        var expected = Enumerable.Range(1, rows).First(batches => LargestOf(batches) <= batchSize);
        Assert.Equal(expected, partitions.BatchesFor(batchSize));

        int LargestOf(int batches) => Enumerable.Range(0, shards).Sum(
            shard => (int)Math.Ceiling((rows * (shard + 1) / shards - rows * shard / shards) / (double)batches));
    }

    [Theory, InlineData(2), InlineData(3), InlineData(8)]
    public void A_rank_reads_only_its_own_parts(int count)
    {
        int[] sizes = [12, 11, 12, 11, 12, 11, 12, 12];
        var sources = new PartedSource[count];
        ThreadRanks.Run(count, ranks =>
        {
            var source = sources[ranks.Rank] = new PartedSource(_training, sizes);
            var options = _options with { Distributed = new Distributed(ranks) { Shards = Shards, Partitioned = true } };
            return new Trainer(options).Train(_network, source, _validation);
        });
        for (var rank = 0; rank < count; rank++)
        {
            var own = new BatchShards(Shards, rank, count);
            Assert.Equal(0, sources[rank].OpenReaders);
            Assert.Equal(
                Enumerable.Range(0, Shards).Select(part => part >= own.First && part < own.End ? Epochs * sizes[part] : 0),
                sources[rank].RowsRead);
        }
    }

    [Fact]
    public void Without_parts_a_shard_reads_up_to_its_own_last_row()
    {
        var source = new PartedSource(_training);
        new Trainer(_options with { Distributed = new Distributed { Shards = 2, Partitioned = true } }).Train(_network, source);
        Assert.Equal(Epochs * (Rows / 2 + Rows), source.RowsRead[0]);
    }

    [Theory, InlineData(nameof(Adam)), InlineData("4 parts")]
    public void A_checkpoint_continues_with_another_number_of_ranks(string name)
    {
        var expected = Train(name, new Distributed { Shards = Shards, Partitioned = true }, threads: 1);
        var path = Path.Combine(_folder.FullName, "training.checkpoint");
        var (epoch, numbers) = (0, (int[])[3, 1, 2]);
        foreach (var count in numbers)
        {
            epoch++;
            var results = ThreadRanks.Run(count, ranks =>
            {
                using var interruption = new CancellationTokenSource();
                var progress = new Heard<EpochReport>(report =>
                {
                    if (report.Epoch == epoch && epoch < numbers.Length) interruption.Cancel();
                });
                var checkpoint = ranks.Rank == 0 ? new Checkpoint(path) { Every = 1 } : null;
                return Train(
                    name, new Distributed(ranks) { Shards = Shards, Partitioned = true }, threads: 1,
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
    public void Parts_of_other_sizes_are_another_training()
    {
        var problems = ThreadRanks.RunAll(2, ranks =>
        {
            var options = _options with { Distributed = new Distributed(ranks) { Shards = 2, Partitioned = true } };
            int[] sizes = ranks.Rank == 0 ? [46, 47] : [47, 46];
            new Trainer(options).Train(_network, new PartedSource(_training, sizes));
        });
        Assert.All(
            problems,
            problem => Assert.Contains("Number of training rows in each part is 47, 46 on rank 1, host1, and 46, 47", problem!.Message));
    }

    [Theory]
    [InlineData(3, "at first partition 7 had 12 examples, but in epoch 2 it has more than 12")]
    [InlineData(-2, "at first partition 7 had 12 examples, but in epoch 2 it has 10")]
    public void Data_that_change_between_epochs_are_noticed(int more, string expected)
    {
        var options = _options with { Distributed = new Distributed { Shards = Shards, Partitioned = true } };
        var source = new PartedSource(_training) { MoreInPass2 = more };
        var problem = Assert.Throws<InvalidOperationException>(() => new Trainer(options).Train(_network, source));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        Assert.Equal(0, source.OpenReaders);
    }

    [Fact]
    public void A_much_larger_partition_is_warned_of()
    {
        var options = _options with { Distributed = new Distributed { Shards = 4, Partitioned = true } };
        var warnings = new Trainer(options).Train(_network, new PartedSource(_training, 10, 50, 20, 13)).Warnings;
        Assert.Equal(
            "Partition 1 has 50 of 93 training examples, more than twice the mean of 4 partitions. Other ranks wait for its rank. Write "
            + "parts of equal size.", Assert.Single(warnings));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "memory", "Distributed.Partitioned is for an ExampleSource, which is read again in every epoch" },
        { "one shard", "Distributed.Partitioned divides the training rows by shards, but Distributed.Shards is 1" },
        { "order", "Distributed.Partitioned cannot be combined with Shuffle = false" },
        { "few rows", "needs a training example for each shard, but the stream has 5 for 8 shards" },
        { "3 parts", "Distributed.Shards is 8, but the data has 3 parts" },
        { "16 parts", "Distributed.Shards is 8, but the data has 16 parts" },
        { "empty part", "needs a training example for each shard, but part 1 (of 0 to 1) has 0 for 4 shards" },
        { "batch", "Distributed.Shards is 8, but a batch has only 7 rows" },
        { "folds", "KFoldBagging needs all examples in memory" },
    };

    // All ranks report it, and none waits for another.
    [Theory, MemberData(nameof(Refused))]
    public void What_partitions_cannot_do_is_refused_on_all_ranks(string what, string expected)
    {
        var problems = ThreadRanks.RunAll(what == "one shard" ? 1 : 2, ranks =>
        {
            var options = _options with
            {
                Distributed = new Distributed(ranks) { Shards = what == "one shard" ? 1 : Shards, Partitioned = true },
                BatchSize = what == "batch" ? 7 : 43,
                Shuffle = what != "order",
                KFoldBagging = what == "folds",
            };
            int[] sizes = what switch
            {
                "3 parts" => [31, 31, 31],
                "16 parts" => [.. Enumerable.Repeat(5, 15), 18],
                "empty part" => [93, 0],
                "few rows" => [5],
                _ => [],
            };
            var network = what == "folds" ? new MultilayerPerceptron { HiddenLayers = [4], EnsembleSize = 3 }.Build(2, 1) : _network;
            var trainer = new Trainer(options);
            if (what == "memory") trainer.Train(network, _training);
            else trainer.Train(network, new PartedSource(_training, sizes));
        });
        Assert.All(problems, problem => Assert.Contains(expected, Assert.IsAssignableFrom<ArgumentException>(problem).Message));
    }

    [Fact]
    public void The_text_names_partitions_only_where_they_are_used()
    {
        Assert.Equal("Distributed { Shards = 8 }", new Distributed { Shards = 8 }.ToString());
        Assert.Equal("Distributed { Shards = 8, Partitioned = True }", new Distributed { Shards = 8, Partitioned = true }.ToString());
    }

    private static TrainingResult Train(
        string name, Distributed distributed, int threads, Func<TrainingOptions, TrainingOptions>? change = null,
        IProgress<EpochReport>? progress = null, int seed = 1)
    {
        var options = OptionsOf(name) with { Distributed = distributed, NumberOfThreads = threads, Seed = seed };
        options = change?.Invoke(options) ?? options;
        var (training, validation) = (SetOf(name, _training), SetOf(name, _validation));
        int[] sizes = name switch
        {
            "4 parts" => [23, 23, 24, 23],
            "8 parts" => [12, 11, 12, 11, 12, 11, 12, 12],
            "unequal parts" => [3, 40, 9, 41],
            _ => [],
        };
        return new Trainer(options).Train(NetworkOf(name), new PartedSource(training, sizes), validation, progress: progress);
    }

    private static TrainingOptions OptionsOf(string name) => name switch
    {
        nameof(Sgd) => _options with { Optimizer = new Sgd() },
        "classes" => _options with { Loss = new LogisticLoss(), BalancedClassWeights = true },
        "mixup" => _options with { Mixup = new Mixup() },
        "norm" => _options with { GradientClipping = new GradientClipping(ClippingMeasure.GlobalNorm, 0.1) },
        "average" => _options with { WeightAveraging = new ExponentialMovingAverage() },
        "more batches than rows of a partition" => _options with { BatchSize = 8 },
        _ => _options with { Optimizer = new Adam() },
    };

    private static Network NetworkOf(string name) => name switch
    {
        "missing" => new MultilayerPerceptron
        {
            HiddenLayers = [6],
            MissingValues = MissingValues.Median,
            IndicatedFeatures = [0, 1],
        }.Build(2, 1),
        "dropout" => new NetworkBuilder(2).Dropout(0.1).Dense(7).Activation(new Tanh()).Dropout(0.3).Dense(1).Build(),
        "members" => new MultilayerPerceptron { HiddenLayers = [6, 5], EnsembleSize = 3, Activation = new Tanh() }.Build(2, 1),
        _ => _network,
    };

    private static ExampleSet SetOf(string name, ExampleSet set)
    {
        float[] x = set.Features.Values.ToArray(), y = set.Targets.Values.ToArray();
        if (name == "missing")
            for (var i = 0; i < x.Length; i += 7) x[i] = float.NaN;
        if (name == "classes")
            for (var i = 0; i < y.Length; i++) y[i] = y[i] > 2 ? 1 : 0;
        float[]? weights = name == "weights" ? [.. Enumerable.Range(0, set.Count).Select(i => 1f + i % 3)] : null;
        return new ExampleSet(x, 2, y, 1, weights, allowsMissing: name == "missing");
    }
}
