using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Losses;

/// <summary>Losses with several scores for one target: their order, their names, and what becomes of scaled targets.</summary>
public class SeveralScoresTests
{
    private static readonly PinballLoss Quartiles = new() { Quantiles = [0.25, 0.5, 0.75] };

    [Fact]
    public void Quantiles_are_sorted_target_by_target()
    {
        float[] scores = [3, 1, 2, -1, -3, -2, 0, 0, 5, 7, 6, 5];
        Quartiles.Predict(new Matrix(scores, 2, 6));
        Assert.Equal([1f, 2, 3, -3, -2, -1, 0, 0, 5, 5, 6, 7], scores);
    }

    [Fact]
    public void A_variance_is_the_exponential_of_its_score_and_never_0_or_infinite()
    {
        float[] scores = [-7, 0, 7, 1, 0, -1000, 0, 1000];
        new GaussianNegativeLogLikelihood().Predict(new Matrix(scores, 2, 4));
        Assert.Equal([-7f, 1f, 7f], scores[..3]);
        Assert.Equal(2.7182818f, scores[3], 1e-6f);
        Assert.InRange(scores[5], 1e-14f, 1e-12f);
        Assert.InRange(scores[7], 1e12f, 1e14f);
    }

    [Fact]
    public void Predictions_have_names_where_there_are_several()
    {
        Assert.Equal(["Quantile 0.25", "Quantile 0.5", "Quantile 0.75"], Quartiles.PredictionNames);
        Assert.Equal(["Mean", "Variance"], new GaussianNegativeLogLikelihood().PredictionNames);
        Assert.Empty(new PinballLoss().PredictionNames);
        Assert.Empty(new SquaredError().PredictionNames);
    }

    // Two targets: (y − 10)·2 and (y + 4)·0.5.
    [Fact]
    public void Quantiles_return_to_the_units_of_their_target()
    {
        var trained = Biases([1, 2, 3, -1, 0, 1], Quartiles, new([10, -4], [2, 0.5f]));
        Assert.Equal([10.5f, 11, 11.5f, -6, -4, -2], Predict(trained));
    }

    // log variance log 3, of y·2 and of y·0.5: variances 3/4 and 12. The third target was constant.
    [Fact]
    public void Mean_and_variance_return_to_the_units_of_their_target()
    {
        var log3 = MathF.Log(3);
        var trained = Biases([1, log3, -1, log3, 9, log3], new GaussianNegativeLogLikelihood(), new([10, -4, 6], [2, 0.5f, 0]));
        TestNumbers.AssertClose([10.5f, 0.75f, -6, 12, 6, 0], Predict(trained), 1e-5f);
    }

    [Fact]
    public void Scaling_the_targets_does_not_change_what_is_learned_but_its_units()
    {
        foreach (var loss in (Loss[])[Quartiles, new GaussianNegativeLogLikelihood()])
        {
            var examples = Training.Problems.Surface(60, seed: 1);
            var larger = new ExampleSet(
                examples.Features.Values.ToArray(), 2, [.. examples.Targets.Values.ToArray().Select(y => 1024 * y)]);
            var trainer = new Trainer(new TrainingOptions { Loss = loss, NumberOfIterations = 5 });
            var network = Network.FullyConnected(2, [5], loss.OutputsFor(1), new Tanh());
            float[] x = [0.5f, -0.25f], small = Predict(trainer.Train(network, examples).Network, x),
                large = Predict(trainer.Train(network, larger).Network, x);
            for (var i = 0; i < small.Length; i++)
            {
                var factor = loss is GaussianNegativeLogLikelihood && i == 1 ? 1024f * 1024f : 1024f;
                Assert.Equal(factor * small[i], large[i], Math.Abs(1e-5f * large[i]));
            }
        }
    }

    [Fact]
    public void Scaled_targets_of_another_number_are_refused() =>
        Assert.Throws<ArgumentException>("targets", () => Biases(new float[6], Quartiles, new(new float[6], new float[6])));

    [Fact]
    public void Outputs_that_are_no_multiple_are_refused()
    {
        Assert.Throws<ArgumentException>("outputs", () => Quartiles.TargetColumnsOf(4));
        var examples = Training.Problems.Surface(5, seed: 1);
        Assert.Contains("1 target columns do not fit", Assert.Throws<ArgumentException>("training", () =>
            new Trainer(new TrainingOptions { Loss = Quartiles }).Train(Network.FullyConnected(2, [], 2, new Tanh()), examples)).Message);
    }

    [Fact]
    public void Training_goes_on_from_a_network_with_scaled_targets()
    {
        var examples = Training.Problems.Surface(60, seed: 1);
        var network = Network.FullyConnected(2, [5], 3, new Tanh());
        var trainer = new Trainer(new TrainingOptions { Loss = Quartiles, NumberOfIterations = 3 });
        var first = trainer.Train(network, examples);
        var second = trainer.Train(network, examples, initial: first.Network);
        Assert.Equal(first.Network.Targets!.Means.ToArray(), second.Network.Targets!.Means.ToArray());
        Assert.True(second.History[^1].TrainingLoss < first.History[^1].TrainingLoss);
    }

    /// <summary>A network of one input that does not count, whose scores are its biases.</summary>
    private static TrainedNetwork Biases(float[] biases, Loss loss, Standardization targets) =>
        new(Network.FullyConnected(1, [], biases.Length, new Identity()), [.. new float[biases.Length], .. biases], loss, null, targets);

    private static float[] Predict(TrainedNetwork trained, params float[] x) =>
        trained.CreateScorer().Predict(new ReadOnlyMatrix(x.Length == 0 ? [0] : x, 1, trained.Network.Inputs)).Values.ToArray();
}
