using Backprop.Core.Tests.Training;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Layers;

/// <summary>What embeddings promise beside their formulas: where they start, what they refuse, and that they help.</summary>
public class EmbeddingTests
{
    public static TheoryData<NumericEmbedding> All => [.. NumericEmbedding.All];

    [Fact]
    public void Every_numeric_embedding_is_listed() => Choices.AssertListed(NumericEmbedding.All);

    // Seven waves over the range of x: a small network of plain features hardly follows them.
    [Theory, MemberData(nameof(All))]
    public void A_function_that_bends_often_is_learned_better(NumericEmbedding embedding)
    {
        float[] x = [.. TestNumbers.Normal(2000, seed: 1).Select(value => Math.Clamp(value, -2, 2))],
            y = [.. x.Select(value => MathF.Sin(11 * value))];
        var set = new ExampleSet(x, 1, y);
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            LearningRate = 0.01,
            NumberOfIterations = 60,
            BatchSize = 32,
            Seed = 2
        };
        if (embedding is PeriodicEmbedding periodic) embedding = periodic with { StandardDeviation = 1 };
        double[] losses = [
            .. new[] { null, embedding }.Select(
                one =>
                    new Trainer(options).Train(
                        new MultilayerPerceptron { HiddenLayers = [16], NumericEmbedding = one }.Build(1, 1),
                        set).History[^1].TrainingLoss)];
        Assert.True(losses[1] < 0.3 * losses[0], $"{losses[0]} without, {losses[1]} with {embedding}");
    }

    // The code of a category says nothing by its size: 20 categories with values in no order.
    [Fact]
    public void Categories_are_learned_whatever_their_numbers_and_unknown_ones_get_a_vector_of_their_own()
    {
        var values = TestNumbers.Normal(20, seed: 3);
        var random = new RandomSequence(5, RandomPurpose.Examples);
        var x = new float[2 * 1500];
        var y = new float[1500];
        for (var i = 0; i < y.Length; i++)
        {
            (x[2 * i], x[2 * i + 1]) = (1 + random.NextIndex(20), (float)random.NextNormal());
            y[i] = values[(int)x[2 * i] - 1] + 0.3f * x[2 * i + 1];
        }
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [16],
            Categories = [new EmbeddedCategory(Slot: 0, Count: 20, Dimension: 8)]
        }.Build(2, 1);
        var result = new Trainer(new TrainingOptions { Loss = new SquaredError(), LearningRate = 0.01, NumberOfIterations = 40, Seed = 2 })
            .Train(network, new ExampleSet(x, 2, y));
        Assert.InRange(result.History[^1].TrainingLoss, 0, 0.01);
        Assert.Equal((0, 1), (result.Network.Inputs!.Means[0], result.Network.Inputs.Factors[0])); // its numbers stay
        Assert.NotEqual(0, result.Network.Inputs.Means[1]);

        var unknown = result.Network.CreateScorer(5).Predict(
            new ReadOnlyMatrix([0, 1, 21, 1, -3, 1, 1.5f, 1, 1, 1], 5, 2)).Values.ToArray();
        Assert.All(unknown[..4], value => Assert.Equal(unknown[0], value));
        Assert.NotEqual(unknown[0], unknown[4]);
    }

    [Fact]
    public void Boundaries_are_quantiles_of_the_training_data_and_are_not_learned()
    {
        float[] x = [.. Enumerable.Range(0, 101).Select(i => (float)i)];
        var options = Problems.GradientDescent with
        {
            LearningRate = 1e-6,
            NumberOfIterations = 3,
            L2Regularization = 1,
            WeightDecay = 0.1
        };
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [],
            NumericEmbedding = new PiecewiseLinearEmbedding { Bins = 4, Dimension = 2 }
        }.Build(1, 1);
        var trained = new Trainer(options).Train(network, new ExampleSet(x, 1, x)).Network;
        Assert.Equal([0, 25, 50, 75, 100], trained.Parameters[..5].ToArray());
        Assert.NotEqual(network.Initialize(new GlorotUniform(), options.Seed)[5..], trained.Parameters[5..].ToArray());
    }

    // Half of the numbers are equal, so some bins have no width.
    [Fact]
    public void Bins_without_width_hold_0_before_their_boundary_and_1_from_there_on()
    {
        var layer = new PiecewiseLinearEncoding(1, 1, bins: 4);
        var boundaries = new float[5];
        layer.Fit(boundaries, new ReadOnlyMatrix([0, 5, 5, 5, 5, 5, 5, 5, 6], 9, 1));
        Assert.Equal([0, 5, 5, 5, 6], boundaries);
        var y = new float[16];
        layer.Forward(boundaries, new ReadOnlyMatrix([-1, 2.5f, 5, 8], 4, 1), new Matrix(y, 4, 4));
        Assert.Equal([-0.2f, 0, 0, 0, 0.5f, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 3], y);
    }

    [Fact]
    public void Frequencies_start_within_three_deviations_and_phases_anywhere_in_a_turn()
    {
        var layer = new PeriodicEmbeddingLayer(10, 10, 100, 0.1, PeriodicForm.CosineWithPhase);
        var parameters = new float[layer.ParameterCount];
        layer.Initialize(parameters, new GlorotUniform(), new RandomSequence(1, RandomPurpose.Initialization));
        float[] frequencies = [.. parameters.Chunk(200).SelectMany(part => part[..100])],
            phases = [.. parameters.Chunk(200).SelectMany(part => part[100..])];
        Assert.All(frequencies, frequency => Assert.InRange(frequency, -0.3f, 0.3f));
        Assert.InRange(Math.Sqrt(frequencies.Average(frequency => frequency * (double)frequency)), 0.09, 0.11);
        Assert.All(phases, phase => Assert.InRange(phase, -MathF.PI, MathF.PI));
        Assert.InRange(phases.Average(phase => phase * (double)phase), 3.0, 3.6); // π²/3
    }

    // Deviations 0.1, 0.1, 0.1, 0.4: the last wave is four times as fast, and half as high.
    [Fact]
    public void Waves_from_the_middle_on_are_faster_and_lower()
    {
        var layer = new PeriodicEmbeddingLayer(2000, 2000, 4, 0.1, PeriodicForm.CosineWithPhase, 0.4);
        var parameters = new float[layer.ParameterCount];
        layer.Initialize(parameters, new GlorotUniform(), new RandomSequence(1, RandomPurpose.Initialization));
        double[] deviations = [
            .. Enumerable.Range(0, 4).Select(k => Math.Sqrt(parameters.Chunk(8).Average(part => part[k] * (double)part[k])))];
        Assert.All(deviations[..3], deviation => Assert.InRange(deviation, 0.095, 0.105));
        Assert.InRange(deviations[3], 0.38, 0.42);

        var one = new PeriodicEmbeddingLayer(1, 1, 4, 0.1, PeriodicForm.CosineWithPhase, 0.4);
        var y = new float[5];
        one.Forward([0.5f, 0.25f, 1, 0.5f, 0, 0, 0, (float)(Math.PI / 2)], new ReadOnlyMatrix([0.5f], 1, 1), new Matrix(y, 1, 5));
        TestNumbers.AssertClose([0.5f, 0, 0.70710678f, -1, -0.5f], y, 1e-6f); // cos π/2, cos π/4, cos π, ½·cos π
        new PeriodicEmbeddingLayer(1, 1, 1, 0.1, PeriodicForm.CosineWithPhase, 1.6, 0.25)
            .Forward([0, 0], new ReadOnlyMatrix([0.5f], 1, 1), new Matrix(y.AsSpan(0, 2), 1, 2));
        Assert.Equal(0.5f, y[1], 1e-6f); // the only wave is the last: 16 to the power −¼
    }

    [Fact]
    public void Waves_are_the_same_if_they_were_made_by_the_same_numbers()
    {
        PeriodicEmbeddingLayer first = Make(), second = Make();
        Assert.Equal(first, second);
        Assert.Equal(first.GetHashCode(), second.GetHashCode());
        Assert.All(
            [
                Make(inputs: 4), Make(features: 1), Make(frequencies: 6), Make(deviation: 0.2),
                new PeriodicEmbeddingLayer(3, 2, 5, 0.1, PeriodicForm.CosineAndSine), Make(highest: 2), Make(highest: null),
                Make(decay: 0)],
            other => Assert.NotEqual(first, other));

        static PeriodicEmbeddingLayer Make(
            int inputs = 3, int features = 2, int frequencies = 5, double deviation = 0.1, double? highest = 1, double decay = 0.5) =>
            new(inputs, features, frequencies, deviation, PeriodicForm.CosineWithPhase, highest, decay);
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        Assert.Throws<ArgumentOutOfRangeException>("features", () => new PeriodicEmbeddingLayer(3, 4, 5, 1, PeriodicForm.CosineAndSine));
        Assert.Throws<ArgumentOutOfRangeException>("frequencies", () => new PeriodicEmbeddingLayer(3, 3, 0, 1, PeriodicForm.CosineAndSine));
        Assert.Throws<ArgumentOutOfRangeException>(
            "standardDeviation", () => new PeriodicEmbeddingLayer(3, 3, 5, 0, PeriodicForm.CosineAndSine));
        Assert.Throws<ArgumentOutOfRangeException>("form", () => new PeriodicEmbeddingLayer(3, 3, 5, 1, (PeriodicForm)7));
        Assert.Throws<ArgumentOutOfRangeException>("form", () => new PeriodicEmbeddingLayer(3, 3, 5, 1, PeriodicForm.CosineAndSine, 2));
        Assert.Throws<ArgumentOutOfRangeException>(
            "highestStandardDeviation", () => new PeriodicEmbeddingLayer(3, 3, 5, 1, PeriodicForm.CosineWithPhase, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(
            "amplitudeDecay", () => new PeriodicEmbeddingLayer(3, 3, 5, 1, PeriodicForm.CosineWithPhase, 2, -1));
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(PeriodicPhaseEmbedding.AmplitudeDecay), () => new PeriodicPhaseEmbedding { AmplitudeDecay = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(PeriodicPhaseEmbedding.HighestStandardDeviation), () => new PeriodicPhaseEmbedding { HighestStandardDeviation = 0 });
        Assert.Throws<ArgumentOutOfRangeException>("inputs", () => new FeaturewiseDense(7, 2, 4, 3, 0, false));
        Assert.Throws<ArgumentOutOfRangeException>("groupOutputs", () => new FeaturewiseDense(8, 2, 4, 1, 1, false));
        Assert.Throws<ArgumentOutOfRangeException>("bins", () => new PiecewiseLinearEncoding(2, 2, 0));
        Assert.Throws<ArgumentOutOfRangeException>("categories", () => new EntityEmbedding(2, [new EmbeddedCategory(2, 3, 4)]));
        Assert.Throws<ArgumentOutOfRangeException>("categories", () => new EntityEmbedding(2, [new EmbeddedCategory(0, 0, 4)]));
        Assert.Contains(
            "names feature 1 twice",
            Assert.Throws<ArgumentException>(
                "categories", () => new EntityEmbedding(2, [new EmbeddedCategory(1, 3, 4), new EmbeddedCategory(1, 3, 4)])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(nameof(NumericEmbedding.Dimension), () => new PeriodicPhaseEmbedding { Dimension = 1 });
        Assert.Contains(
            "reads category indices",
            Assert.Throws<ArgumentException>(
                () => new Network(new Dense(2, 2), new EntityEmbedding(2, [new EmbeddedCategory(0, 3, 4)]))).Message);
        Assert.Contains(
            "cannot be combined",
            Assert.Throws<ArgumentException>(
                () => new MultilayerPerceptron { InputSkip = true, Categories = [new EmbeddedCategory(0, 3, 4)] }.Build(2, 1)).Message);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(10, 6)]
    [InlineData(1000, 77)]
    [InlineData(1000000, 600)]
    public void The_usual_dimension_is_that_of_fastai(int categories, int dimension) =>
        Assert.Equal(dimension, EmbeddedCategory.DefaultDimension(categories));
}
