using Backprop.Activations;
using Backprop.Core.Tests.Training;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Distribution;

public partial class DistributedMembersTests
{
    // Trainings that end early or fail.

    // Ranks are not equally fast. They end after the last step that one of them has made, so the result is that of some earlier or later
    // end of one process.
    [Theory, InlineData(false), InlineData(true)]
    public void Rank_0_ends_all_ranks_within_an_epoch(bool isEager)
    {
        const int steps = 6, cancelled = 15; // in the third epoch
        var (training, _) = Examples(Options.Loss);
        var network = Form.Build(Features, 1);
        var results = ThreadRanks.Run(3, communicator =>
        {
            using var source = new CancellationTokenSource();
            var begun = 0;
            // An eager rank 0 is a step ahead of the others, or they are ahead of it.
            return Train(communicator, network, Options with { CancellationToken = source.Token }, training, validation: null, () =>
            {
                if (isEager == communicator.Rank > 0) Thread.Sleep(1);
                if (++begun == cancelled && communicator.Rank == 0) source.Cancel();
            });
        });
        Assert.All(results, result => AssertSame(results[0], result));
        Assert.Equal(3, results[0].History.Count);
        var ends = Enumerable.Range(cancelled, 3 * steps + 1 - cancelled).Select(last =>
        {
            using var source = new CancellationTokenSource();
            var begun = 0;
            return new Trainer(Options with { CancellationToken = source.Token }).Train(network, training, checkAlive: () =>
            {
                if (++begun == last) source.Cancel();
            });
        });
        Assert.Contains(
            ends,
            end => end.History.SequenceEqual(results[0].History)
                && end.Network.Parameters.SequenceEqual(results[0].Network.Parameters));
    }

    [Fact]
    public void A_token_of_another_rank_has_no_effect()
    {
        var (training, validation) = Examples(Options.Loss);
        var network = Form.Build(Features, 1);
        var expected = new Trainer(Options).Train(network, training, validation);
        var results = ThreadRanks.Run(2, communicator => Train(
            communicator, network, Options with { CancellationToken = new CancellationToken(communicator.Rank == 1) }, training,
            validation));
        Assert.All(results, result => AssertSame(expected, result));
    }

    // On rank 0, an epoch takes a second. The clocks of the others do not count.
    [Fact]
    public void The_clock_of_rank_0_ends_all_ranks_and_shortens_all_schedules()
    {
        var (training, validation) = Examples(Options.Loss);
        var network = Form.Build(Features, 1);
        var results = ThreadRanks.Run(3, communicator =>
        {
            var clock = new ManualClock();
            var options = Options with
            {
                NumberOfIterations = 1000,
                MaximumTrainingTime = TimeSpan.FromSeconds(20),
                Clock = clock,
                LearningRateSchedule = new CosineDecay(),
                EarlyStopping = null,
            };
            var seconds = communicator.Rank == 0 ? 1 / 6.0 : 50;
            return Train(communicator, network, options, training, validation, () => clock.Advance(seconds));
        });
        Assert.All(results, result => AssertSame(results[0], result));
        var history = results[0].History;
        Assert.InRange(history.Count, 18, 24); // the steps and the checks have the same length here
        Assert.InRange(history[^1].LearningRate, 0, 0.1 * Options.LearningRate!.Value);
        Assert.True(history[1].LearningRate > 0.9 * Options.LearningRate);
    }

    [Theory]
    [InlineData(1e30, 5, "the loss became")]
    [InlineData(1e300, 1, "a parameter is no longer a finite number")]
    [InlineData(1e19, 1, "the loss after the last update is not finite")]
    public void All_ranks_report_a_divergence_as_one_process_does(double rate, int epochs, string what)
    {
        var options = Options with
        {
            Optimizer = new Sgd(),
            LearningRate = rate,
            NumberOfIterations = epochs,
            BatchSize = TrainingOptions.FullBatch,
        };
        var (training, _) = Examples(options.Loss);
        var network = (Form with { Activation = new ReLU(), Dropout = 0 }).Build(Features, 1);
        var expected = Assert.Throws<TrainingDivergedException>(() => new Trainer(options).Train(network, training));
        Assert.Contains(what, expected.Message, StringComparison.Ordinal);
        var problems = ThreadRanks.RunAll(3, communicator => Train(communicator, network, options, training, validation: null));
        Assert.All(problems, problem => Assert.Equal(expected.Message, Assert.IsType<TrainingDivergedException>(problem).Message));
    }

    // There is no model, so all ranks throw, as one process does.
    [Theory, InlineData(true), InlineData(false)]
    public void An_end_before_the_first_step_is_that_of_all_ranks(bool isCancelled)
    {
        var (training, validation) = Examples(Options.Loss);
        var network = Form.Build(Features, 1);
        var problems = ThreadRanks.RunAll(3, communicator =>
        {
            var isFirst = communicator.Rank == 0;
            var options = Options with
            {
                CancellationToken = new CancellationToken(isCancelled && isFirst),
                MaximumTrainingTime = isCancelled ? null : TimeSpan.FromSeconds(0.5),
                Clock = new ManualClock(TimeSpan.FromSeconds(isFirst ? 1 : 0)),
            };
            Train(communicator, network, options, training, validation);
        });
        foreach (var problem in problems)
            if (isCancelled) Assert.IsAssignableFrom<OperationCanceledException>(problem);
            else Assert.Contains("was over before the first training step", $"{problem}");
    }

    [Fact]
    public void A_validation_loss_that_is_not_finite_ends_all_ranks()
    {
        var (training, _) = Examples(Options.Loss);
        var validation = new ExampleSet([1e30f, 1e30f, 1e30f, 1e30f, 1e30f], Features, [0]);
        var network = (Form with { Activation = new ReLU() }).Build(Features, 1);
        var problems = ThreadRanks.RunAll(3, communicator => Train(communicator, network, Options, training, validation));
        Assert.All(problems, problem => Assert.Contains(
            "the validation loss became", Assert.IsType<TrainingDivergedException>(problem).Message, StringComparison.Ordinal));
    }

    [Theory, InlineData(0), InlineData(2)]
    public void An_exception_on_one_rank_ends_all(int failing)
    {
        var (training, validation) = Examples(Options.Loss);
        var network = Form.Build(Features, 1);
        var problems = ThreadRanks.RunAll(3, communicator =>
        {
            var steps = 0;
            Train(communicator, network, Options, training, validation, () =>
            {
                if (communicator.Rank == failing && ++steps == 9) throw new InvalidDataException("the disk is full");
            });
        });
        Assert.Equal("the disk is full", Assert.IsType<InvalidDataException>(problems[failing]).Message);
        foreach (var (rank, problem) in problems.Index())
            if (rank != failing)
                Assert.Contains($"Rank {failing} ends the job: System.IO.InvalidDataException", problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_that_hangs_is_named()
    {
        var (training, validation) = Examples(Options.Loss);
        var network = Form.Build(Features, 1);
        using var end = new ManualResetEventSlim();
        var problems = ThreadRanks.RunAll(
            2,
            communicator =>
            {
                if (communicator.Rank == 1) end.Wait();
                try
                {
                    Train(communicator, network, Options, training, validation);
                }
                finally
                {
                    end.Set();
                }
            },
            TimeSpan.FromMilliseconds(50));
        Assert.Contains("for rank 1, which sent no sign of life", Assert.IsType<TimeoutException>(problems[0]).Message);
    }
}
