using Backprop.Losses;
using Backprop.Numerics;
using CsCheck;

namespace Backprop.Core.Tests.Losses;

public class PredictionTests
{
    private static readonly Gen<float[]> Scores = Gen.Float[-50, 50].Array[1, 37];

    [Fact]
    public void Softmax_gives_probabilities_that_sum_to_one() =>
        Scores.Sample(scores =>
        {
            var p = Predict(new SoftmaxCrossEntropy(), scores);
            Assert.Equal(1, p.Sum(), 1e-5f);
            Assert.All(p, probability => Assert.InRange(probability, 0, 1));
        });

    [Fact]
    public void Softmax_ignores_a_shift_of_all_scores() =>
        Gen.Select(Scores, Gen.Float[-50, 50]).Sample((scores, shift) =>
            TestNumbers.AssertClose(
                Predict(new SoftmaxCrossEntropy(), scores), Predict(new SoftmaxCrossEntropy(), [.. scores.Select(z => z + shift)]), 2e-5f));

    [Fact]
    public void Softmax_of_large_scores_does_not_overflow()
    {
        Assert.Equal([1f, 0f], Predict(new SoftmaxCrossEntropy(), [1000, 0]));
        Assert.Equal([0f, 1f], Predict(new SoftmaxCrossEntropy(), [-1e30f, 1e30f]));
        Assert.Equal([0.5f, 0.5f], Predict(new SoftmaxCrossEntropy(), [-1e30f, -1e30f]));
    }

    [Fact]
    public void Softmax_keeps_the_odds_of_two_scores()
    {
        var p = Predict(new SoftmaxCrossEntropy(), [1, 3]);
        Assert.Equal(7.3890561f, p[1] / p[0], 1e-4f); // e²
    }

    [Fact]
    public void Each_row_is_a_distribution_of_its_own()
    {
        float[] scores = [1000, 0, 0, 0, 5, 5];
        new SoftmaxCrossEntropy().Predict(new Matrix(scores, 3, 2));
        TestNumbers.AssertClose([1, 0, 0.5f, 0.5f, 0.5f, 0.5f], scores, 1e-7f);
    }

    [Fact]
    public void Logistic_predictions_are_the_probability_of_yes() =>
        TestNumbers.AssertClose([0, 0.11920292f, 0.5f, 0.88079708f, 1], Predict(new LogisticLoss(), [-1000, -2, 0, 2, 1000]), 1e-7f);

    [Fact]
    public void A_score_of_hinge_losses_becomes_a_probability_that_grows_with_it()
    {
        TestNumbers.AssertClose([0, 0.25f, 0.5f, 0.75f, 1], Predict(new SquaredHingeLoss(), [-3, -0.5f, 0, 0.5f, 3]), 1e-7f);
        TestNumbers.AssertClose([0, 0.11920292f, 0.5f, 0.88079708f, 1], Predict(new HingeLoss(), [-1000, -2, 0, 2, 1000]), 1e-7f);
        foreach (var loss in (Loss[])[new HingeLoss(), new SquaredHingeLoss(), new FocalLoss()])
            Assert.All(Predict(loss, [-1000, 1000]), p => Assert.True(p > 0 && p < 1));
    }

    [Fact]
    public void A_mean_is_the_exponential_of_its_score_and_never_0_or_infinite()
    {
        foreach (var loss in (Loss[])[new PoissonLoss(), new GammaLoss(), new TweedieLoss()])
        {
            var means = Predict(loss, [-1000, 0, 1, 1000]);
            TestNumbers.AssertClose([1, 2.7182818f], means.AsSpan(1, 2), 1e-6f);
            Assert.InRange(means[0], 1e-14f, 1e-12f);
            Assert.InRange(means[3], 1e12f, 1e14f);
        }
    }

    [Fact]
    public void A_prediction_of_a_number_is_the_score() => Assert.Equal([3f, -1e30f], Predict(new SquaredError(), [3, -1e30f]));

    private static float[] Predict(Loss loss, float[] scores)
    {
        float[] predictions = [.. scores];
        loss.Predict(new Matrix(predictions, 1, predictions.Length));
        return predictions;
    }
}
