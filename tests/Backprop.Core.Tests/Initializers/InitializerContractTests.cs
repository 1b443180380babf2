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
    public void Layers_of_one_network_start_differently_and_with_zero_biases(Initializer initializer)
    {
        var network = new Network(new Dense(4, 4), new Dense(4, 4));
        var parameters = network.Initialize(initializer, seed: 3);
        Assert.NotEqual(parameters[network.ParametersOf(0)], parameters[network.ParametersOf(1)]);
        Assert.Equal(new float[4], parameters[16..20]);
        Assert.Equal(new float[4], parameters[36..40]);
        Assert.DoesNotContain(0f, parameters[..16]);
    }

    // Published variances: Glorot and Bengio 2 / (300 + 100), He et al. 2 / 300.
    [Theory]
    [InlineData(typeof(GlorotNormal), 0.005)]
    [InlineData(typeof(GlorotUniform), 0.005)]
    [InlineData(typeof(HeNormal), 0.0066667)]
    [InlineData(typeof(HeUniform), 0.0066667)]
    public void The_variance_is_the_published_one(Type kind, double published)
    {
        var weights = Draw(Initializer.All.Single(i => i.GetType() == kind), seed: 2);
        Assert.Equal(1, Variance(weights) / published, 0.03); // 30,000 draws of a normal: standard error 0.8 %
    }

    // Glorot and Bengio √(6 / 400), He et al. √(6 / 300).
    [Theory]
    [InlineData(typeof(GlorotUniform), 0.122474)]
    [InlineData(typeof(HeUniform), 0.141421)]
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
