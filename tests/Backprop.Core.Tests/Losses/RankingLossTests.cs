using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Losses;

/// <summary>What all losses for learning to rank have in common.</summary>
public class RankingLossTests
{
    private const int Rows = 37;

    public static TheoryData<RankingLoss> All =>
        [.. Loss.All.OfType<RankingLoss>(), new LambdaRankLoss { TruncationLevel = 3, Sigma = 2 }, new RankNetLoss { Sigma = 0.1 }];

    private static float[] Relevance(int rows) => [.. Enumerable.Range(0, rows).Select(row => (float)(row * 7 % 5))];

    [Theory, MemberData(nameof(All))]
    public void A_constant_added_to_all_scores_changes_nothing(RankingLoss loss)
    {
        var scores = TestNumbers.Normal(Rows, seed: 1);
        var (value, gradient) = Evaluate(loss, scores, Relevance(Rows));
        var (shifted, shiftedGradient) = Evaluate(loss, [.. scores.Select(score => score + 4)], Relevance(Rows));
        Assert.Equal(value, shifted, 1e-5);
        TestNumbers.AssertClose(gradient, shiftedGradient, 1e-5f);
        Assert.Equal(0, gradient.Sum(), 1e-5f);
    }

    [Theory, MemberData(nameof(All))]
    public void A_group_of_equal_relevance_has_no_loss_and_no_gradient(RankingLoss loss)
    {
        foreach (var rows in (int[])[1, 2, 9])
        {
            var (value, gradient) = Evaluate(loss, TestNumbers.Normal(rows, seed: 2), [.. Enumerable.Repeat(3f, rows)]);
            Assert.Equal(0, value);
            Assert.All(gradient, each => Assert.Equal(0, each));
        }
    }

    [Theory, MemberData(nameof(All))]
    public void The_order_of_the_rows_does_not_matter(RankingLoss loss)
    {
        float[] scores = TestNumbers.Normal(Rows, seed: 3), targets = Relevance(Rows);
        int[] order = [.. Enumerable.Range(0, Rows)];
        new RandomSequence(4, RandomPurpose.Shuffling).Shuffle(order);
        var (value, gradient) = Evaluate(loss, scores, targets);
        var (other, otherGradient) = Evaluate(
            loss, [.. order.Select(row => scores[row])], [.. order.Select(row => targets[row])]);
        Assert.Equal(value, other, 1e-5);
        TestNumbers.AssertClose([.. order.Select(row => gradient[row])], otherGradient, 1e-6f);
    }

    // A step against the gradient must raise the best row and lower the worst.
    [Theory, MemberData(nameof(All))]
    public void The_gradient_raises_the_most_relevant_row(RankingLoss loss)
    {
        var (_, gradient) = Evaluate(loss, [0.3f, 0.1f, -0.2f, 0.2f], [0, 1, 4, 0]);
        Assert.Equal(2, Array.IndexOf(gradient, gradient.Min()));
        Assert.True(gradient[0] > 0 && gradient[3] > 0);
    }

    [Theory, MemberData(nameof(All))]
    public void Extreme_scores_have_finite_losses_and_gradients(RankingLoss loss)
    {
        foreach (var scale in (double[])[0, 1e-30, 100, 1e15, 1e30])
        {
            var (value, gradient) = Evaluate(loss, TestNumbers.Normal(Rows, seed: 5, scale), Relevance(Rows));
            Assert.True(double.IsFinite(value) && value >= 0, $"{value} at scale {scale}");
            Assert.All(gradient, each => Assert.True(float.IsFinite(each), $"{each} at scale {scale}"));
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Several_columns_are_ranked_each_by_itself(RankingLoss loss)
    {
        float[] scores = TestNumbers.Normal(2 * Rows, seed: 6), targets = Relevance(2 * Rows), gradient = TestNumbers.Unassigned(2 * Rows);
        var value = loss.EvaluateGroup(
            new ReadOnlyMatrix(scores, Rows, 2), new ReadOnlyMatrix(targets, Rows, 2), new Matrix(gradient, Rows, 2));
        var columns = Enumerable.Range(0, 2).Select(column => Evaluate(loss, Column(scores, column), Column(targets, column))).ToArray();
        Assert.Equal(columns.Average(column => column.Value), value, 1e-9);
        for (var column = 0; column < 2; column++)
            TestNumbers.AssertClose([.. columns[column].Gradient.Select(each => each / 2)], Column(gradient, column), 1e-7f);

        static float[] Column(float[] values, int column) => [.. values.Where((_, i) => i % 2 == column)];
    }

    // ∂L/∂z of a pair is the same whether positions beyond the truncation are there or not.
    [Fact]
    public void Pairs_beyond_the_truncation_level_have_no_effect()
    {
        var loss = new LambdaRankLoss { TruncationLevel = 2 };
        var (_, gradient) = Evaluate(loss, [4, 3, 2, 1], [3, 3, 0, 3]);
        Assert.Equal(0, gradient[3]);
        Assert.True(gradient[2] > 0);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(-1)]
    [InlineData(0.5f)]
    [InlineData(float.NaN)]
    public void A_label_without_gain_is_not_allowed(float label)
    {
        Assert.False(new LambdaRankLoss().AllowsTargets([label], 1));
        Assert.Contains("up to 11", new LambdaRankLoss().AllowedTargets, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Evaluate(new LambdaRankLoss(), [1, 2], [0, label]));
        Assert.True(new RankNetLoss().AllowsTargets([12], 1));
        Assert.True(new LambdaRankLoss { Gains = [.. Enumerable.Range(0, 20).Select(gain => (double)gain)] }.AllowsTargets([12], 1));
    }

    [Theory]
    [InlineData(new[] { 1.0 })]
    [InlineData(new[] { 1.0, 0.5 })]
    [InlineData(new[] { -1.0, 0.5 })]
    [InlineData(new[] { 0, double.PositiveInfinity })]
    public void Gains_that_are_not_allowed_are_refused(double[] gains)
    {
        Assert.Contains(
            "none below the one before",
            Assert.Throws<ArgumentOutOfRangeException>("Gains", () => new LambdaRankLoss { Gains = gains }).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("Gains", () => new NormalizedDiscountedCumulativeGain { Gains = gains });
    }

    [Fact]
    public void Losses_and_metrics_with_the_same_gains_are_equal()
    {
        Assert.Equal(new LambdaRankLoss { Gains = [0, 1, 2] }, new LambdaRankLoss { Gains = [0, 1, 2] });
        Assert.NotEqual(new LambdaRankLoss { Gains = [0, 1, 2] }, new LambdaRankLoss());
        Assert.Equal(new NormalizedDiscountedCumulativeGain { Gains = [0, 1] }, new NormalizedDiscountedCumulativeGain { Gains = [0, 1] });
        Assert.Equal([0, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 2047, 4095], new LambdaRankLoss().Gains);
    }

    [Fact]
    public void A_metric_of_groups_needs_a_group_of_each_row_and_weighs_groups()
    {
        var metric = new NormalizedDiscountedCumulativeGain { TruncationLevel = 1 };
        var scores = new ReadOnlyMatrix([2, 1, 1, 2], 4, 1);
        var targets = new ReadOnlyMatrix([1, 0, 1, 0], 4, 1); // the first group is in order, the second is not
        Assert.Equal(0.5, metric.MeasureGroups(scores, scores, targets, [], [4, 4, 9, 9]));
        Assert.Equal(0.75, metric.MeasureGroups(scores, scores, targets, [3, 3, 1, 1], [4, 4, 9, 9]));
        Assert.Throws<ArgumentException>("groups", () => Measure(metric, 3));
        Assert.Throws<ArgumentException>("groups", () => Measure(metric, 0));
        var problem = Assert.Throws<ArgumentException>("metrics", () =>
        {
            var rows = new ReadOnlyMatrix([2, 1], 2, 1);
            MetricInterval.Measure([metric], rows, rows, rows);
        });
        Assert.Contains("groups", problem.Message, StringComparison.Ordinal);

        static void Measure(NormalizedDiscountedCumulativeGain metric, int groups)
        {
            var rows = new ReadOnlyMatrix([2, 1], 2, 1);
            metric.MeasureGroups(rows, rows, rows, [], new int[groups]);
        }
    }

    private static (double Value, float[] Gradient) Evaluate(RankingLoss loss, float[] scores, float[] targets)
    {
        var gradient = TestNumbers.Unassigned(scores.Length);
        var value = loss.EvaluateGroup(
            new ReadOnlyMatrix(scores, scores.Length, 1), new ReadOnlyMatrix(targets, scores.Length, 1),
            new Matrix(gradient, scores.Length, 1));
        return (value, gradient);
    }
}
