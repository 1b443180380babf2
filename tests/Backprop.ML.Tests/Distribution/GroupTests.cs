using System.Text.RegularExpressions;
using Backprop.Distribution;
using Backprop.ML.Tests.Scenarios;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Distribution;

/// <summary>A search and other models on groups of ranks that are threads: the bits of one process for every division.</summary>
public sealed class GroupTests : IDisposable
{
    private const int Members = 5;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-groups-");

    public void Dispose() => _folder.Delete(recursive: true);

    // The number of ranks, and of ranks per trial; 0 for the planned number.
    public static TheoryData<int, int> Divisions => new()
    {
        { 2, 1 }, { 2, 2 }, { 3, 1 }, { 3, 2 }, { 3, 3 }, { 4, 2 }, { 4, 0 }, { 6, 2 }, { 6, 3 }, { 8, 3 }, { 8, 0 },
    };

    [Theory, MemberData(nameof(Divisions))]
    public void A_search_has_the_bits_of_one_process_in_every_division(int ranks, int size)
    {
        var expected = Search(distributed: null);
        var models = ThreadRanks.Run(
            ranks, communicator => Search(new Distributed(communicator) { RanksPerTrial = size == 0 ? null : size }));
        foreach (var model in models) AssertSame(expected, model);
    }

    [Theory, InlineData(Synthetic.Kind, 2), InlineData(Synthetic.Value, 3)]
    public void The_blend_of_the_best_preset_has_the_bits_of_one_process(string label, int size)
    {
        var expected = Best(distributed: null, label);
        Assert.NotNull(expected.Model.Network.Blend);
        foreach (var model in ThreadRanks.Run(6, ranks => Best(new Distributed(ranks) { RanksPerTrial = size }, label)))
            AssertSame(expected, model);
    }

    [Fact]
    public void Rank_0_logs_the_plan_and_the_group_of_each_rank()
    {
        var lines = new List<string>[4];
        ThreadRanks.Run(4, ranks =>
        {
            var (ml, own) = (new MLContext(seed: 1), lines[ranks.Rank] = []);
            ml.Log += (_, message) => own.Add(message.RawMessage);
            var options = Options(new Distributed(ranks) { RanksPerTrial = 2 });
            return new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
        });
        Assert.Contains(
            lines[0],
            line => Regex.IsMatch(
                line, @"^4 ranks in 2 groups of 2 ranks share \d trials of 5 members at a time: the predicted efficiency is \d\.\d\d\.$"));
        foreach (var rank in (int[])[0, 1, 2, 3])
        {
            var start = $"Rank {rank} of 4 on host{rank}: group {rank / 2} of 2, items ";
            Assert.Single(lines[0], line => line.StartsWith(start, StringComparison.Ordinal));
        }
        Assert.All(lines[1..], own => Assert.DoesNotContain(own, line => line.Contains("group", StringComparison.Ordinal)));
    }

    // A trial that continues has the members of all ranks in its file, and so have those that begin again.
    [Theory, InlineData(4, 2, 3, 3), InlineData(6, 3, 2, 1), InlineData(2, 2, 1, 1)]
    public void A_checkpoint_continues_with_another_division(int ranksBefore, int sizeBefore, int ranksAfter, int sizeAfter)
    {
        var expected = Search(distributed: null);
        var checkpoint = new Checkpoint(Path.Combine(_folder.FullName, "search.checkpoint")) { Every = 1 };
        var problems = ThreadRanks.RunAll(ranksBefore, ranks => Search(
            new Distributed(ranks) { RanksPerTrial = sizeBefore }, checkpoint, progress: report =>
            {
                if (report.Epoch == 3) throw new InvalidDataException("the machine fails");
            }));
        Assert.All(problems, problem => Assert.Contains("the machine fails", problem!.Message, StringComparison.Ordinal));
        Assert.NotEmpty(_folder.GetFiles("*.trial0"));
        // Threads that computed end when they exchange the next message.
        Assert.True(SpinWait.SpinUntil(() => _folder.GetFiles("*.lock").Length == 0, TimeSpan.FromSeconds(10)));
        var models = ThreadRanks.Run(
            ranksAfter, ranks => Search(new Distributed(ranks) { RanksPerTrial = sizeAfter }, checkpoint));
        foreach (var model in models) AssertSame(expected, model);
    }

    [Fact]
    public void A_cancelled_search_returns_its_first_trial_on_all_ranks()
    {
        var models = ThreadRanks.Run(4, ranks =>
        {
            using var source = new CancellationTokenSource();
            var ml = new MLContext(seed: 1);
            var options = Options(new Distributed(ranks) { RanksPerTrial = 2 });
            options.CancellationToken = source.Token;
            options.Search = options.Search! with
            {
                Progress = new Listener<SearchTrial>(trial =>
                {
                    if (trial.Number == 2) source.Cancel();
                }),
            };
            return new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
        });
        Assert.Equal(Search(distributed: null).Model.History, models[0].Model.History); // that of the first trial
        Assert.Null(models[0].Model.Network.Blend);
        Assert.All(models, model => Assert.Equal(models[0].Bits(), model.Bits()));
    }

    [Fact]
    public void A_time_limit_ends_the_search_on_all_ranks()
    {
        var models = ThreadRanks.Run(4, ranks =>
        {
            var ml = new MLContext(seed: 1);
            var options = Options(new Distributed(ranks) { RanksPerTrial = 2 });
            (options.MaximumTrainingTime, options.Search) = (TimeSpan.FromSeconds(1.5), new Search { MaximumTrials = 1000 });
            return new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
        });
        Assert.InRange(models[0].Model.Trials.Count, 1, 999);
        Assert.All(models, model => Assert.Equal(models[0].Bits(), model.Bits()));
    }

    // The trials of a search may have options that members of several ranks cannot have. Then one rank of the group trains them.
    [Fact]
    public void Members_that_cannot_be_divided_have_groups_of_one_rank()
    {
        var (expected, lines) = (SearchWithMixup(null), new List<string>());
        foreach (var model in ThreadRanks.Run(4, ranks => SearchWithMixup(new Distributed(ranks), lines.Add))) AssertSame(expected, model);
        Assert.Contains(
            lines, line => Regex.IsMatch(line, @"^4 ranks share \d trials at a time: the predicted efficiency is \d\.\d\d\.$"));
        var problems = ThreadRanks.RunAll(2, ranks => SearchWithMixup(new Distributed(ranks) { RanksPerTrial = 2 }));
        Assert.All(problems, problem => Assert.Contains(
            "RanksPerTrial of Distributed is 2. Several ranks cannot share the members of an ensemble with Mixup", problem!.Message,
            StringComparison.Ordinal));

        static BackpropTransformer SearchWithMixup(Distributed? distributed, Action<string>? note = null)
        {
            var ml = new MLContext(seed: 1);
            if (distributed?.Communicator.Rank == 0) ml.Log += (_, message) => note?.Invoke(message.RawMessage);
            var options = Options(distributed);
            (options.KFoldBagging, options.ValidationFraction, options.Mixup) = (false, 0.25, new Mixup());
            return new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
        }
    }

    [Fact]
    public void More_ranks_per_trial_than_ranks_are_refused_by_all()
    {
        var problems = ThreadRanks.RunAll(2, ranks => Search(new Distributed(ranks) { RanksPerTrial = 3 }));
        Assert.All(problems, problem => Assert.Contains(
            "RanksPerTrial of Distributed is 3, but there are 2 ranks. Use at most 2, or null.", problem!.Message,
            StringComparison.Ordinal));
        Assert.Throws<ArgumentOutOfRangeException>("RanksPerTrial", () => new Distributed { RanksPerTrial = 0 });
        AssertSame(Search(distributed: null), Search(new Distributed { RanksPerTrial = 3 })); // one process ignores it
    }

    [Fact]
    public void Ranks_per_trial_are_for_a_search()
    {
        var ml = new MLContext(seed: 1);
        var options = Options(new Distributed { RanksPerTrial = 2 });
        options.Search = null;
        var message = Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60))).Message;
        Assert.Contains("RanksPerTrial of Distributed divides the ranks of a search, but there is no search.", message);
    }

    [Fact]
    public void Other_numbers_of_ranks_per_trial_are_refused_by_all()
    {
        var problems = ThreadRanks.RunAll(2, ranks => Search(new Distributed(ranks) { RanksPerTrial = 1 + ranks.Rank }));
        Assert.All(problems, problem => Assert.Contains("RanksPerTrial is 2 on rank 1", problem!.Message, StringComparison.Ordinal));
    }

    // Members of folds or seeds, and shards, are divided within a group.
    [Theory, InlineData(2, null), InlineData(3, null), InlineData(4, 2), InlineData(5, 2), InlineData(8, 4), InlineData(8, null)]
    public void Models_of_groups_have_the_bits_of_one_process(int ranks, int? size)
    {
        var expected = Enumerable.Range(0, 3).Select(seed => Bits(Train(new MLContext(seed: 1), seed, group: null))).ToArray();
        var found = ThreadRanks.Run(ranks, communicator =>
        {
            var ml = new MLContext(seed: 1);
            return ml.FitDistributed(communicator, 3, (seed, group) => Train(ml, seed, group), size).Select(Bits).ToArray();
        });
        Assert.All(found, models => Assert.Equal(expected, models));

        static ITransformer Train(MLContext ml, int seed, ICommunicator? group)
        {
            var options = Options(distributed: null);
            (options.Search, options.Seed, options.NumberOfIterations) = (null, seed, 4);
            options.BatchSize = 20;
            if (seed < 2) options.Distributed = group is null ? null : new Distributed(group);
            else options.Distributed = group is null ? new Distributed { Shards = 4 } : new Distributed(group) { Shards = 4 };
            return new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
        }

        static float[] Bits(ITransformer model) =>
            [.. model.Transform(Synthetic.Prepared(new MLContext(), 60)).GetColumn<float>("Score")];
    }

    [Fact]
    public void Ranks_per_model_are_checked()
    {
        var ml = new MLContext();
        Assert.Throws<ArgumentOutOfRangeException>("ranksPerModel", () => ml.FitDistributed(ThreadRanks.Alone, 1, (_, _) => null!, 0));
        var problems = ThreadRanks.RunAll(2, ranks => ml.FitDistributed(ranks, 1, (_, _) => null!, 3));
        Assert.All(problems, problem => Assert.Contains(
            "ranksPerModel must be null, or at most the number of ranks, which is 2", problem!.Message, StringComparison.Ordinal));
    }

    private static void AssertSame(BackpropTransformer expected, BackpropTransformer found)
    {
        Assert.Equal(expected.Bits(), found.Bits());
        Assert.Equal(expected.Model.Trials.Select(TuningResult.Describe), found.Model.Trials.Select(TuningResult.Describe));
        Assert.Equal(expected.Model.Summary.Warnings, found.Model.Summary.Warnings);
        Assert.Equal(expected.Model.History, found.Model.History);
    }

    private static BackpropTransformer Search(
        Distributed? distributed, Checkpoint? checkpoint = null, Action<EpochReport>? progress = null)
    {
        var ml = new MLContext(seed: 1);
        var options = Options(distributed);
        options.Checkpoint = checkpoint;
        if (progress is not null) options.Progress = new Listener<EpochReport>(progress);
        return new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
    }

    // With intervals, whose scores are calibrated on the rows that the members of all ranks held out.
    private static BackpropTransformer Best(Distributed? distributed, string label)
    {
        var ml = new MLContext(seed: 1);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Best,
            LabelColumnName = label,
            NumberOfIterations = 4,
            NumberOfThreads = 1,
            Seed = 1,
            Distributed = distributed,
        };
        if (label == Synthetic.Value) options.PredictionIntervals = new Conformal();
        return new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
    }

    private static BackpropTrainer.Options Options(Distributed? distributed) => new()
    {
        LabelColumnName = Synthetic.Flag,
        HiddenLayers = [6],
        NumberOfIterations = 8,
        Seed = 1,
        EnsembleSize = Members,
        NumberOfThreads = 1,
        Search = new Search { MaximumTrials = 6 },
        Distributed = distributed,
    };
}
