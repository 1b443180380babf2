using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Losses;

public class LossContractTests
{
    private const int Outputs = 3;

    public static TheoryData<Loss> All => [.. Loss.All];

    [Fact]
    public void Every_loss_in_the_assembly_is_listed() => Choices.AssertListed<Loss>(Loss.All);

    [Theory, MemberData(nameof(All))]
    public void A_loss_is_never_negative_and_finite_for_extreme_scores(Loss loss)
    {
        foreach (var scale in (double[])[1e-30, 1, 100, 1e15])
        {
            const int rows = 20;
            float[] losses = TestNumbers.Unassigned(rows), gradient = TestNumbers.Unassigned(rows * Outputs);
            var scores = TestNumbers.Normal(rows * Outputs, seed: 1, scale);
            loss.EvaluateRows(new ReadOnlyMatrix(scores, rows, Outputs), Targets(loss, rows), losses, new Matrix(gradient, rows, Outputs));
            Assert.All(losses, l => Assert.True(l >= 0 && float.IsFinite(l), $"loss {l} at scale {scale}"));
            Assert.All(gradient, g => Assert.True(float.IsFinite(g), $"slope {g} at scale {scale}"));
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Scores_that_hit_the_target_cost_nothing_and_have_no_slope(Loss loss)
    {
        var targets = Targets(loss, rows: 3);
        // The score of the truth: the number itself, or as sure as a float allows.
        float[] scores = loss.TargetKind switch
        {
            TargetKind.Real => targets.Values.ToArray(),
            TargetKind.Binary => [.. targets.Values.ToArray().Select(t => t == 1 ? 200f : -200f)],
            _ => [200, 0, 0, 0, 200, 0, 0, 0, 200],
        };
        var gradient = TestNumbers.Unassigned(scores.Length);
        Assert.Equal(0, loss.Evaluate(new ReadOnlyMatrix(scores, 3, Outputs), targets, new Matrix(gradient, 3, Outputs)), 1e-12);
        Assert.All(gradient, slope => Assert.Equal(0, slope, 1e-12f));
    }

    [Theory, MemberData(nameof(All))]
    public void Weights_count_like_repeated_rows(Loss loss)
    {
        var scores = TestNumbers.Normal(2 * Outputs, seed: 2);
        float[] once = new float[2 * Outputs], repeated = new float[3 * Outputs];
        var weighted = loss.Evaluate(new ReadOnlyMatrix(scores, 2, Outputs), Targets(loss, 2), [2f, 1f], new Matrix(once, 2, Outputs));

        var targets = Targets(loss, 2);
        var mean = loss.Evaluate(
            new ReadOnlyMatrix([.. scores[..Outputs], .. scores], 3, Outputs),
            new ReadOnlyMatrix([.. targets.Row(0), .. targets.Values], 3, targets.Columns),
            new Matrix(repeated, 3, Outputs));

        Assert.Equal(mean, weighted, 1e-6);
        for (var k = 0; k < Outputs; k++)
        {
            Assert.Equal(repeated[k] + repeated[Outputs + k], once[k], 1e-6f);
            Assert.Equal(repeated[2 * Outputs + k], once[Outputs + k], 1e-6f);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Only_the_proportions_of_weights_count(Loss loss)
    {
        var scores = TestNumbers.Normal(3 * Outputs, seed: 3);
        float[] small = new float[scores.Length], large = new float[scores.Length];
        var j = loss.Evaluate(new ReadOnlyMatrix(scores, 3, Outputs), Targets(loss, 3), [1f, 2f, 5f], new Matrix(small, 3, Outputs));
        Assert.Equal(j, loss.Evaluate(new ReadOnlyMatrix(scores, 3, Outputs), Targets(loss, 3), [1024f, 2048f, 5120f], new Matrix(large, 3, Outputs)));
        TestNumbers.AssertSameBits(small, large);
    }

    [Theory, MemberData(nameof(All))]
    public void Shapes_that_do_not_fit_are_refused(Loss loss)
    {
        var problem = Assert.Throws<ArgumentException>(() =>
            loss.Evaluate(new ReadOnlyMatrix(new float[6], 2, Outputs), Targets(loss, 1), new Matrix(new float[6], 2, Outputs)));
        Assert.Contains("scores 2 × 3, targets 1 ×", problem.Message);
        Assert.Throws<ArgumentException>(() => loss.Evaluate(default, default, default));
        Assert.Throws<ArgumentException>(() =>
            loss.Evaluate(new ReadOnlyMatrix(new float[6], 2, Outputs), Targets(loss, 2), [1f], new Matrix(new float[6], 2, Outputs)));
        Assert.Throws<ArgumentException>(() =>
            loss.Evaluate(new ReadOnlyMatrix(new float[6], 2, Outputs), Targets(loss, 2), new Matrix(new float[6], 3, 2)));
    }

    private static ReadOnlyMatrix Targets(Loss loss, int rows) => loss.TargetKind switch
    {
        TargetKind.Real => new(TestNumbers.Normal(rows * Outputs, seed: 4), rows, Outputs),
        TargetKind.Binary => new(Enumerable.Range(0, rows * Outputs).Select(i => i % 2 == 0 ? 1f : 0f).ToArray(), rows, Outputs),
        _ => new(Enumerable.Range(0, rows).Select(row => (float)(row % Outputs)).ToArray(), rows, 1),
    };
}
