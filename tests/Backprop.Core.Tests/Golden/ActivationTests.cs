using Backprop.Activations;

namespace Backprop.Core.Tests.Golden;

/// <summary>Values and slopes of every activation against PyTorch, tails included.</summary>
public class ActivationTests
{
    // PyTorch computed in double. Near 0, a saturated activation is the difference of two values near 1. Other values keep their digits
    // where they are small, too; slopes cross zero, and lose some there. Of GELU, PyTorch adds 1 to −1 in the tail, where
    // ElementwiseTests compares the distribution with a continued fraction.
    private const double RelativeTolerance = 2e-6, SlopeTolerance = 1e-6, LostInTheTail = 1e-14, LostNearOne = 1.2e-7;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("activations");

    private static readonly Dictionary<string, Activation> ByName =
        Activation.All.Append(new GELU { Approximate = true }).ToDictionary(
            activation => activation is GELU { Approximate: true } ? "GELU with tanh" : activation.GetType().Name);

    public static TheoryData<string> Names => [.. ByName.Keys.Where(name => name != nameof(ParametricMix))];

    [Theory, MemberData(nameof(Names))]
    public void Values_and_slopes_are_those_of_PyTorch(string name)
    {
        var activation = ByName[name];
        var run = Golden.Runs.Single(run => run.Activation == name);
        float[] x = Golden.Points, y = TestNumbers.Unassigned(x.Length), dx = TestNumbers.Unassigned(x.Length);
        var lost = activation switch
        {
            GELU => LostInTheTail,
            Saturated => LostNearOne,
            _ => 0,
        };
        activation.Forward(x, y);
        activation.Backward(x, y, [.. x.Select(_ => 1f)], dx);
        for (var i = 0; i < x.Length; i++)
        {
            Assert.True(
                Math.Abs(y[i] - run.Values[i]) <= RelativeTolerance * Math.Abs(run.Values[i]) + lost,
                $"f({x[i]}) is {y[i]:R}; PyTorch says {run.Values[i]:R}.");
            Assert.True(
                Math.Abs(dx[i] - run.Slopes[i]) <= SlopeTolerance * Math.Max(1, Math.Abs(run.Slopes[i])),
                $"f'({x[i]}) is {dx[i]:R}; PyTorch says {run.Slopes[i]:R}.");
        }
    }

    // The parts are documented to start as the function they mix, and as the slope they begin with.
    [Fact]
    public void A_mix_starts_as_the_activation_that_it_mixes()
    {
        float[] x = Golden.Points, mixed = new float[x.Length], plain = new float[x.Length];
        new ParametricMix(new SiLU()).Forward(x, mixed);
        new SiLU().Forward(x, plain);
        Assert.Equal(plain, mixed);
        Assert.Throws<ArgumentException>(() => new ParametricMix(new PReLU()));
        Assert.Throws<ArgumentNullException>(() => new ParametricMix(null!));
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Assert.Throws<ArgumentOutOfRangeException>("NegativeSlope", () => new LeakyReLU { NegativeSlope = -0.1 });
        Assert.Throws<ArgumentOutOfRangeException>("InitialSlope", () => new PReLU { InitialSlope = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>("Alpha", () => new ELU { Alpha = 0 });
    }

    private sealed record Contents(float[] Points, Run[] Runs);

    private sealed record Run(string Activation, double[] Values, double[] Slopes);
}
