using Backprop.GradientTests.Checking;
using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.GradientTests.Losses;

public class LossGradientTests
{
    public static TheoryData<Loss, int> Cases()
    {
        var cases = new TheoryData<Loss, int>();
        foreach (var loss in Loss.All)
            foreach (var outputs in (int[])[1, 2, 3, 5, 37]) cases.Add(loss, outputs);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Gradient_is_the_derivative_of_the_loss(Loss loss, int outputs)
    {
        const int rows = 4;
        LossCheck.Verify(loss, TestPoints.AwayFromZero(rows * outputs, seed: 31), outputs, LossTargets.For(loss, rows, outputs));
    }

    [Fact]
    public void Softmax_with_probabilities_as_targets_has_the_derivative_of_the_loss()
    {
        double[] targets = [0.2, 0.5, 0.3, 0, 1, 0, 0.25, 0.25, 0.5];
        LossCheck.Verify(new SoftmaxCrossEntropy(), TestPoints.AwayFromZero(9, seed: 32), outputs: 3, targets);
    }

    [Fact]
    public void Logistic_loss_with_probabilities_as_targets_has_the_derivative_of_the_loss() =>
        LossCheck.Verify(new LogisticLoss(), TestPoints.AwayFromZero(4, seed: 33), outputs: 1, targets: [0.1, 0.5, 0.75, 0.9]);

    [Theory, MemberData(nameof(Cases))]
    public void Extreme_scores_give_finite_losses_and_slopes(Loss loss, int outputs)
    {
        const int rows = 4;
        foreach (var size in (double[])[1e3, 1e30, 1e100])
        {
            var scores = TestPoints.AwayFromZero(rows * outputs, seed: 34).Select(z => z * size).ToArray();
            var gradient = TestPoints.Unassigned(scores.Length);
            var targets = LossTargets.For(loss, rows, outputs);
            var mean = loss.Evaluate(
                new ReadOnlyMatrix(scores, rows, outputs), new ReadOnlyMatrix(targets, rows, targets.Length / rows), new Matrix(gradient, rows, outputs));
            Assert.True(double.IsFinite(mean), $"{loss} at {size}: {mean}");
            Assert.All(gradient, slope => Assert.True(double.IsFinite(slope)));
        }
    }
}
