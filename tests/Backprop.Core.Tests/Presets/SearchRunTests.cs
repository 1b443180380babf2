using Backprop.Core.Tests.Training;
using Backprop.Distribution;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Presets;
using Backprop.Training;

namespace Backprop.Core.Tests.Presets;

/// <summary>The order, the cost and the ends of a search, with trials that cost nothing.</summary>
public class SearchRunTests
{
    private static readonly PresetValues Preset = new()
    {
        Architecture = new MultilayerPerceptron { HiddenLayers = [128, 128, 128] },
        Training = new TrainingOptions { Loss = new SquaredError(), NumberOfIterations = 80, LearningRate = 0.1, Seed = 3 },
    };

    [Fact]
    public void The_first_trial_is_the_preset_itself()
    {
        var runner = new FakeRunner();
        var result = runner.Search(new Search { MaximumTrials = 1 });
        Assert.Equal((0, 80, false), Assert.Single(result.Trials.Select(trial => (trial.Number, trial.NumberOfIterations, trial.IsShort))));
        Assert.Empty(result.Trials[0].Values);
        Assert.Equal(1, result.Trials[0].Cost);
    }

    [Fact]
    public void Short_trials_have_a_quarter_of_the_epochs_and_the_best_of_them_train_again()
    {
        var result = new FakeRunner().Search(new Search { MaximumCost = 6 });
        var drawn = result.Trials.Where(trial => trial.IsShort).ToArray();
        var again = result.Trials.Where(trial => !trial.IsShort && trial.Number > 0).ToArray();
        Assert.All(drawn, trial => Assert.Equal(20, trial.NumberOfIterations));
        Assert.All(again, trial => Assert.Equal(80, trial.NumberOfIterations));
        Assert.True(drawn.Length > 3 && again.Length > 0);
        Assert.Equal(Enumerable.Range(1, drawn.Length), drawn.Select(trial => trial.Number));

        // Those that train again have the values and the order of the best short trials, if their cost allows.
        var order = drawn.OrderBy(trial => trial.Loss).Select(trial => trial.Number).ToList();
        var places = again.Select(trial => order.IndexOf(trial.Number)).ToArray();
        Assert.Equal(places.Order(), places);
        Assert.Equal(0, places[0]);
        foreach (var trial in again) Assert.Equal(drawn.Single(each => each.Number == trial.Number).Values, trial.Values);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(6), InlineData(25)]
    public void The_cost_stays_within_its_limit(double limit)
    {
        var result = new FakeRunner().Search(new Search { MaximumCost = limit });
        var cost = result.Trials.Sum(trial => trial.Cost);
        Assert.InRange(cost, 1, limit);
        if (limit >= 6) Assert.InRange(cost, 0.7 * limit, limit);
    }

    [Theory]
    [InlineData(2), InlineData(7), InlineData(40)]
    public void The_number_of_trials_stays_within_its_limit(int limit)
    {
        var result = new FakeRunner().Search(new Search { MaximumTrials = limit });
        Assert.Equal(limit, result.Trials.Select(trial => trial.Number).Distinct().Count());
    }

    [Fact]
    public void A_time_limit_ends_the_search_before_a_trial_that_has_no_time()
    {
        var clock = new ManualClock();
        var runner = new FakeRunner { Clock = clock, SecondsOfFullTrial = 10 };
        var result = runner.Search(new Search(), TimeSpan.FromSeconds(45));
        Assert.InRange(clock.Now.TotalSeconds, 25, 45);
        Assert.True(result.Trials.Count > 3);
    }

    [Fact]
    public void A_time_limit_counts_what_trials_took_before_an_interruption()
    {
        var limit = TimeSpan.FromSeconds(45);
        var straight = new FakeRunner { SecondsOfFullTrial = 10 }.Search(new Search(), limit);
        var resumed = new FakeRunner { SecondsBefore = 10 }.Search(new Search(), limit);
        Assert.Equal(straight.Trials.Count, resumed.Trials.Count);
    }

    [Fact]
    public void Cancelling_returns_the_first_trial_at_once()
    {
        using var source = new CancellationTokenSource();
        var runner = new FakeRunner { Token = source.Token };
        var result = runner.Search(new Search
        {
            MaximumTrials = 100,
            Progress = new Heard<SearchTrial>(trial => { if (trial.Number == 4) source.Cancel(); }),
        });
        Assert.Equal(4, result.Trials[^1].Number);
        Assert.Null(result.Network.Blend);
        Assert.All(result.Trials, trial => Assert.Equal(0, trial.Copies));
    }

    [Fact]
    public void A_trial_that_diverges_is_left_out()
    {
        var runner = new FakeRunner { Diverges = trial => trial.Number % 3 == 1 };
        var result = runner.Search(new Search { MaximumTrials = 10 });
        Assert.DoesNotContain(result.Trials, trial => trial.Number % 3 == 1);
        Assert.Contains(result.Trials, trial => trial.Number == 9);
    }

    [Fact]
    public void Without_a_blend_the_result_is_the_trial_with_the_smallest_loss()
    {
        var result = new FakeRunner().Search(new Search { MaximumTrials = 12, Blends = false });
        var best = Assert.Single(result.Trials, trial => trial.Copies > 0);
        Assert.Equal(result.Trials.Min(trial => trial.Loss), best.Loss);
        Assert.Null(result.Network.Blend);
        Assert.Equal(best.Loss, Math.Pow(result.Network.Parameters[^1], 2), 1e-6);
    }

    [Fact]
    public void The_loss_of_the_blend_is_not_above_that_of_the_first_trial()
    {
        var result = new FakeRunner().Search(new Search { MaximumTrials = 12 });
        var blend = result.Network.Blend!;
        var mean = blend.Parts.Sum(part => part.Copies * (double)part.Network.Parameters[^1]) / blend.Copies;
        Assert.InRange(mean * mean, 0, result.Trials[0].Loss);
        Assert.Equal(blend.Copies, result.Trials.Sum(trial => trial.Copies));
    }

    [Fact]
    public void Progress_hears_of_each_trial_and_of_the_best_so_far()
    {
        var heard = new List<SearchTrial>();
        var result = new FakeRunner().Search(new Search { MaximumTrials = 8, Progress = new Heard<SearchTrial>(heard.Add) });
        Assert.Equal(result.Trials.Select(trial => (trial.Number, trial.Loss)), heard.Select(trial => (trial.Number, trial.Loss)));
        for (var i = 0; i < heard.Count; i++) Assert.Equal(heard.Take(i + 1).Min(trial => trial.Loss), heard[i].BestLoss);
    }

    [Fact]
    public void The_same_seed_draws_the_same_values()
    {
        var first = new FakeRunner().Search(new Search { MaximumTrials = 5 }).Trials;
        var second = new FakeRunner().Search(new Search { MaximumTrials = 9 }).Trials;
        foreach (var trial in first)
            Assert.Equal(trial.Values, second.First(other => other.Number == trial.Number).Values);
    }

    // Trials are assigned to ranks in any order; the search must not depend on it.
    [Theory]
    [InlineData(2), InlineData(3), InlineData(8)]
    public void Any_number_of_ranks_makes_the_same_search(int ranks)
    {
        var search = new Search { MaximumCost = 14 };
        var runner = new FakeRunner { Diverges = trial => trial.Number % 5 == 3 };
        var expected = runner.Search(search);
        foreach (var result in ThreadRanks.Run(ranks, communicator => runner.Search(search, communicator: communicator)))
        {
            Assert.Equal(
                expected.Trials.Select(trial => (trial.Number, trial.IsShort, trial.Loss, trial.BestLoss, trial.Cost, trial.Copies)),
                result.Trials.Select(trial => (trial.Number, trial.IsShort, trial.Loss, trial.BestLoss, trial.Cost, trial.Copies)));
            Assert.Equal(expected.Trials.Select(trial => trial.Values), result.Trials.Select(trial => trial.Values));
            var parts = result.Network.Blend!.Parts.Select(part => (part.Copies, part.Network.Parameters[^1]));
            Assert.Equal(expected.Network.Blend!.Parts.Select(part => (part.Copies, part.Network.Parameters[^1])), parts);
        }
    }

    [Fact]
    public void With_a_time_limit_all_ranks_have_the_trials_of_rank_0()
    {
        var runner = new FakeRunner { SecondsOfFullTrial = 10 };
        var limit = TimeSpan.FromSeconds(45);
        var results = ThreadRanks.Run(2, communicator => runner.Search(new Search(), limit, communicator));
        Assert.True(results[0].Trials.Count > 3);
        Assert.Equal(
            results[0].Trials.Select(trial => (trial.Number, trial.Loss, trial.Duration, trial.Copies)),
            results[1].Trials.Select(trial => (trial.Number, trial.Loss, trial.Duration, trial.Copies)));
    }

    [Fact]
    public void A_first_trial_that_diverges_ends_all_ranks()
    {
        var runner = new FakeRunner { Diverges = trial => trial.Number == 0 };
        var problems = ThreadRanks.RunAll(3, communicator => runner.Search(new Search(), communicator: communicator));
        Assert.IsType<TrainingDivergedException>(problems[0]);
        Assert.All(problems[1..], problem => Assert.Contains("it diverges", Assert.IsType<JobEndedException>(problem).Message));
    }

    /// <summary>Predicts a constant, which depends on the values of the trial: its square is the loss.</summary>
    private sealed class FakeRunner : ITrialRunner
    {
        private static readonly ExampleSet Rows = new([1, 2, 3, 4], 1, [0, 0, 0, 0]);

        public ManualClock Clock { get; init; } = new();

        public double SecondsOfFullTrial { get; init; }

        /// <summary>The time of a full trial in the file that it continues from.</summary>
        public double SecondsBefore { get; init; }

        public CancellationToken Token { get; init; }

        public Func<TrialSettings, bool> Diverges { get; init; } = _ => false;

        public TrainingResult Search(Search search, TimeSpan? limit = null, ICommunicator? communicator = null)
        {
            var options = Preset.Training with { MaximumTrainingTime = limit, Clock = Clock, CancellationToken = Token };
            var stop = new StopCondition(options, checkAlive: null) { HasModel = true };
            stop.StartClock();
            var space = SearchSpace.For(new DatasetProfile(TargetKind.Real, 1000, 5));
            return communicator is null
                ? new SearchRun(search, space, Preset, this, stop).Run()
                : DistributedSearch.Run(new Distributed(communicator), search, space, Preset, this, stop);
        }

        public Network BuildNetwork(TrialSettings trial) =>
            SearchSpace.For(new DatasetProfile(TargetKind.Real, 1000, 5)).Apply(Preset, trial.Values).Architecture.Build(5, 1);

        public string? ObstacleToSharing(TrialSettings trial) => "It has one member.";

        public TrainingResult Train(TrialSettings trial, StopCondition stop, ICommunicator? group)
        {
            if (Diverges(trial)) throw new TrainingDivergedException(1, "it diverges", 0.1);
            Clock.Advance(SecondsOfFullTrial * (trial.NumberOfIterations ?? 80) / 80);
            stop.AddEarlierTime(TimeSpan.FromSeconds(SecondsBefore * (trial.NumberOfIterations ?? 80) / 80));
            var rate = trial.Values.TryGetValue(nameof(TrainingOptions.LearningRate), out var value) ? (double)value! : 0.1;
            var score = (float)(rate - 0.17);
            var network = new Network(new Backprop.Layers.Dense(1, 1));
            return new TrainingResult(new TrainedNetwork(network, [0, score], new SquaredError()), [], 0)
            {
                HeldOut = new HeldOutScores([score, score, score, score], 1, Rows, []),
            };
        }

        public TrainingResult Calibrate(TrainingResult first, TrainedNetwork blend, StopCondition stop) => first with { Network = blend };
    }
}
