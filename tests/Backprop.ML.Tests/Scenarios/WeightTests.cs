using Backprop.Optimizers;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

public class WeightTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void Weight_two_counts_like_the_row_twice(string label)
    {
        // Every third row counts double: the standardization, the loss and the gradient must all see it.
        Example[] weighted = Synthetic.Examples(60),
            repeated = [.. weighted.SelectMany((example, index) => Enumerable.Repeat(example, index % 3 == 0 ? 2 : 1))];
        for (var i = 0; i < weighted.Length; i += 3) weighted[i].Weight = 2;

        var withWeights = GradientDescent(label, weights: true).Fit(Synthetic.Prepared(_ml, weighted));
        var withRepeats = GradientDescent(label, weights: false).Fit(Synthetic.Prepared(_ml, repeated));

        AssertNear(withRepeats.Model, withWeights.Model);
    }

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void Only_the_proportions_of_weights_matter(string label)
    {
        Example[] heavy = Synthetic.Examples(60);
        foreach (var example in heavy) example.Weight = 7;

        var withWeights = GradientDescent(label, weights: true).Fit(Synthetic.Prepared(_ml, heavy));
        var without = GradientDescent(label, weights: false).Fit(Synthetic.Prepared(_ml, heavy));

        AssertNear(without.Model, withWeights.Model);
    }

    [Fact]
    public void A_regression_that_sees_nothing_predicts_the_weighted_mean()
    {
        // (1·10 + 3·20 + 6·50) / 10 = 37; without weights it would be 26.67.
        var scores = FitBlind(
            Synthetic.Value, new() { Value = 10, Weight = 1 }, new() { Value = 20, Weight = 3 }, new() { Value = 50, Weight = 6 });
        Assert.All(scores, score => Assert.Equal(37, score, 0.01));
    }

    [Fact]
    public void A_binary_classification_that_sees_nothing_predicts_the_weighted_share()
    {
        // Three quarters of the weight are positive: the logit is ln(3).
        var scores = FitBlind(
            Synthetic.Flag, new() { Flag = true, Weight = 9 }, new() { Flag = false, Weight = 2 }, new() { Flag = false, Weight = 1 });
        Assert.All(scores, score => Assert.Equal(Math.Log(3), score, 0.001));
    }

    [Fact]
    public void A_multiclass_classification_that_sees_nothing_predicts_the_weighted_shares()
    {
        // Keys are in the order of the alphabet: high, low, middle.
        var scores = FitBlind(
            Synthetic.Kind, new() { Kind = "low", Weight = 5 }, new() { Kind = "middle", Weight = 3 }, new() { Kind = "high", Weight = 2 });
        Assert.All(scores.Chunk(3), row => Assert.All(row.Zip([0.2, 0.5, 0.3]), pair => Assert.Equal(pair.Second, pair.First, 0.001)));
    }

    [Fact]
    public void Weights_count_in_the_validation_loss()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.ExampleWeightColumnName = Synthetic.Weight;
        var trainer = new BackpropTrainer(_ml, options);
        Example[] weighted = Synthetic.Examples(30, seed: 2),
            repeated = [.. weighted.SelectMany((example, index) => Enumerable.Repeat(Copy(example), index % 2 + 1))];
        for (var i = 1; i < weighted.Length; i += 2) weighted[i].Weight = 2;
        var train = Synthetic.Prepared(_ml, 60);

        var byWeight = trainer.Fit(train, Synthetic.Prepared(_ml, weighted)).Model.History;
        var byRepeats = trainer.Fit(train, Synthetic.Prepared(_ml, repeated)).Model.History;

        Assert.Equal(
            byRepeats.Select(report => report.ValidationLoss!.Value), byWeight.Select(report => report.ValidationLoss!.Value),
            (a, b) => Math.Abs(a - b) < 1e-6);
    }

    // All features are 0, so nothing but the bias can learn: the answer is known in closed form.
    private float[] FitBlind(string label, params Example[] examples)
    {
        var data = Synthetic.Prepared(_ml, examples);
        var options = Options(label, weights: true);
        (options.HiddenLayers, options.LearningRate, options.NumberOfIterations) = ([], label == Synthetic.Value ? 0.1 : 1, 500);
        return new BackpropTrainer(_ml, options).Fit(data).Transform(data).Scores();
    }

    private BackpropTrainer GradientDescent(string label, bool weights) => new(_ml, Options(label, weights));

    private static BackpropTrainer.Options Options(string label, bool weights)
    {
        var options = Synthetic.Brief(label);
        (
            options.Optimizer, options.LearningRate, options.BatchSize,
            options.NumberOfIterations) = (new Sgd(), 0.1, BackpropTrainer.FullBatch, 20);
        options.ExampleWeightColumnName = weights ? Synthetic.Weight : null;
        return options;
    }

    private static Example Copy(Example example) =>
        new() { Main = example.Main, Side = example.Side, Noise = example.Noise, Value = example.Value, Kind = example.Kind };

    private static void AssertNear(BackpropModelParameters expected, BackpropModelParameters actual)
    {
        Assert.Equal(expected.Network.Parameters.ToArray(), actual.Network.Parameters.ToArray(), (a, b) => Math.Abs(a - b) < 2e-6);
        Assert.Equal(
            expected.History.Select(report => report.TrainingLoss), actual.History.Select(report => report.TrainingLoss),
            (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(expected.Network.Inputs!.Means.ToArray(), actual.Network.Inputs!.Means.ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
    }
}
