using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Losses;

public class LossContractTests
{
    private const int Columns = 3;

    public static TheoryData<Loss> All => [.. Loss.All];

    public static TheoryData<Loss> OfRows => [.. Loss.All.OfType<RowLoss>()];

    // Losses that are made of others, and need a number of targets.
    private static readonly Loss[] Composed =
        [new LossPerTarget(new SquaredError()), new TargetwiseLoss(new SquaredError(), Factors: null)];

    [Fact]
    public void Every_loss_in_the_assembly_is_listed() => Choices.AssertListed<Loss>([.. Loss.All, .. Composed]);

    [Theory, MemberData(nameof(OfRows))]
    public void No_score_costs_less_than_the_truth_and_extreme_ones_are_finite(Loss loss)
    {
        const int rows = 20;
        var outputs = loss.OutputsFor(Columns);
        var least = EvaluateRows(loss, LossSamples.Truth(loss, LossSamples.Targets(loss, rows, Columns), Columns), rows).Losses;
        foreach (var scale in (double[])[1e-30, 1, 100, 1e15])
        {
            var (losses, gradient) = EvaluateRows(loss, TestNumbers.Normal(rows * outputs, seed: 1, scale), rows);
            for (var row = 0; row < rows; row++)
                Assert.True(
                    losses[row] >= least[row] - 1e-5f && float.IsFinite(losses[row]),
                    $"loss {losses[row]} at scale {scale}, of the truth {least[row]}");
            Assert.All(gradient, g => Assert.True(float.IsFinite(g), $"slope {g} at scale {scale}"));
        }
    }

    [Theory, MemberData(nameof(OfRows))]
    public void The_truth_has_no_slope_and_costs_nothing_or_what_its_likelihood_says(Loss loss)
    {
        var (losses, gradient) = EvaluateRows(loss, LossSamples.Truth(loss, LossSamples.Targets(loss, 3, Columns), Columns), rows: 3);
        Assert.All(gradient, slope => Assert.Equal(0, slope, 1e-6f));
        Assert.All(losses, value => Assert.Equal(LossSamples.TruthIsFree(loss), Math.Abs(value) < 1e-12));
    }

    [Theory, MemberData(nameof(OfRows))]
    public void Rows_do_not_know_one_another(Loss loss)
    {
        const int rows = 71; // more than are worked on at once, and no multiple of a vector
        var outputs = loss.OutputsFor(Columns);
        var scores = TestNumbers.Normal(rows * outputs, seed: 6);
        var (losses, gradient) = EvaluateRows(loss, scores, rows);

        var targets = LossSamples.TargetMatrix(loss, rows, Columns);
        for (var row = 0; row < rows; row++)
        {
            float[] value = [float.NaN], slope = TestNumbers.Unassigned(outputs);
            loss.EvaluateRows(
                new ReadOnlyMatrix(scores, rows, outputs).RowRange(row, 1), targets.RowRange(row, 1), value, new Matrix(slope, 1, outputs));
            TestNumbers.AssertSameBits([losses[row]], value);
            TestNumbers.AssertSameBits(gradient.AsSpan(row * outputs, outputs), slope);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void As_many_scores_as_a_loss_asks_for_fit_its_targets(Loss loss)
    {
        for (var columns = 1; columns < 5; columns++)
        {
            var targetColumns = loss.TargetKind == TargetKind.Class ? 1 : columns;
            Assert.True(loss.FitsTargets(loss.OutputsFor(columns), targetColumns));
            Assert.Equal(targetColumns, loss.TargetColumnsOf(loss.OutputsFor(columns)));
        }
    }

    [Theory, MemberData(nameof(OfRows))]
    public void Weights_count_like_repeated_rows(Loss loss)
    {
        var outputs = loss.OutputsFor(Columns);
        var scores = TestNumbers.Normal(2 * outputs, seed: 2);
        float[] once = new float[2 * outputs], repeated = new float[3 * outputs];
        var weighted = loss.Evaluate(new ReadOnlyMatrix(scores, 2, outputs), Targets(loss, 2), [2f, 1f], new Matrix(once, 2, outputs));

        var targets = Targets(loss, 2);
        var mean = loss.Evaluate(
            new ReadOnlyMatrix([.. scores[..outputs], .. scores], 3, outputs),
            new ReadOnlyMatrix([.. targets.Row(0), .. targets.Values], 3, targets.Columns),
            new Matrix(repeated, 3, outputs));

        Assert.Equal(mean, weighted, 1e-6);
        for (var k = 0; k < outputs; k++)
        {
            Assert.Equal(repeated[k] + repeated[outputs + k], once[k], 1e-6f);
            Assert.Equal(repeated[2 * outputs + k], once[outputs + k], 1e-6f);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Only_the_proportions_of_weights_count(Loss loss)
    {
        var outputs = loss.OutputsFor(Columns);
        var scores = TestNumbers.Normal(3 * outputs, seed: 3);
        float[] small = new float[scores.Length], large = new float[scores.Length];
        var j = loss.Evaluate(new ReadOnlyMatrix(scores, 3, outputs), Targets(loss, 3), [1f, 2f, 5f], new Matrix(small, 3, outputs));
        Assert.Equal(
            j,
            loss.Evaluate(new ReadOnlyMatrix(scores, 3, outputs), Targets(loss, 3), [1024f, 2048f, 5120f], new Matrix(large, 3, outputs)));
        TestNumbers.AssertSameBits(small, large);
    }

    [Theory, MemberData(nameof(All))]
    public void Shapes_that_do_not_fit_are_refused(Loss loss)
    {
        var outputs = loss.OutputsFor(Columns);
        var two = new float[2 * outputs];
        var problem = Assert.Throws<ArgumentException>(() =>
            loss.Evaluate(new ReadOnlyMatrix(two, 2, outputs), Targets(loss, 1), new Matrix(two, 2, outputs)));
        Assert.Contains($"scores 2 × {outputs}, targets 1 ×", problem.Message);
        Assert.Throws<ArgumentException>(() => loss.Evaluate(default, default, default));
        Assert.Throws<ArgumentException>(() =>
            loss.Evaluate(new ReadOnlyMatrix(two, 2, outputs), Targets(loss, 2), [1f], new Matrix(two, 2, outputs)));
        Assert.Throws<ArgumentException>(() =>
            loss.Evaluate(new ReadOnlyMatrix(two, 2, outputs), Targets(loss, 2), new Matrix(new float[3 * outputs], 3, outputs)));
    }

    private static (float[] Losses, float[] Gradient) EvaluateRows(Loss loss, float[] scores, int rows)
    {
        float[] losses = TestNumbers.Unassigned(rows), gradient = TestNumbers.Unassigned(scores.Length);
        var outputs = scores.Length / rows;
        loss.EvaluateRows(
            new ReadOnlyMatrix(scores, rows, outputs), LossSamples.TargetMatrix(loss, rows, Columns), losses,
            new Matrix(gradient, rows, outputs));
        return (losses, gradient);
    }

    private static ReadOnlyMatrix Targets(Loss loss, int rows) => LossSamples.TargetMatrix(loss, rows, Columns);
}
