using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Losses;

/// <summary>Numbers worked out by hand.</summary>
public class LossValueTests
{
    [Fact]
    public void Squared_error_is_the_mean_over_outputs_without_a_half()
    {
        // Errors 1 and −3: (1 + 9) / 2.
        Assert.Equal(5, Evaluate(new SquaredError(), [3, 1], [2, 4], 2, out var slope));
        Assert.Equal([1f, -3f], slope);
    }

    [Theory]
    [InlineData(0, 1, 0.6931471805599453, -0.5)]
    [InlineData(2, 1, 0.1269280110429726, -0.1192029220221176)]
    [InlineData(2, 0, 2.1269280110429727, 0.8807970779778824)]
    [InlineData(-1000, 1, 1000, -1)]
    [InlineData(1000, 0, 1000, 1)]
    public void Logistic_loss_is_binary_cross_entropy_in_nats(float score, float target, double loss, double slope)
    {
        Assert.Equal(loss, Evaluate(new LogisticLoss(), [score], [target], 1, out var found), 1e-6);
        Assert.Equal(slope, found[0], 1e-6);
    }

    [Fact]
    public void Cross_entropy_of_k_equal_scores_is_log_k()
    {
        Assert.Equal(1.3862943611198906, Evaluate(new SoftmaxCrossEntropy(), [7, 7, 7, 7], [2], 1, out var slope), 1e-6);
        Assert.Equal([0.25f, 0.25f, -0.75f, 0.25f], slope);
    }

    [Fact]
    public void A_class_index_means_the_same_as_its_probabilities()
    {
        var byIndex = Evaluate(new SoftmaxCrossEntropy(), [0.3f, -1, 2], [1], 1, out var slopeByIndex);
        var byProbability = Evaluate(new SoftmaxCrossEntropy(), [0.3f, -1, 2], [0, 1, 0], 3, out var slopeByProbability);
        Assert.Equal(byIndex, byProbability, 1e-6);
        TestNumbers.AssertClose(slopeByIndex, slopeByProbability, 1e-6f);
    }

    private static double Evaluate(Loss loss, float[] scores, float[] targets, int targetColumns, out float[] gradient)
    {
        gradient = TestNumbers.Unassigned(scores.Length);
        return loss.Evaluate(
            new ReadOnlyMatrix(scores, 1, scores.Length), new ReadOnlyMatrix(targets, 1, targetColumns),
            new Matrix(gradient, 1, scores.Length));
    }
}
