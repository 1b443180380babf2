using Backprop.Distribution;
using Backprop.ML.Tests.Scenarios;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Distribution;

/// <summary>A search, folds and seeds on ranks that are threads: the same on all ranks, and as in one process.</summary>
public class DistributedTests
{
    public static TheoryData<string> Labels => [Synthetic.Flag, Synthetic.Value];

    [Theory, MemberData(nameof(Labels))]
    public void A_search_has_the_same_bits_on_every_number_of_ranks(string label)
    {
        var expected = Search(ranks: null, label);
        foreach (var count in (int[])[1, 2, 5])
            foreach (var model in ThreadRanks.Run(count, ranks => Search(ranks, label)))
            {
                Assert.Equal(expected.Bits(), model.Bits());
                Assert.Equal(Described(expected), Described(model));
                Assert.Equal(expected.Model.Summary.Warnings, model.Model.Summary.Warnings);
                Assert.Equal(expected.Model.History, model.Model.History);
            }

        static IEnumerable<string> Described(BackpropTransformer model) => model.Model.Trials.Select(TuningResult.Describe);
    }

    public static TheoryData<string, string> PresetsAndLabels => new()
    {
        { nameof(Preset.Default), Synthetic.Flag }, { nameof(Preset.Default), Synthetic.Kind }, { nameof(Preset.Default), Synthetic.Value },
        { nameof(Preset.Fast), Synthetic.Flag }, { nameof(Preset.Fast), Synthetic.Kind }, { nameof(Preset.Fast), Synthetic.Value },
    };

    [Theory, MemberData(nameof(PresetsAndLabels))]
    public void The_members_of_an_ensemble_have_the_same_bits_on_every_number_of_ranks(string preset, string label)
    {
        var expected = Members(ranks: null, preset, label);
        Assert.True(expected.Model.Network.Network.EnsembleSize > 1);
        foreach (var count in (int[])[1, 2, 3, 8])
            foreach (var model in ThreadRanks.Run(count, ranks => Members(ranks, preset, label)))
            {
                Assert.Equal(expected.Bits(), model.Bits());
                Assert.Equal(expected.Model.History, model.Model.History);
                Assert.Equal(expected.Model.Summary.Warnings!, model.Model.Summary.Warnings!.Where(text => !text.Contains("8 ranks")));
            }
    }

    // An array holds 2,147,483,591 bytes. Each model has 4 more for its length.
    [Fact]
    public void Models_that_no_message_can_hold_are_refused_after_the_first()
    {
        var megabyte = new byte[1 << 20];
        var length = 0L;
        Assert.Same(megabyte, DistributedFit.Checked(megabyte, 2047, ref length));
        Assert.Equal(megabyte.Length + 4, length);
        length = 0;
        var problem = Assert.Throws<InvalidOperationException>(() => DistributedFit.Checked(megabyte, 2048, ref length));
        Assert.Contains("2048 models are trained", problem.Message, StringComparison.Ordinal);

        // Later models may be larger.
        length = 2_147_483_591 - megabyte.Length;
        Assert.Throws<InvalidOperationException>(() => DistributedFit.Checked(megabyte, 2, ref length));
    }

    [Fact]
    public void Ranks_with_members_report_as_one_process_does()
    {
        var reports = new List<EpochReport>[2];
        var lines = new List<string>();
        ThreadRanks.Run(2, ranks =>
        {
            var own = reports[ranks.Rank] = [];
            var ml = new MLContext(seed: 1);
            if (ranks.Rank == 0) ml.Log += (_, message) => lines.Add(message.RawMessage);
            var options = OptionsFor(Synthetic.Flag, ranks);
            (options.Search, options.Progress) = (null, new Listener<EpochReport>(own.Add));
            return new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
        });
        Assert.Equal(8, reports[0].Count);
        Assert.Empty(reports[1]);
        Assert.Contains("2 ranks share 5 members, at most 3 each: the predicted efficiency is 0.83.", lines);
        Assert.Contains(lines, line => line.StartsWith("Rank 1 of 2 on host1: members 2 to 4, ", StringComparison.Ordinal));
    }

    [Fact]
    public void Members_of_other_data_are_refused_by_all_ranks()
    {
        var problems = ThreadRanks.RunAll(2, ranks =>
        {
            var ml = new MLContext(seed: 1);
            var options = OptionsFor(Synthetic.Flag, ranks);
            options.Search = null;
            new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60, seed: 1 + ranks.Rank));
        });
        Assert.All(problems, problem => Assert.Contains("The hash of training rows is ", problem!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void An_option_that_members_cannot_share_is_named_by_all_ranks()
    {
        var problems = ThreadRanks.RunAll(2, ranks =>
        {
            var ml = new MLContext(seed: 1);
            var options = OptionsFor(Synthetic.Flag, ranks);
            (options.Search, options.Diagnostics) = (null, true);
            new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
        });
        Assert.All(problems, problem => Assert.Contains(
            "Several ranks cannot share the members of an ensemble with Diagnostics", problem!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_rank_0_reports()
    {
        var reports = new (int Epochs, int Trials, int Lines)[3];
        ThreadRanks.Run(3, ranks =>
        {
            var rank = ranks.Rank;
            var ml = new MLContext(seed: 1);
            ml.Log += (_, message) => reports[rank].Lines += message.Source.Contains("Backprop", StringComparison.Ordinal) ? 1 : 0;
            var options = OptionsFor(Synthetic.Flag, ranks);
            options.Progress = new Listener<EpochReport>(_ => reports[rank].Epochs++);
            options.Search = options.Search! with { Progress = new Listener<SearchTrial>(_ => reports[rank].Trials++) };
            return new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
        });
        Assert.True(reports[0] is { Epochs: > 0, Trials: > 0, Lines: > 0 });
        Assert.All(reports[1..], each => Assert.Equal((0, 0), (each.Epochs, each.Trials)));
        Assert.All(reports[1..], each => Assert.InRange(each.Lines, 0, reports[0].Lines / 2));
    }

    [Theory]
    [InlineData("NumberOfIterations is 9 on rank 1, host1, and 8 on rank 0, host0")]
    [InlineData("The seed is 2 on rank 1, host1, and 1 on rank 0, host0")]
    [InlineData("The number of training rows is 61 on rank 1, host1, and 60 on rank 0, host0")]
    [InlineData("The hash of training rows is ")]
    [InlineData("Rank 1, host1 cannot train. ")]
    public void A_rank_that_differs_is_named_by_all_ranks(string expected)
    {
        var problems = ThreadRanks.RunAll(2, ranks =>
        {
            var ml = new MLContext(seed: 1);
            var differs = ranks.Rank == 1;
            var options = OptionsFor(Synthetic.Flag, ranks);
            if (differs && expected.StartsWith("Number", StringComparison.Ordinal)) options.NumberOfIterations = 9;
            if (differs && expected.Contains("seed", StringComparison.Ordinal)) options.Seed = 2;
            var rows = differs && expected.Contains("number of", StringComparison.Ordinal) ? 61 : 60;
            var seed = differs && expected.Contains("hash", StringComparison.Ordinal) ? 7 : 1;
            var data = Synthetic.Prepared(ml, rows, seed: seed);
            var isMissing = false;
            if (differs && expected.Contains("cannot", StringComparison.Ordinal))
                data = Synthetic.Prepared(ml, Unreadable(() => isMissing));
            isMissing = true;
            new BackpropTrainer(ml, options).Fit(data);
        });
        Assert.All(problems, problem => Assert.Contains(expected, problem!.Message, StringComparison.Ordinal));

        static IEnumerable<Example> Unreadable(Func<bool> isMissing)
        {
            if (isMissing()) throw new FileNotFoundException("train.csv is missing");
            foreach (var row in Synthetic.Examples(60)) yield return row;
        }
    }

    [Theory, MemberData(nameof(Labels))]
    public void A_training_in_shards_has_the_same_bits_on_every_number_of_ranks(string label)
    {
        var expected = InShards(new Distributed { Shards = 8 }, label);
        foreach (var count in (int[])[1, 2, 5])
            foreach (var model in ThreadRanks.Run(count, ranks => InShards(new Distributed(ranks) { Shards = 8 }, label)))
            {
                Assert.Equal(expected.Bits(), model.Bits());
                Assert.Equal(expected.Model.History, model.Model.History);
                Assert.Equal(expected.Model.Summary.Warnings, model.Model.Summary.Warnings);
            }
        Assert.NotEqual(expected.Bits(), InShards(null, label).Bits());
    }

    [Fact]
    public void Rank_0_logs_what_each_rank_did()
    {
        var lines = new List<string>[2];
        ThreadRanks.Run(2, ranks =>
        {
            var (ml, own) = (new MLContext(seed: 1), lines[ranks.Rank] = []);
            ml.Log += (_, message) => own.Add(message.RawMessage);
            return new BackpropTrainer(ml, OptionsInShards(new Distributed(ranks) { Shards = 8 }, Synthetic.Value)).Fit(
                Synthetic.Prepared(ml, 60));
        });
        foreach (var rank in (int[])[0, 1])
            Assert.Matches(
                $"Rank {rank} of 2 on host{rank}: steps [0-9]+, shards 4 of 8, computing .* s, waiting .* s, sent [0-9]+ bytes",
                Assert.Single(lines[0], line => line.StartsWith($"Rank {rank} of ", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines[1], line => line.StartsWith("Rank ", StringComparison.Ordinal));
    }

    // Batches of 20 rows need less time than any exchange between threads.
    [Fact]
    public void Rank_0_predicts_the_efficiency_of_shards_and_warns_without_a_trace_in_the_model()
    {
        var lines = new List<string>[2];
        var models = ThreadRanks.Run(2, ranks =>
        {
            var (ml, own) = (new MLContext(seed: 1), lines[ranks.Rank] = []);
            ml.Log += (_, message) => own.Add(message.RawMessage);
            return new BackpropTrainer(ml, OptionsInShards(new Distributed(ranks) { Shards = 8 }, Synthetic.Value)).Fit(
                Synthetic.Prepared(ml, 60));
        });
        Assert.Single(lines[0], line => line.StartsWith(
            "2 ranks share each batch of 20 rows, in 8 shards. Predicted for a step: computing ", StringComparison.Ordinal));
        Assert.Single(lines[0], line => line.StartsWith("2 ranks are too many for batches of 20 rows: ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines[1], line => line.StartsWith("2 ranks ", StringComparison.Ordinal));
        Assert.All(models, model => Assert.Empty(model.Model.Summary.Warnings!));
    }

    [Fact]
    public void Steps_fitted_on_rank_0_have_its_keys_on_all_ranks()
    {
        var keys = ThreadRanks.Run(3, ranks =>
        {
            var ml = new MLContext(seed: 1);
            var rows = Enumerable.Range(0, 9).Select(i => new { City = $"{ranks.Rank} {i % 3}" });
            var data = ml.Data.LoadFromEnumerable(ranks.Rank == 0 ? rows : rows.Where(_ => throw new InvalidOperationException("read")));
            var fitted = ml.FitOnRoot(ranks, ml.Transforms.Conversion.MapValueToKey("City"), data);
            VBuffer<ReadOnlyMemory<char>> names = default;
            fitted.Transform(ml.Data.LoadFromEnumerable(rows)).Schema["City"].GetKeyValues(ref names);
            return string.Join(", ", names.DenseValues());
        });
        Assert.All(keys, own => Assert.Equal("0 0, 0 1, 0 2", own));
    }

    [Fact]
    public void A_step_that_rank_0_cannot_fit_ends_all_ranks()
    {
        var problems = ThreadRanks.RunAll(2, ranks =>
        {
            var ml = new MLContext(seed: 1);
            ml.FitOnRoot(ranks, ml.Transforms.Conversion.MapValueToKey("Nothing"), Synthetic.Prepared(ml, 60));
        });
        Assert.Contains("Nothing", problems[0]!.Message, StringComparison.Ordinal);
        Assert.NotNull(problems[1]);
    }

    [Fact]
    public void Shards_are_for_a_single_training()
    {
        var ml = new MLContext(seed: 1);
        var options = OptionsFor(Synthetic.Flag, ThreadRanks.Alone);
        options.Distributed = new Distributed { Shards = 2 };
        var message = Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60))).Message;
        Assert.Contains("Shards of Distributed divide the steps of one training, but Search trains several networks", message);
    }

    // All ranks report it, and none waits for another.
    [Fact]
    public void What_shards_cannot_do_is_refused_on_all_ranks()
    {
        var problems = ThreadRanks.RunAll(2, ranks =>
        {
            var ml = new MLContext(seed: 1);
            var options = OptionsInShards(new Distributed(ranks) { Shards = 2 }, Synthetic.Value);
            options.Normalization = Backprop.Networks.Normalization.Batch;
            new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
        });
        Assert.All(problems, problem => Assert.Contains("cannot train BatchNormalization", problem!.Message));
    }

    [Fact]
    public void Without_a_search_or_an_ensemble_the_option_is_refused()
    {
        var ml = new MLContext(seed: 1);
        var options = OptionsFor(Synthetic.Flag, ThreadRanks.Alone);
        (options.Search, options.EnsembleSize, options.KFoldBagging) = (null, 1, false);
        var message = Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60))).Message;
        Assert.Contains(
            "Distributed distributes the trials of a search, or the members of an ensemble, but there is no search, and EnsembleSize is 1. "
            + "Set Search", message);
    }

    [Fact]
    public void Folds_are_the_same_on_all_ranks()
    {
        var ml = new MLContext(seed: 1);
        var expected = Losses(CrossValidate(ml, ranks: null));
        foreach (var losses in ThreadRanks.Run(3, ranks => Losses(CrossValidate(new MLContext(seed: 1), ranks))))
            Assert.Equal(expected, losses);

        static double[] Losses(IEnumerable<TrainCatalogBase.CrossValidationResult<CalibratedBinaryClassificationMetrics>> folds) =>
            [.. folds.Select(fold => fold.Metrics.LogLoss)];
    }

    [Fact]
    public void Folds_without_a_seed_are_refused()
    {
        var problems = ThreadRanks.RunAll(2, ranks => CrossValidate(new MLContext(), ranks));
        Assert.All(problems, problem => Assert.Contains("seed is null, and the MLContext has no seed", problem!.Message));
    }

    [Fact]
    public void Models_of_seeds_are_the_same_on_all_ranks()
    {
        var expected = Scores(seed => Alone(new MLContext(seed: 1), seed));
        foreach (var ranks in (int[])[1, 3])
            foreach (var scores in ThreadRanks.Run(ranks, communicator =>
                     {
                         var ml = new MLContext(seed: 1);
                         var models = ml.FitDistributed(communicator, 4, seed => Alone(ml, seed));
                         return Scores(seed => models[seed]);
                     }))
                Assert.Equal(expected, scores);

        static ITransformer Alone(MLContext ml, int seed)
        {
            var options = OptionsFor(Synthetic.Flag, ranks: null);
            (options.Search, options.Seed) = (null, seed);
            return new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, 60));
        }

        static float[] Scores(Func<int, ITransformer> model) =>
        [
            .. Enumerable.Range(0, 4).SelectMany(
                seed => model(seed).Transform(Synthetic.Prepared(new MLContext(), 60)).GetColumn<float>("Score")),
        ];
    }

    [Fact]
    public void Counts_below_one_and_missing_arguments_are_refused()
    {
        var ml = new MLContext();
        Assert.Throws<ArgumentOutOfRangeException>("count", () => ml.FitDistributed(ThreadRanks.Alone, 0, _ => null!));
        Assert.Throws<ArgumentNullException>(() => ml.FitDistributed(null!, 1, _ => null!));
        Assert.Throws<ArgumentNullException>(() => ml.FitOnRoot(ThreadRanks.Alone, null!, Synthetic.Prepared(ml, 1)));
        Assert.Throws<ArgumentNullException>("communicator", () => new Distributed(null!));
    }

    // Missing features, weights, and intervals of a regression.
    private static BackpropTransformer Members(ICommunicator? ranks, string preset, string label)
    {
        var ml = new MLContext(seed: 1);
        var options = OptionsFor(label, ranks);
        options.Preset = preset == nameof(Preset.Fast) ? Preset.Fast : Preset.Default;
        (options.Search, options.NumberOfIterations, options.ExampleWeightColumnName) = (null, 4, Synthetic.Weight);
        if (label == Synthetic.Value) options.PredictionIntervals = new Conformal();
        var rows = Synthetic.Examples(60);
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i].Weight = 1 + i % 3;
            if (i % 7 == 0) rows[i].Side = float.NaN;
        }
        return new BackpropTrainer(ml, options).Fit(Synthetic.Prepared(ml, rows));
    }

    private static BackpropTransformer Search(ICommunicator? ranks, string label)
    {
        var ml = new MLContext(seed: 1);
        return new BackpropTrainer(ml, OptionsFor(label, ranks)).Fit(Synthetic.Prepared(ml, 60));
    }

    private static BackpropTransformer InShards(Distributed? distributed, string label)
    {
        var ml = new MLContext(seed: 1);
        return new BackpropTrainer(ml, OptionsInShards(distributed, label)).Fit(Synthetic.Prepared(ml, 60));
    }

    private static BackpropTrainer.Options OptionsInShards(Distributed? distributed, string label)
    {
        var options = OptionsFor(label, ranks: null);
        (options.Search, options.BatchSize, options.Distributed) = (null, 20, distributed);
        return options;
    }

    private static IReadOnlyList<TrainCatalogBase.CrossValidationResult<CalibratedBinaryClassificationMetrics>> CrossValidate(
        MLContext ml, ICommunicator? ranks)
    {
        var options = OptionsFor(Synthetic.Flag, ranks: null);
        options.Search = null;
        return ml.BinaryClassification.CrossValidatePredictedLabel(
            Synthetic.Prepared(ml, 60), new BackpropTrainer(ml, options), numberOfFolds: 3, Synthetic.Flag, communicator: ranks);
    }

    private static BackpropTrainer.Options OptionsFor(string label, ICommunicator? ranks) => new()
    {
        LabelColumnName = label,
        HiddenLayers = [6],
        NumberOfIterations = 8,
        Seed = 1,
        EnsembleSize = 5,
        NumberOfThreads = 1,
        Search = new Search { MaximumTrials = 6 },
        Distributed = ranks is null ? null : new Distributed(ranks),
    };
}
