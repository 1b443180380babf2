using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class LearningRateFinderTests
{
    private static readonly TrainingOptions Options = Problems.GradientDescent with { Optimizer = new Sgd(), LearningRate = null };

    // J = (w − 3)² + b²: gradient descent diverges above a rate of 1.
    [Fact]
    public void Suggestions_lie_where_gradient_descent_learns_and_does_not_diverge()
    {
        var options = Options with { InitialParameters = new float[] { 0, 0 } };
        var curve = new Trainer(options).FindLearningRate(Problems.LineThroughZero().Network, Problems.Line(3));
        Assert.All([curve.Valley, curve.Steepest, curve.TenthOfMinimum], rate => Assert.InRange(rate, 1e-4, 1));
        Assert.True(curve.Points.Count < 100, "The test went on where gradient descent diverges.");
        Assert.Equal(1e-7, curve.Points[0].LearningRate, 1e-12);
        Assert.Equal(9, curve.Points[0].Loss, 1e-4);
    }

    [Theory]
    [InlineData("Sgd")]
    [InlineData("Adam")]
    [InlineData("Momentum")]
    public void Training_at_the_valley_learns(string optimizer)
    {
        var options = Options with
        {
            Optimizer = Optimizer.All.Single(o => o.GetType().Name == optimizer),
            BatchSize = 16,
            NumberOfIterations = 60
        };
        var (network, set) = (Network.FullyConnected(2, [32], 1, new Backprop.Activations.Tanh()), Problems.Surface(400, seed: 3));
        var rate = new Trainer(options).FindLearningRate(network, set).Valley;
        var history = new Trainer(options with { LearningRate = rate }).Train(network, set).History;
        Assert.InRange(history[^1].TrainingLoss, 0, 0.3 * history[0].TrainingLoss);
    }

    // Twelve falling losses end at step 20: their valley begins at step 8, and a third and a sixth of 12 further on is 14.
    [Fact]
    public void The_valley_is_half_way_along_the_longest_fall()
    {
        double[] losses = [.. Enumerable.Repeat(5.0, 9), .. Enumerable.Range(1, 12).Select(i => 5 - 0.1 * i), .. Enumerable.Repeat(9.0, 9)];
        var curve = new LearningRateCurve([.. losses.Select((loss, i) => new LearningRatePoint(i + 1, loss))]);
        // The fall has 13 losses, one of the nine before it among them: 20 − 13 + ⌊13/3⌋ + ⌊13/6⌋ = 13, whose rate is 14.
        Assert.Equal(14, curve.Valley);
        Assert.Equal(2.1, curve.TenthOfMinimum, 1e-12);
    }

    [Fact]
    public void A_test_changes_nothing_and_is_the_same_every_time_for_any_number_of_threads()
    {
        var (network, set) = (Network.FullyConnected(2, [200, 200], 1, new Backprop.Activations.Tanh()), Problems.Surface(700, seed: 3));
        var trainer = new Trainer(Options with { BatchSize = 100, NumberOfThreads = 1 });
        var first = trainer.FindLearningRate(network, set).Points;
        Assert.Equal(first, trainer.FindLearningRate(network, set).Points);
        Assert.Equal(first, new Trainer(Options with { BatchSize = 100, NumberOfThreads = 3 }).FindLearningRate(network, set).Points);
    }

    [Fact]
    public void Wrong_ranges_are_refused_by_name()
    {
        Assert.Throws<ArgumentOutOfRangeException>(nameof(LearningRateRangeTest.Lowest), () => new LearningRateRangeTest { Lowest = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(LearningRateRangeTest.Highest), () => new LearningRateRangeTest { Highest = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(nameof(LearningRateRangeTest.Steps), () => new LearningRateRangeTest { Steps = 19 });
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(LearningRateRangeTest.Highest),
            () =>
                new Trainer(Options).FindLearningRate(
                    Problems.TwoToOne(), Problems.Surface(10, seed: 1), new LearningRateRangeTest { Lowest = 1, Highest = 0.1 }));
        Assert.Throws<ArgumentException>(
            "network",
            () =>
                new Trainer(Options with { Optimizer = new Lbfgs() }).FindLearningRate(Problems.TwoToOne(), Problems.Surface(10, seed: 1)));
    }
}
