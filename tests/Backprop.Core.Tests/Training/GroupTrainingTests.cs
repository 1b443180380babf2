using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Training by losses of groups.</summary>
public class GroupTrainingTests
{
    public static TheoryData<RankingLoss> Losses => [.. Loss.All.OfType<RankingLoss>()];

    private static readonly NormalizedDiscountedCumulativeGain _ndcg = new();

    [Theory, MemberData(nameof(Losses))]
    public void The_order_of_new_groups_is_learned(RankingLoss loss)
    {
        var result = new Trainer(Options(loss)).Train(Problems.TwoToOne(8), Queries(40, seed: 1));
        var untrained = new TrainedNetwork(
            result.Network.Network, TestNumbers.Normal(result.Network.Parameters.Length, seed: 9), loss);
        var test = Queries(30, seed: 2);
        Assert.InRange(Ndcg(result.Network, test), 0.97, 1);
        Assert.InRange(Ndcg(untrained, test), 0, 0.9);
    }

    [Theory, MemberData(nameof(Losses))]
    public void The_bits_do_not_depend_on_the_number_of_threads(RankingLoss loss)
    {
        foreach (var members in (int[])[1, 3])
        {
            var network = new MultilayerPerceptron { HiddenLayers = [64, 64], EnsembleSize = members }.Build(2, 1);
            var one = Train(threads: 1);
            foreach (var threads in (int[])[2, 3, 7])
            {
                var other = Train(threads);
                TestNumbers.AssertSameBits(one.Network.Parameters, other.Network.Parameters);
                Assert.Equal(one.History, other.History);
            }

            TrainingResult Train(int threads) => new Trainer(
                Options(loss) with { NumberOfThreads = threads, NumberOfIterations = 2, BatchSize = 256, EarlyStopping = ByNdcg })
                .Train(network, Queries(60, seed: 1), Queries(20, seed: 2));
        }
    }

    [Theory, MemberData(nameof(Losses))]
    public void The_loss_of_an_epoch_is_the_weighted_mean_over_the_groups(RankingLoss loss)
    {
        var queries = Queries(9, seed: 3);
        float[] weights = [.. queries.Groups.ToArray().Select(group => 1 + group % 3)];
        queries = queries.WithWeights(weights);
        var network = Problems.TwoToOne(4);
        var options = Options(loss) with { NumberOfIterations = 1, BatchSize = TrainingOptions.FullBatch, StandardizeInputs = false };
        var start = network.Initialize(options.Initializer, options.Seed);
        var scores = new TrainedNetwork(network, start, loss).CreateScorer(queries.Count).Score(queries.Features);

        double sum = 0, total = 0;
        var starts = queries.GroupStarts();
        for (var group = 0; group + 1 < starts.Length; group++)
        {
            var (first, count) = (starts[group], starts[group + 1] - starts[group]);
            sum += weights[first] * loss.Evaluate(
                scores.RowRange(first, count), queries.Targets.RowRange(first, count), new Matrix(new float[count], count, 1));
            total += weights[first];
        }
        Assert.Equal(sum / total, new Trainer(options).Train(network, queries).History[0].TrainingLoss, 1e-6);
    }

    [Fact]
    public void Weight_two_is_a_group_twice()
    {
        ExampleSet one = Queries(4, seed: 5), first = one.Slice(0, one.GroupStarts()[1]);
        float[] weights = [.. one.Groups.ToArray().Select(group => group == one.Groups[0] ? 2f : 1f)];
        var options = Options(new ListNetLoss()) with
        {
            Optimizer = new Sgd(),
            NumberOfIterations = 3,
            BatchSize = TrainingOptions.FullBatch,
            StandardizeInputs = false,
        };
        var weighted = new Trainer(options).Train(Problems.TwoToOne(4), one.WithWeights(weights));
        var twice = new Trainer(options).Train(Problems.TwoToOne(4), one.Concat(first));
        TestNumbers.AssertClose(weighted.Network.Parameters, twice.Network.Parameters, 1e-5f);
    }

    [Fact]
    public void Early_stopping_by_ndcg_keeps_the_epoch_with_the_best_value()
    {
        ExampleSet training = Queries(20, seed: 6), validation = Queries(15, seed: 7);
        var result = new Trainer(Options(new RankNetLoss()) with { NumberOfIterations = 8, EarlyStopping = ByNdcg })
            .Train(Problems.TwoToOne(6), training, validation);
        var best = result.History.Max(report => report.ValidationMetric!.Value);
        Assert.Equal(best, Ndcg(result.Network, validation), 1e-9);
        Assert.Equal(best, result.History[result.BestEpoch - 1].ValidationMetric!.Value);
    }

    [Fact]
    public void A_refit_has_the_groups_of_both_sets()
    {
        var options = Options(new LambdaRankLoss()) with { EarlyStopping = ByNdcg with { RefitOnAllRows = true } };
        var result = new Trainer(options).Train(Problems.TwoToOne(6), Queries(20, seed: 6), Queries(15, seed: 7));
        Assert.True(result.Run!.IsRefit);
        Assert.InRange(Ndcg(result.Network, Queries(20, seed: 8)), 0.93, 1);
    }

    [Fact]
    public void Limited_memory_BFGS_works_with_a_continuous_loss_only()
    {
        var options = Options(new RankNetLoss()) with { Optimizer = new Lbfgs(), LearningRate = null, BatchSize = null };
        Assert.InRange(Ndcg(new Trainer(options).Train(Problems.TwoToOne(4), Queries(20, seed: 6)).Network, Queries(20, seed: 8)), 0.97, 1);
        var problem = Assert.Throws<ArgumentException>(
            nameof(TrainingOptions.Optimizer), () => new Trainer(options with { Loss = new LambdaRankLoss() }));
        Assert.Contains("jumps", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_a_group_loss_does_not_allow_are_refused_by_name()
    {
        var options = Options(new ListMleLoss());
        Refused(nameof(TrainingOptions.Mixup), options with { Mixup = new Mixup() });
        Refused(nameof(TrainingOptions.KFoldBagging), options with { KFoldBagging = true });
        Refused(nameof(TrainingOptions.OutputBiasPrior), options with { OutputBiasPrior = true });
        Refused(nameof(TrainingOptions.PredictionIntervals), options with { PredictionIntervals = new Conformal() });
        Refused(nameof(TrainingOptions.Uncertainty), options with { Uncertainty = true });
        Refused(nameof(TrainingOptions.TemperatureScaling), options with { TemperatureScaling = true });
        Refused(nameof(TrainingOptions.ClampPredictions), options with { ClampPredictions = true });
        var balanced = new Trainer(options with { BalancedClassWeights = true });
        var problem = Assert.Throws<ArgumentException>(() => balanced.Train(Problems.TwoToOne(4), Queries(20, seed: 6)));
        Assert.Contains(nameof(TrainingOptions.BalancedClassWeights), problem.Message, StringComparison.Ordinal);

        static void Refused(string option, TrainingOptions options)
        {
            var problem = Assert.Throws<ArgumentException>(option, () => new Trainer(options));
            Assert.Contains(nameof(ListMleLoss), problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Groups_with_different_weights_are_refused_by_name()
    {
        var examples = new ExampleSet(new float[8], 2, [0, 1, 0, 1], 1, [1, 1, 1, 2]).WithGroups([3, 3, 7, 7]);
        var problem = Refused(examples, Options(new RankNetLoss()));
        Assert.Contains("Group 7 of the training examples has the weights 1 and 2 (row 3)", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_without_any_order_are_refused()
    {
        var examples = new ExampleSet(new float[8], 2, [0, 0, 1, 1]).WithGroups([3, 3, 7, 7]);
        Assert.Contains("different relevance", Refused(examples, Options(new RankNetLoss())), StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_without_gain_is_refused_with_its_row()
    {
        var examples = new ExampleSet(new float[8], 2, [0, 1, 12, 1]).WithGroups([3, 3, 7, 7]);
        var problem = Refused(examples, Options(new LambdaRankLoss()));
        Assert.Contains("row 2 of training is 12", problem, StringComparison.Ordinal);
        Assert.Contains(nameof(LambdaRankLoss.Gains), problem, StringComparison.Ordinal);

        // The metric has gains, too, although the loss has none.
        problem = Refused(Queries(5, seed: 1), Options(new RankNetLoss()) with { EarlyStopping = ByNdcg }, validation: examples);
        Assert.Contains("label 12 of one of them has no gain", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_without_groups_are_refused()
    {
        var examples = new ExampleSet(new float[8], 2, [0, 1, 0, 1]);
        Assert.Contains(nameof(ExampleSet.WithGroups), Refused(examples, Options(new RankNetLoss())), StringComparison.Ordinal);
        Assert.Contains(
            "validation examples", Refused(Queries(5, seed: 1), Options(new RankNetLoss()), examples), StringComparison.Ordinal);
        var stream = new StreamTests.Source(Queries(5, seed: 1));
        var problem = Assert.Throws<ArgumentException>(() => new Trainer(Options(new RankNetLoss())).Train(Problems.TwoToOne(4), stream));
        Assert.Contains("stream", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { 1, 1, 2 }, "3 groups for 4 examples")]
    [InlineData(new[] { 1, 2, 1, 2 }, "examples of group 1 are not adjacent: it begins again at row 2")]
    public void Groups_that_do_not_fit_are_refused(int[] groups, string message) =>
        Assert.Contains(
            message,
            Assert.Throws<ArgumentException>(() => new ExampleSet(new float[4], 1, new float[4]).WithGroups(groups)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Groups_of_one_row_are_counted_in_a_warning()
    {
        var examples = new ExampleSet(TestNumbers.Normal(12, seed: 1), 2, [0, 1, 0, 1, 2, 0]).WithGroups([3, 3, 7, 5, 4, 4]);
        var result = new Trainer(Options(new RankNetLoss()) with { NumberOfIterations = 1 }).Train(Problems.TwoToOne(4), examples);
        Assert.Contains(result.Warnings, warning => warning.StartsWith("2 of 4 groups have one row.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_group_with_too_many_pairs_is_warned_of()
    {
        const int rows = 10_001;
        float[] targets = new float[rows];
        targets[7] = 1; // one row has an order with all others, so there are few pairs
        var examples = new ExampleSet(TestNumbers.Normal(2 * rows, seed: 1), 2, targets).WithGroups(new int[rows]);
        var options = Options(new RankNetLoss()) with { NumberOfIterations = 1 };
        var result = new Trainer(options).Train(Problems.TwoToOne(), examples);
        Assert.Contains(result.Warnings, warning => warning.StartsWith("A group has 10,001 rows", StringComparison.Ordinal));
        Assert.Empty(new Trainer(options with { Loss = new LambdaRankLoss() }).Train(Problems.TwoToOne(), examples).Warnings);
    }

    [Theory]
    [InlineData(ValidationRows.Stratified)]
    [InlineData(ValidationRows.Last)]
    public void Whole_groups_are_held_out(ValidationRows rows)
    {
        var all = Queries(40, seed: 4);
        var (learned, held) = HeldOutRows.Split(all, 0.2, rows, hasClasses: false, seed: 3);
        Assert.Equal(all.Count, learned.Count + held!.Count);
        Assert.Empty(GroupsOf(learned).Intersect(GroupsOf(held)));
        Assert.InRange((double)held.Count / all.Count, 0.15, 0.25);
        if (rows == ValidationRows.Last) Assert.Equal(GroupsOf(all)[^held.Count..], GroupsOf(held));
        else Assert.NotEqual(GroupsOf(held), GroupsOf(HeldOutRows.Split(all, 0.2, rows, hasClasses: false, seed: 4).HeldOut!));
        Assert.Null(HeldOutRows.Split(Queries(1, seed: 1), 0.5, rows, hasClasses: false, seed: 3).HeldOut);
    }

    [Fact]
    public void The_default_preset_learns_to_rank()
    {
        var values = TrainingPreset.Fast.For(DatasetProfile.Of(Queries(30, seed: 1), TargetKind.Relevance));
        values = values with
        {
            Architecture = values.Architecture with { HiddenLayers = [16, 16] },
            Training = values.Training with { NumberOfIterations = 12 },
        };
        Assert.InRange(Ndcg(values.Train(Queries(30, seed: 1)).Network, Queries(30, seed: 2)), 0.93, 1);
    }

    [Fact]
    public void One_group_cannot_be_divided_by_a_preset()
    {
        var problem = Assert.Throws<ArgumentException>(() => TrainingPreset.Default.Train(Grouped(10, _ => 3), TargetKind.Relevance));
        Assert.Contains("are one group", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Views_and_copies_keep_the_groups()
    {
        var dense = Grouped(12, row => 7 - row / 3);
        var sparse = new ExampleSet(
            new SparseMatrix([.. Enumerable.Range(0, 13)], [.. Enumerable.Range(0, 12).Select(row => row % 2)], [.. new float[12]], 2),
            [.. Enumerable.Range(0, 12).Select(row => (float)(row % 3))]).WithGroups(dense.Groups);
        foreach (var all in (ExampleSet[])[dense, sparse])
        {
            Assert.Equal([7, 6, 6, 6, 5], GroupsOf(all.Slice(2, 5)));
            Assert.Equal([6, 4, 7], GroupsOf(all.Select([4, 11, 0])));
            Assert.Equal(GroupsOf(all), GroupsOf(all.WithWeights([.. Enumerable.Repeat(2f, 12)])));
            Assert.Equal(4, all.GroupCount);
            Assert.Equal([0, 3, 6, 9, 12], all.GroupStarts());

            // The same integers of two sets are different groups.
            var joined = all.Slice(0, 6).Concat(all.Slice(3, 6));
            Assert.Equal([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], GroupsOf(joined));
            Assert.Empty(GroupsOf(all.Concat(new ExampleSet(new float[2], 2, [1]))));
        }
        Assert.Equal(4, Grouped(12, row => row / 3).Concat(Grouped(3, _ => 9)).Slice(0, 12).GroupCount);
    }

    private static ExampleSet Grouped(int rows, Func<int, int> groupOf) =>
        new ExampleSet(TestNumbers.Normal(2 * rows, seed: 1), 2, [.. Enumerable.Range(0, rows).Select(row => (float)(row % 3))])
            .WithGroups([.. Enumerable.Range(0, rows).Select(groupOf)]);

    private static EarlyStopping ByNdcg => new() { Metric = _ndcg };

    private static TrainingOptions Options(Loss loss) => new()
    {
        Loss = loss,
        Optimizer = new Adam(),
        LearningRate = 0.02,
        NumberOfIterations = 25,
        BatchSize = 64,
    };

    // Groups of 1 to 8 rows. A shift of the whole group hides the relevance from a loss of single rows.
    private static ExampleSet Queries(int count, int seed)
    {
        var random = new RandomSequence(seed, RandomPurpose.Examples);
        List<float> features = [], targets = [];
        List<int> groups = [];
        for (var query = 0; query < count; query++)
        {
            var shift = 3 * random.NextNormal();
            var rows = 2 + random.NextIndex(7);
            for (var row = 0; row < rows; row++)
            {
                double own = random.NextNormal(), other = random.NextNormal();
                features.AddRange([(float)(own + shift), (float)other]);
                targets.Add(Math.Clamp((int)Math.Floor(2 + own - other), 0, 4));
                groups.Add(query);
            }
        }
        return new ExampleSet([.. features], 2, [.. targets]).WithGroups([.. groups]);
    }

    private static int[] GroupsOf(ExampleSet examples) => [.. examples.Groups];

    private static double Ndcg(TrainedNetwork network, ExampleSet examples)
    {
        var scores = network.CreateScorer(examples.Count).Score(examples.Features);
        return _ndcg.MeasureGroups(scores, scores, examples.Targets, examples.Weights, examples.Groups);
    }

    private static string Refused(ExampleSet training, TrainingOptions options, ExampleSet? validation = null) =>
        Assert.ThrowsAny<ArgumentException>(() => new Trainer(options).Train(Problems.TwoToOne(4), training, validation)).Message;
}
