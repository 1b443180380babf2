using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Penalties, decay, clipping and limits: what they do to one step, by the numbers of a step without them.</summary>
public class RegularizationTests
{
    private const int Rows = 40, Features = 9;
    private const double Rate = 0.1;

    private static readonly Network Net = Network.FullyConnected(Features, [70, 19], 2, new Tanh());
    private static readonly ExampleSet Examples = new(
        TestNumbers.Normal(Rows * Features, seed: 1), Features, TestNumbers.Normal(Rows * 2, seed: 2, scale: 5), targetCount: 2);

    private static readonly TrainingOptions Plain = new() { Loss = new SquaredError(), Optimizer = new Sgd() };

    private static float[] Start => [.. Net.Initialize(new HeUniform(), seed: 3).Select((parameter, i) => parameter + 0.01f * (i % 3 - 1))];

    // Gradient descent from θ to θ': g = (θ − θ')/α.
    private static readonly double[] Gradient = [.. Start.Zip(Step(Plain), (before, after) => (before - (double)after) / Rate)];

    [Fact]
    public void L2_adds_its_share_of_every_weight_and_of_no_bias() =>
        AssertStep(Plain with { L2Regularization = 0.5 }, (theta, g, isWeight) => theta - Rate * (g + (isWeight ? 0.5 * theta : 0)));

    [Fact]
    public void L1_adds_the_sign_of_every_weight() =>
        AssertStep(
            Plain with { L1Regularization = 0.5 }, (theta, g, isWeight) => theta - Rate * (g + (isWeight ? 0.5 * Math.Sign(theta) : 0)));

    [Fact]
    public void Weight_decay_shrinks_every_weight_beside_the_step() =>
        AssertStep(Plain with { WeightDecay = 0.5 }, (theta, g, isWeight) => theta * (isWeight ? 1 - Rate * 0.5 : 1) - Rate * g);

    [Fact]
    public void Groups_have_a_learning_rate_and_a_strength_of_their_own() =>
        AssertStep(
            Plain with { L2Regularization = 0.5, ParameterGroups = new() { Weights = new(2, 0), Biases = new(0.5, 3) } },
            (theta, g, isWeight) => theta - Rate * (isWeight ? 2 * g : 0.5 * (g + 1.5 * theta)));

    [Fact]
    public void A_group_of_rate_0_stays_as_it_is()
    {
        var after = Step(Plain with { L1Regularization = 1, WeightDecay = 1, ParameterGroups = new() { Weights = new(0, 1) } });
        Assert.All(
            Start.Zip(after).Select((pair, i) => (pair.First, pair.Second, i)), x => Assert.Equal(IsWeight(x.i), x.First == x.Second));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Embeddings_of_numbers_and_of_categories_are_groups_of_their_own(bool numbersStay)
    {
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [],
            Categories = [new EmbeddedCategory(0, 3, 2)],
            NumericEmbedding = new PeriodicPhaseEmbedding()
        }.Build(2, 1);
        var groups = numbersStay ? new ParameterGroups { NumericEmbeddings = new(0, 1) } : new ParameterGroups { Embeddings = new(0, 1) };
        var start = network.Initialize(new HeUniform(), seed: 3);
        var after = new Trainer(Plain with { NumberOfIterations = 1, ParameterGroups = groups, InitialParameters = start })
            .Train(network, new ExampleSet([1, 5, 2, 6, 3, 4, 0, 8], 2, [1, -1, 2, 0])).Network.Parameters.ToArray();
        bool Stays(int layer) => start[network.ParametersOf(layer)].SequenceEqual(after[network.ParametersOf(layer)]);
        // vectors, frequencies, their weights, the last layer
        Assert.Equal([!numbersStay, numbersStay, numbersStay, false], Enumerable.Range(0, 4).Select(Stays));
    }

    [Theory]
    [InlineData(ClippingMeasure.Value)]
    [InlineData(ClippingMeasure.Norm)]
    [InlineData(ClippingMeasure.GlobalNorm)]
    public void Clipping_shortens_what_is_longer_and_keeps_the_direction(ClippingMeasure measure)
    {
        double threshold = measure == ClippingMeasure.Value ? 0.05 : 0.5;
        var found = Start.Zip(
            Step(Plain with { GradientClipping = new(measure, threshold) }), (before, after) => (before - (double)after) / Rate).ToArray();
        foreach (
            var tensor in measure == ClippingMeasure.GlobalNorm
                ? [Range.All]
                : measure == ClippingMeasure.Norm ? Tensors()
                : Enumerable.Range(0, Net.ParameterCount).Select(i => i..(i + 1)))
        {
            var norm = Math.Sqrt(Gradient[tensor].Sum(g => g * g));
            var factor = norm > threshold ? threshold / norm : 1;
            Assert.All(found[tensor].Zip(Gradient[tensor]), pair => Assert.Equal(factor * pair.Second, pair.First, 3e-6));
        }
        Assert.NotEqual(Gradient, found);
    }

    [Fact]
    public void A_gradient_shorter_than_the_threshold_is_left_alone()
    {
        foreach (var measure in Enum.GetValues<ClippingMeasure>())
            Assert.Equal(Step(Plain), Step(Plain with { GradientClipping = new(measure, 1000) }));
    }

    // Their factor 1/√n counts: what a unit sees of x is bounded, whatever the parametrization.
    [Fact]
    public void The_maximum_norm_bounds_what_weights_with_a_fixed_factor_amount_to()
    {
        var network = new MultilayerPerceptron { HiddenLayers = [9], NtkParametrization = true }.Build(2, 1);
        var options = Problems.GradientDescent with { Initializer = new NtkNormal(), MaximumNorm = 0.4, NumberOfIterations = 2 };
        var parameters = new Trainer(options).Train(network, Problems.Surface(50, seed: 1)).Network.Parameters.ToArray();
        double[] norms = [
            .. Enumerable.Range(0, 9).Select(
                unit => Math.Sqrt((parameters[unit] * parameters[unit] + parameters[9 + unit] * parameters[9 + unit]) / 2.0))];
        Assert.All(norms, norm => Assert.InRange(norm, 0, 0.4 + 1e-6));
        Assert.Contains(norms, norm => norm > 0.4 - 1e-6);
    }

    [Fact]
    public void No_unit_has_longer_weights_than_the_maximum_norm_and_shorter_ones_are_left_alone()
    {
        float[] free = Step(Plain), limited = Step(Plain with { MaximumNorm = 1.5 });
        var shortened = 0;
        for (var l = 0; l < Net.Layers.Count; l++)
        {
            if (Net.Layers[l] is not Dense dense) continue;
            var offset = Net.ParametersOf(l).Start.Value;
            for (var unit = 0; unit < dense.Outputs; unit++)
            {
                var places = Enumerable.Range(0, dense.Inputs).Select(i => offset + i * dense.Outputs + unit).ToArray();
                double before = Norm(free, places), after = Norm(limited, places);
                Assert.Equal(Math.Min(before, 1.5), after, 1e-6);
                if (before > 1.5) shortened++;
                else Assert.All(places, i => Assert.Equal(free[i], limited[i]));
            }
        }
        Assert.InRange(shortened, 1, 90);

        static double Norm(float[] parameters, int[] places) => Math.Sqrt(places.Sum(i => (double)parameters[i] * parameters[i]));
    }

    [Fact]
    public void All_of_it_gives_the_same_bits_for_any_number_of_threads()
    {
        foreach (var measure in Enum.GetValues<ClippingMeasure>())
        {
            var options = Plain with
            {
                Optimizer = new Adam(),
                L1Regularization = 1e-3,
                L2Regularization = 1e-2,
                WeightDecay = 0.1,
                MaximumNorm = 1.5,
                GradientClipping = new(measure, 0.1)
            };
            var expected = Step(options, threads: 1, steps: 5);
            foreach (var threads in (int[])[2, 3, 7]) Assert.Equal(expected, Step(options, threads, steps: 5));
        }
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        foreach (var wrong in (double[])[-1, double.NaN, double.PositiveInfinity])
        {
            Assert.Throws<ArgumentOutOfRangeException>("L1Regularization", () => Plain with { L1Regularization = wrong });
            Assert.Throws<ArgumentOutOfRangeException>("L2Regularization", () => Plain with { L2Regularization = wrong });
            Assert.Throws<ArgumentOutOfRangeException>("WeightDecay", () => Plain with { WeightDecay = wrong });
            Assert.Throws<ArgumentOutOfRangeException>("MaximumNorm", () => Plain with { MaximumNorm = wrong });
            Assert.Throws<ArgumentOutOfRangeException>("Threshold", () => new GradientClipping(ClippingMeasure.Norm, wrong));
            Assert.Throws<ArgumentOutOfRangeException>("learningRate", () => new ParameterGroup(wrong, 1));
            Assert.Throws<ArgumentOutOfRangeException>("regularization", () => new ParameterGroup(1, wrong));
        }
        Assert.Throws<ArgumentOutOfRangeException>("Measure", () => new GradientClipping((ClippingMeasure)9, 1));
    }

    private static void AssertStep(TrainingOptions options, Func<double, double, bool, double> expected)
    {
        float[] before = Start, after = Step(options);
        for (var i = 0; i < before.Length; i++) Assert.Equal(expected(before[i], Gradient[i], IsWeight(i)), after[i], 1e-6);
    }

    private static float[] Step(TrainingOptions options, int threads = 1, int steps = 1)
    {
        var parameters = Start;
        using var step = Steps.Make(Net, parameters, options, Rows, threads);
        var batches = new Minibatches(Examples, Rows, null, null);
        for (var i = 0; i < steps; i++) step.Learn(batches, 0, new StepValues(Rate));
        return parameters;
    }

    private static bool IsWeight(int parameter) =>
        Tensors().Select((range, i) => (range, i))
            .Any(t => t.i % 2 == 0 && parameter >= t.range.Start.Value && parameter < t.range.End.Value);

    // Weights, biases, weights, biases, …
    private static IEnumerable<Range> Tensors()
    {
        for (var l = 0; l < Net.Layers.Count; l++)
        {
            if (Net.Layers[l] is not Dense dense) continue;
            var offset = Net.ParametersOf(l).Start.Value;
            yield return offset..(offset + dense.WeightCount);
            yield return (offset + dense.WeightCount)..(offset + dense.ParameterCount);
        }
    }
}
