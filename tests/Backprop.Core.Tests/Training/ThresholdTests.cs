using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>The threshold that is chosen is as good as the best of all that make a difference.</summary>
public class ThresholdTests
{
    public static TheoryData<Metric> Metrics => [new Accuracy(), new F1Score(), new MacroAccuracy()];

    [Theory, MemberData(nameof(Metrics))]
    public void No_other_does_better(Metric metric)
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var random = new Random(seed);
            var rows = random.Next(1, 40);
            // one decimal: some are equal
            float[] scores = [.. Enumerable.Range(0, rows).Select(_ => MathF.Round(4 * random.NextSingle() - 3, 1))];
            float[] targets = [.. scores.Select(score => random.NextSingle() < 0.2 + 0.15 * (score + 3) ? 1f : 0)];
            float[] weights = [.. scores.Select(_ => random.NextSingle() + 0.1f)];
            var chosen = ThresholdChoice.Best((IDecisionMetric)metric, Column(scores), Column(targets), weights);

            var best = scores.Append(-1000).Max(Quality);
            Assert.Equal(best, Quality(chosen), 1e-9);
            double Quality(float threshold) =>
                metric.Measure(Column([.. scores.Select(score => score > threshold ? 1f : -1)]), default, Column(targets), weights);
        }
    }

    [Fact]
    public void Of_equally_good_ones_it_is_the_one_nearest_to_zero() =>
        Assert.Equal(0, ThresholdChoice.Best(new Accuracy(), Column([-2, -1, 1, 2]), Column([0, 0, 1, 1]), []));

    [Fact]
    public void Two_neighbours_are_told_apart()
    {
        float[] scores = [1, MathF.BitIncrement(1)];
        Assert.Equal(1, ThresholdChoice.Best(new Accuracy(), Column(scores), Column([0, 1]), []));
    }

    [Fact]
    public void Training_chooses_it_on_the_validation_data_if_asked()
    {
        var options = Problems.GradientDescent with
        {
            Loss = new LogisticLoss(),
            NumberOfIterations = 1,
            LearningRate = 1e-30,
            ThresholdMetric = new F1Score()
        };
        var trained = new Backprop.Networks.TrainedNetwork(Problems.LineThroughZero().Network, [1, 0], new LogisticLoss());
        var set = new ExampleSet([-2, 1, 3, 4], 1, [0, 0, 1, 1]);
        Assert.Equal(2, new Trainer(options).Train(trained.Network, set, set, trained).Threshold);
        Assert.Null(new Trainer(options).Train(trained.Network, set, initial: trained).Threshold);
        Assert.Null(new Trainer(options with { ThresholdMetric = null }).Train(trained.Network, set, set, trained).Threshold);
        Assert.Throws<ArgumentOutOfRangeException>(() => options with { ThresholdMetric = new AreaUnderRocCurve() });
    }

    private static ReadOnlyMatrix Column(float[] values) => new(values, values.Length, 1);
}
