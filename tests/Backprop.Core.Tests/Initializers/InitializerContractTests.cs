using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Initializers;

public class InitializerContractTests
{
    // Fan-in 300 and fan-out 100, so that a rule that confuses the two is far off.
    private const int Inputs = 300, Outputs = 100;

    public static TheoryData<Initializer> All => [.. Initializer.All];

    [Fact]
    public void Every_initializer_in_the_assembly_is_listed() => Choices.AssertListed<Initializer>(Initializer.All);

    [Theory, MemberData(nameof(All))]
    public void The_mean_is_zero(Initializer initializer)
    {
        var weights = Draw(initializer, seed: 1);
        Assert.Equal(0, weights.Average(w => (double)w), 5 * Math.Sqrt(Variance(weights) / weights.Length));
    }

    [Theory, MemberData(nameof(All))]
    public void Same_seed_same_bits_and_another_seed_other_bits(Initializer initializer)
    {
        TestNumbers.AssertSameBits(Draw(initializer, seed: 7), Draw(initializer, seed: 7));
        Assert.NotEqual(Draw(initializer, seed: 7), Draw(initializer, seed: 8));
    }

    [Theory, MemberData(nameof(All))]
    public void Layers_of_one_network_start_differently_and_with_biases_of_zero_unless_they_are_drawn(Initializer initializer)
    {
        var network = new Network(new Dense(4, 4), new Dense(4, 4));
        var parameters = network.Initialize(initializer, seed: 3);
        Assert.NotEqual(parameters[network.ParametersOf(0)], parameters[network.ParametersOf(1)]);
        foreach (var biases in new[] { parameters[16..20], parameters[36..40] })
            if (initializer is PyTorchDefault or NguyenWidrow or NtkNormal) Assert.DoesNotContain(0f, biases);
            else Assert.Equal(new float[4], biases);
        Assert.DoesNotContain(0f, parameters[..16]);
    }

    // Published variances: Glorot and Bengio 2 / (300 + 100), He et al. 2 / 300, LeCun et al. 1 / 300; a third of that, PyTorch; columns of
    // length 1.
    [Theory]
    [InlineData(typeof(GlorotNormal), 0.005)]
    [InlineData(typeof(GlorotUniform), 0.005)]
    [InlineData(typeof(HeNormal), 0.0066667)]
    [InlineData(typeof(HeUniform), 0.0066667)]
    [InlineData(typeof(LeCunNormal), 0.0033333)]
    [InlineData(typeof(DataDependent), 0.0033333)]
    [InlineData(typeof(NtkNormal), 1)]
    [InlineData(typeof(LeCunUniform), 0.0033333)]
    [InlineData(typeof(Orthogonal), 0.0033333)]
    [InlineData(typeof(PyTorchDefault), 0.0011111)]
    public void The_variance_is_the_published_one(Type kind, double published)
    {
        var weights = Draw(Initializer.All.Single(i => i.GetType() == kind), seed: 2);
        Assert.Equal(1, Variance(weights) / published, 0.03); // 30,000 draws of a normal: standard error 0.8 %
    }

    // Glorot and Bengio √(6 / 400), He et al. √(6 / 300), LeCun et al. √(3 / 300), PyTorch 1 / √300.
    [Theory]
    [InlineData(typeof(GlorotUniform), 0.122474)]
    [InlineData(typeof(HeUniform), 0.141421)]
    [InlineData(typeof(LeCunUniform), 0.1)]
    [InlineData(typeof(PyTorchDefault), 0.0577350)]
    public void Uniform_weights_fill_the_published_bounds(Type kind, float bound)
    {
        var weights = Draw(Initializer.All.Single(i => i.GetType() == kind), seed: 3);
        Assert.InRange(weights.Max(), 0.99f * bound, bound * 1.00001f);
        Assert.InRange(weights.Min(), bound * -1.00001f, -0.99f * bound);
    }

    // 0.27 % of a normal lies beyond three standard deviations; of a uniform, nothing.
    [Theory]
    [InlineData(typeof(GlorotNormal), 0.0707107)]
    [InlineData(typeof(HeNormal), 0.0816497)]
    public void Normal_weights_have_tails(Type kind, float standardDeviation)
    {
        var weights = Draw(Initializer.All.Single(i => i.GetType() == kind), seed: 4);
        Assert.InRange(weights.Count(w => Math.Abs(w) > 3 * standardDeviation), 40, 130); // 81 ± 5 standard errors
    }

    [Theory]
    [InlineData(40, 17)]
    [InlineData(17, 40)]
    [InlineData(23, 23)]
    [InlineData(1, 5)]
    public void Orthogonal_weights_are_a_rotation_times_the_gain(int inputs, int outputs)
    {
        var w = new float[inputs * outputs];
        new Orthogonal { Gain = 1.5 }.Fill(w, inputs, outputs, new RandomSequence(5, RandomPurpose.Initialization));
        var (count, length) = (Math.Min(inputs, outputs), Math.Max(inputs, outputs));
        float At(int vector, int i) => inputs >= outputs ? w[i * outputs + vector] : w[vector * outputs + i];
        for (var a = 0; a < count; a++)
            for (var b = 0; b <= a; b++)
                Assert.Equal(a == b ? 2.25 : 0, Enumerable.Range(0, length).Sum(i => (double)At(a, i) * At(b, i)), 1e-6);
    }

    // 0.7 · 100^(1/300)
    [Fact]
    public void Weights_of_a_unit_have_the_length_of_Nguyen_and_Widrow()
    {
        var w = Draw(new NguyenWidrow(), seed: 6);
        for (var unit = 0; unit < Outputs; unit++)
            Assert.Equal(
                0.710828, Math.Sqrt(Enumerable.Range(0, Inputs).Sum(i => (double)w[i * Outputs + unit] * w[i * Outputs + unit])), 1e-5);
        var biases = new float[1000];
        new NguyenWidrow().FillBiases(biases, 1, new RandomSequence(1, RandomPurpose.Initialization));
        Assert.InRange(biases.Max(), 690, 700); // 0.7 · 1000^(1/1)
    }

    [Fact]
    public void A_gain_out_of_range_is_refused_by_name()
    {
        foreach (var wrong in (double[])[0, -1, double.NaN])
            Assert.Throws<ArgumentOutOfRangeException>("Gain", () => new Orthogonal { Gain = wrong });
    }

    private static float[] Draw(Initializer initializer, int seed)
    {
        var weights = TestNumbers.Unassigned(Inputs * Outputs);
        initializer.Fill(weights, Inputs, Outputs, new RandomSequence(seed, RandomPurpose.Initialization));
        return weights;
    }

    private static double Variance(float[] weights)
    {
        var mean = weights.Average(w => (double)w);
        return weights.Average(w => (w - mean) * (w - mean));
    }
}
