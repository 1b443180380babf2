using Backprop.GradientTests.Checking;
using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.GradientTests.Losses;

public class LossGradientTests
{
    private static readonly Loss[] WithOptions =
    [
        new FocalLoss { Gamma = 0.5, Alpha = null }, new FocalLoss { Gamma = 0 }, new HuberLoss { Delta = 0.3 },
            new LogisticLoss { LabelSmoothing = 0.2 },
        new LambdaRankLoss { TruncationLevel = 2, Sigma = 0.5, Gains = [0, 1, 3, 7, 15] }, new RankNetLoss { Sigma = 2 },
        new PinballLoss { Quantiles = [0.1, 0.5, 0.95] }, new SoftmaxCrossEntropy { LabelSmoothing = 0.1 },
            new SoftmaxFocalLoss { Gamma = 0.5 },
        new SoftmaxFocalLoss { Gamma = 0 }, new TweedieLoss { Power = 1.1 }, new TweedieLoss { Power = 1.9 },
    ];

    public static TheoryData<Loss, int> Cases()
    {
        var cases = new TheoryData<Loss, int>();
        foreach (var loss in (Loss[])[.. Loss.All, .. WithOptions])
            foreach (var columns in (int[])[1, 2, 3, 5, 37]) cases.Add(loss, columns);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Gradient_is_the_derivative_of_the_loss(Loss loss, int targetColumns)
    {
        const int rows = 4;
        var outputs = loss.OutputsFor(targetColumns);
        LossCheck.Verify(loss, TestPoints.AwayFromZero(rows * outputs, seed: 31), outputs, LossTargets.For(loss, rows, targetColumns));
    }

    [Fact]
    public void A_loss_for_each_target_has_the_derivative_of_the_loss()
    {
        var loss = new LossPerTarget(new PoissonLoss(), new HuberLoss { Delta = 0.3 }, new LogisticLoss()) { Weights = [1, 5, 2] };
        double[] targets = [2, 0.5, 1, 0, -1.5, 0, 1, 7, 1];
        LossCheck.Verify(loss, TestPoints.AwayFromZero(9, seed: 34), outputs: 3, targets);
        targets[4] = targets[6] = double.NaN; // missing
        LossCheck.Verify(new TargetwiseLoss(loss, Factors: null), TestPoints.AwayFromZero(9, seed: 34), outputs: 3, targets);
        var factors = new LabelFactors([1, 3, 0.5, 2, 1, 1]);
        double[] labels = [0, 1, 1, 1, 0, 0, 1, 1, 0];
        LossCheck.Verify(new TargetwiseLoss(new FocalLoss(), factors), TestPoints.AwayFromZero(9, seed: 35), outputs: 3, labels);
    }

    [Fact]
    public void Softmax_with_probabilities_as_targets_has_the_derivative_of_the_loss()
    {
        double[] targets = [0.2, 0.5, 0.3, 0, 1, 0, 0.25, 0.25, 0.5];
        LossCheck.Verify(new SoftmaxCrossEntropy(), TestPoints.AwayFromZero(9, seed: 32), outputs: 3, targets);
        LossCheck.Verify(new SoftmaxCrossEntropy { LabelSmoothing = 0.3 }, TestPoints.AwayFromZero(9, seed: 32), outputs: 3, targets);
    }

    [Fact]
    public void Logistic_loss_with_probabilities_as_targets_has_the_derivative_of_the_loss() =>
        LossCheck.Verify(new LogisticLoss(), TestPoints.AwayFromZero(4, seed: 33), outputs: 1, targets: [0.1, 0.5, 0.75, 0.9]);

    // Beyond the bounds of the exponential link and of the logarithm of the variance, on either side, where other formulas take over.
    [Theory]
    [InlineData(-40)]
    [InlineData(40)]
    public void Beyond_the_bounds_the_gradient_is_still_the_derivative_of_the_loss(double score)
    {
        foreach (var loss in (Loss[])[new PoissonLoss(), new GammaLoss(), new TweedieLoss(), new GaussianNegativeLogLikelihood()])
        {
            // Scores of the mean stay near the target, and the numbers of every loss within the digits that differences of them need.
            var outputs = loss.OutputsFor(1);
            var scores = outputs == 2 ? [0.75, score] : new[] { score };
            var gradient = new double[outputs];
            double At(int i, double shift)
            {
                double[] moved = [.. scores];
                moved[i] += shift;
                return loss.Evaluate(
                    new ReadOnlyMatrix(moved, 1, outputs), new ReadOnlyMatrix([0.5], 1, 1), new Matrix(gradient, 1, outputs));
            }
            for (var i = 0; i < outputs; i++)
            {
                var difference = (At(i, 1e-3) - At(i, -1e-3)) / 2e-3;
                At(i, 0);
                Assert.Equal(difference, gradient[i], 1e-6 * Math.Max(1, Math.Abs(difference)));
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Extreme_scores_give_finite_losses_and_slopes(Loss loss, int targetColumns)
    {
        const int rows = 4;
        var outputs = loss.OutputsFor(targetColumns);
        foreach (var size in (double[])[1e3, 1e30, 1e100])
        {
            var scores = TestPoints.AwayFromZero(rows * outputs, seed: 34).Select(z => z * size).ToArray();
            var gradient = TestPoints.Unassigned(scores.Length);
            var targets = LossTargets.For(loss, rows, targetColumns);
            var mean = loss.Evaluate(
                new ReadOnlyMatrix(scores, rows, outputs), new ReadOnlyMatrix(targets, rows, targets.Length / rows),
                    new Matrix(gradient, rows, outputs));
            Assert.True(double.IsFinite(mean), $"{loss} at {size}: {mean}");
            Assert.All(gradient, slope => Assert.True(double.IsFinite(slope)));
        }
    }
}
