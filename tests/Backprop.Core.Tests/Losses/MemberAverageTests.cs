using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Losses;

/// <summary>What an ensemble predicts is the average of what its members predict, as a score.</summary>
public class MemberAverageTests
{
    private const int Rows = 4, EnsembleSize = 3, Columns = 3;

    public static TheoryData<Loss> All => [.. Loss.All];

    [Theory, MemberData(nameof(All))]
    public void Members_that_agree_predict_what_each_of_them_does(Loss loss)
    {
        foreach (var scale in (double[])[0.01, 1, 30, 100, 1e15])
        {
            var one = TestNumbers.Normal(loss.OutputsFor(Columns), seed: 1, scale);
            var (average, _) = Average(loss, [.. Enumerable.Repeat(one, EnsembleSize).SelectMany(scores => scores)], rows: 1);
            Assert.All(average, score => Assert.True(float.IsFinite(score), $"{score} at scale {scale}"));
            AssertSame(Predictions(loss, one), Predictions(loss, average));
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Its_prediction_is_the_mean_of_theirs(Loss loss)
    {
        if (loss is GaussianNegativeLogLikelihood) return; // the mixture's variance, below
        foreach (var scale in (double[])[0.5, 5, 100])
        {
            var outputs = loss.OutputsFor(Columns);
            var scores = TestNumbers.Normal(Rows * EnsembleSize * outputs, seed: 2, scale);
            var (average, _) = Average(loss, scores, Rows);
            double[] predictions = ToPredictions(loss, scores, outputs), means = new double[Rows * outputs];
            for (var row = 0; row < Rows; row++)
                for (var member = 0; member < EnsembleSize; member++)
                    for (var j = 0; j < outputs; j++)
                        means[row * outputs + j] += predictions[(row * EnsembleSize + member) * outputs + j] / EnsembleSize;
            AssertSame(means, Predictions(loss, average, Rows));
        }
    }

    [Fact]
    public void Probabilities_far_from_one_half_keep_their_logarithms()
    {
        // (1 + e⁻¹⁰⁰ − …)/2: half of the sure member's; and of two that are sure of no, log of their mean.
        Assert.Equal(0, Average(new LogisticLoss(), [100, -100], rows: 1, members: 2).Scores[0], 1e-6f);
        Assert.Equal(
            -100 + Math.Log(0.5 * (1 + Math.Exp(-10))), Average(new LogisticLoss(), [-100, -110], rows: 1, members: 2).Scores[0], 1e-4);
        Assert.Equal(
            100 - Math.Log(0.5 * (1 + Math.Exp(-10))), Average(new LogisticLoss(), [100, 110], rows: 1, members: 2).Scores[0], 1e-4);

        var classes = Average(new SoftmaxCrossEntropy(), [0, 200, 0, 190], rows: 1, members: 2).Scores;
        Assert.Equal(Math.Log(0.5 * (Math.Exp(-200) + Math.Exp(-190))), classes[0], 1e-4);
        Assert.Equal(0, classes[1], 1e-6f);
    }

    // Lakshminarayanan et al. (2017): σ² = mean (σₘ² + μₘ²) − μ².
    [Fact]
    public void Normal_distributions_become_that_of_their_mixture()
    {
        float[] scores = [1, MathF.Log(0.25f), 4, MathF.Log(2), -2, MathF.Log(1)];
        var mixture = Average(new GaussianNegativeLogLikelihood(), scores, rows: 1).Scores;
        Assert.Equal(1, mixture[0], 1e-6f);
        Assert.Equal(Math.Log((0.25 + 1 + 2 + 16 + 1 + 4) / 3 - 1), mixture[1], 1e-6);
    }

    [Fact]
    public void A_loss_of_ones_own_averages_scores() =>
        Assert.Equal([2f, 3f], Average(new Backprop.Core.Tests.Docs.ExpectileLoss(), [1, 2, 3, 1, 3, 5], rows: 2).Scores);

    private static void AssertSame(double[] expected, double[] found)
    {
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 2e-5 * Math.Max(0.01, Math.Abs(expected[i])));
    }

    private static (float[] Scores, float[] EnsembleSize) Average(Loss loss, float[] scores, int rows, int members = EnsembleSize)
    {
        var outputs = scores.Length / rows / members;
        float[] room = [.. scores], averages = TestNumbers.Unassigned(rows * outputs);
        loss.AverageMembers(new Matrix(room, rows * members, outputs), new Matrix(averages, rows, outputs));
        return (averages, room);
    }

    private static double[] Predictions(Loss loss, float[] scores, int rows = 1)
    {
        float[] predictions = [.. scores];
        loss.Predict(new Matrix(predictions, rows, scores.Length / rows));
        return [.. predictions.Select(p => (double)p)];
    }

    // The links, as formulas over doubles.
    private static double[] ToPredictions(Loss loss, float[] scores, int outputs) => loss switch
    {
        LogisticLoss or FocalLoss or HingeLoss => [.. scores.Select(z => 1 / (1 + Math.Exp(-z)))],
        SquaredHingeLoss => [.. scores.Select(z => Math.Clamp((z + 1.0) / 2, 0, 1))],
        PoissonLoss or GammaLoss or TweedieLoss => [.. scores.Select(z => Math.Exp(Math.Clamp(z, -30.0, 30)))],
        SoftmaxCrossEntropy or SoftmaxFocalLoss =>
            [.. scores.Chunk(outputs).SelectMany(z => z.Select(each => 1 / z.Sum(other => Math.Exp((double)other - each))))],
        _ => [.. scores.Select(z => (double)z)],
    };
}
