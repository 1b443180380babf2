using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class TrainerCallbackTests
{
    private static readonly TrainingOptions Options = Problems.GradientDescent with { BatchSize = 4, NumberOfIterations = 3 };

    [Fact]
    public void Progress_is_told_of_every_epoch_in_order()
    {
        var progress = new Reports();
        var result = new Trainer(Options).Train(
            Problems.TwoToOne(4), Problems.Surface(10, seed: 1), Problems.Surface(5, seed: 2), progress: progress);
        Assert.Equal(result.History, progress);
        Assert.Equal([1, 2, 3], progress.Select(report => report.Epoch));
        Assert.All(progress, report => Assert.Equal(0.1, report.LearningRate));
        Assert.All(progress, report => Assert.NotNull(report.ValidationLoss));
    }

    // Ten rows make three batches of at most four; five rows of validation make two. Without validation, the final loss is three more.
    [Theory]
    [InlineData(false, 12)]
    [InlineData(true, 15)]
    public void Alive_is_checked_before_every_minibatch(bool validate, int checks)
    {
        var count = 0;
        new Trainer(Options).Train(
            Problems.TwoToOne(4), Problems.Surface(10, seed: 1), validate ? Problems.Surface(5, seed: 2) : null, checkAlive: () => count++);
        Assert.Equal(checks, count);
    }

    [Fact]
    public void An_exception_from_the_check_ends_training_at_once()
    {
        var (count, progress) = (0, new Reports());
        var thrown = new OperationCanceledException();
        var caught = Assert.Throws<OperationCanceledException>(() => new Trainer(Options).Train(
            Problems.TwoToOne(4), Problems.Surface(10, seed: 1), progress: progress, checkAlive: () =>
            {
                if (++count == 5) throw thrown;
            }));
        Assert.Same(thrown, caught);
        Assert.Equal(5, count);
        Assert.Single(progress); // the second pass was cut short
    }

    // Unlike Progress<T>, which posts to another thread and may come late.
    private sealed class Reports : List<EpochReport>, IProgress<EpochReport>
    {
        public void Report(EpochReport value) => Add(value);
    }
}
