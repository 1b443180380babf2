using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Networks;

public class RowScorerTests
{
    // Score = 2·x₀ − x₁ + 1 of standardized inputs.
    private static readonly Network Linear = Network.FullyConnected(2, [], 1, new Identity());
    private static readonly float[] Parameters = [2, -1, 1];

    [Fact]
    public void Inputs_are_standardized_and_targets_scaled_back()
    {
        var trained = new TrainedNetwork(Linear, Parameters, new SquaredError(), new([10, 20], [0.5f, 0.25f]), new([100], [0.1f]));
        // x = (12, 28) becomes (1, 2); the score 2 − 2 + 1 = 1 becomes 1 / 0.1 + 100.
        Assert.Equal(110, trained.CreateScorer().Predict(new ReadOnlyMatrix([12, 28], 1, 2)).Values[0], 1e-4f);
    }

    [Fact]
    public void Scores_of_a_classifier_are_logits_and_predictions_probabilities()
    {
        var scorer = new TrainedNetwork(Linear, Parameters, new LogisticLoss()).CreateScorer();
        Assert.Equal(2f, scorer.Score(new ReadOnlyMatrix([1, 1], 1, 2)).Values[0]);
        Assert.Equal(0.88079708f, scorer.Predict(new ReadOnlyMatrix([1, 1], 1, 2)).Values[0], 1e-6f);
    }

    [Fact]
    public void Raw_features_are_left_as_they_came()
    {
        float[] features = [12, 28];
        new TrainedNetwork(Linear, Parameters, new SquaredError(), new([10, 20], [0.5f, 0.25f])).CreateScorer()
            .Predict(new ReadOnlyMatrix(features, 1, 2));
        Assert.Equal([12f, 28f], features);
    }

    public static TheoryData<Loss> Losses => [.. Loss.All];

    [Theory, MemberData(nameof(Losses))]
    public void A_batch_is_scored_like_its_rows(Loss loss)
    {
        const int rows = 23;
        var network = Network.FullyConnected(5, [37], loss.OutputsFor(3), new Tanh());
        var targets = loss.AllowsTargetScaling ? new Standardization([1, 2, 3], [0.5f, 2, 0]) : null;
        var trained = new TrainedNetwork(
            network, TestNumbers.Normal(network.ParameterCount, seed: 1), loss, new([1, 2, 3, 4, 5], [1, 2, 0, 0.5f, 3]), targets);
        var features = TestNumbers.Normal(rows * 5, seed: 2);

        var batch = trained.CreateScorer(rows + 4).Predict(new ReadOnlyMatrix(features, rows, 5));
        var single = trained.CreateScorer();
        for (var row = 0; row < rows; row++)
            TestNumbers.AssertClose(single.Predict(new ReadOnlyMatrix(features.AsSpan(5 * row, 5), 1, 5)).Values, batch.Row(row), 1e-5f);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Wrong_shapes_are_refused_with_both_numbers(bool standardize)
    {
        var scorer = new TrainedNetwork(Linear, Parameters, new SquaredError(), standardize ? new([10, 20], [0.5f, 0.25f]) : null)
            .CreateScorer(2);
        AssertNames("x has 3 columns, but the network has 2", () => scorer.Score(new ReadOnlyMatrix(new float[3], 1, 3)));
        AssertNames("x has 1 columns, but the network has 2", () => scorer.Predict(new ReadOnlyMatrix(new float[2], 2, 1)));
        AssertNames("x has 3 rows, but the workspace holds 1 to 2", () => scorer.Score(new ReadOnlyMatrix(new float[6], 3, 2)));
        AssertNames("x has 0 rows, but the workspace holds 1 to 2", () => scorer.Score(new ReadOnlyMatrix([], 0, 2)));
    }

    private static void AssertNames(string numbers, Action action) =>
        Assert.Contains(numbers, Assert.Throws<ArgumentException>(action).Message);
}
