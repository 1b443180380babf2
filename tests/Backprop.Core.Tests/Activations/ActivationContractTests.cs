using System.Numerics;
using Backprop.Activations;

namespace Backprop.Core.Tests.Activations;

public class ActivationContractTests
{
    public static TheoryData<Activation> All => [.. Activation.All];

    public static TheoryData<Activation, int> Lengths()
    {
        var cases = new TheoryData<Activation, int>();
        foreach (var activation in Activation.All)
            foreach (var length in (int[])[1, 5, 37, 2 * Vector<float>.Count, 2 * Vector<float>.Count + 1]) cases.Add(activation, length);
        return cases;
    }

    [Fact]
    public void Every_activation_in_the_assembly_is_listed() => Choices.AssertListed<Activation>(Activation.All);

    [Theory, MemberData(nameof(All))]
    public void Extreme_inputs_give_finite_outputs_and_slopes(Activation activation)
    {
        float[] x = [-1e30f, -1e4f, -100, -1e-30f, 0, 1e-30f, 100, 1e4f, 1e30f], y = new float[x.Length], dx = new float[x.Length];
        activation.Forward(x, y);
        activation.Backward(x, y, [.. x.Select(_ => 1f)], dx);
        Assert.All(y, value => Assert.True(float.IsFinite(value)));
        Assert.All(dx, slope => Assert.True(float.IsFinite(slope)));
    }

    // Mish and others decrease somewhere between −4 and 0. A learned parameter might make the others decrease.
    [Theory, MemberData(nameof(All))]
    public void Nondecreasing_is_what_never_decreases(Activation activation)
    {
        float[] x = [.. Enumerable.Range(-4000, 8001).Select(i => i / 500f)], y = new float[x.Length];
        activation.Forward(x, y);
        var decreases = Enumerable.Range(1, x.Length - 1).Any(i => y[i] < y[i - 1] - 1e-6f);
        if (activation is PReLU or ParametricMix) Assert.False(activation.IsNondecreasing);
        else Assert.Equal(!decreases, activation.IsNondecreasing);
    }

    [Fact]
    public void Only_a_nondecreasing_activation_can_be_reflected_or_saturated()
    {
        Assert.Contains("Mish", Assert.Throws<ArgumentException>("Inner", () => new Reflected(new Mish())).Message);
        Assert.Contains("GELU", Assert.Throws<ArgumentException>("Inner", () => new Saturated(new GELU())).Message);
        Assert.Throws<ArgumentNullException>("Inner", () => new Saturated(null!));
    }

    // A diverging network must be seen by the loss, not hidden on the way.
    [Theory, MemberData(nameof(All))]
    public void A_NaN_passes_through(Activation activation)
    {
        float[] x = [.. Enumerable.Repeat(float.NaN, 19)], y = new float[19];
        activation.Forward(x, y);
        Assert.All(y, value => Assert.True(float.IsNaN(value)));
    }

    [Theory, MemberData(nameof(Lengths))]
    public void A_whole_span_gives_what_its_numbers_give_one_by_one(Activation activation, int length)
    {
        var x = TestNumbers.Normal(length, seed: 1, scale: 3);
        var dy = TestNumbers.Normal(length, seed: 2);
        float[] y = TestNumbers.Unassigned(length), dx = TestNumbers.Unassigned(length), single = [0], singleSlope = [0];
        activation.Forward(x, y);
        activation.Backward(x, y, dy, dx);
        for (var i = 0; i < length; i++)
        {
            activation.Forward([x[i]], single);
            activation.Backward([x[i]], single, [dy[i]], singleSlope);
            // A vector exponential may round its last bit otherwise than a scalar one.
            Assert.Equal(single[0], y[i], 1e-6f);
            Assert.Equal(singleSlope[0], dx[i], 2e-6f);
        }
    }

    [Fact]
    public void Values_are_those_of_tables()
    {
        AssertForward(new Identity(), x: -2.5f, y: -2.5f);
        AssertForward(new ReLU(), x: -2.5f, y: 0);
        AssertForward(new ReLU(), x: 2.5f, y: 2.5f);
        AssertForward(new Sigmoid(), x: 0, y: 0.5f);
        AssertForward(new Sigmoid(), x: 2, y: 0.88079708f);
        AssertForward(new Sigmoid(), x: -2, y: 0.11920292f);
        AssertForward(new Tanh(), x: 0.5f, y: 0.46211716f);
        AssertForward(new Tanh(), x: -0.5f, y: -0.46211716f);
    }

    private static void AssertForward(Activation activation, float x, float y)
    {
        float[] output = [float.NaN];
        activation.Forward([x], output);
        Assert.Equal(y, output[0], 1e-6f);
    }
}
