using Backprop.Activations;
using Backprop.Numerics;
using Backprop.Optimizers;

namespace Backprop.Core.Tests.Numerics;

/// <summary>Vectorised functions: near the true value everywhere, and the same bits wherever a number stands.</summary>
public class ElementwiseTests
{
    public static TheoryData<string> Names => ["exp", "exp(x) − 1", "log", "log(1 + x)", "normal distribution", "sigmoid", "tanh"];

    // Every 1021st of all single-precision numbers, so every exponent and both signs are met some thousand times.
    // The normal distribution is ½ minus a polynomial down to −√2, and loses some digits there. Its tail needs the square of x with twice
    // the
    // digits, which takes a fused multiply-add.
    [Theory, MemberData(nameof(Names))]
    public void The_value_is_within_two_and_a_half_units_in_the_last_place(string name)
    {
        var bound = name != "normal distribution" ? 2.5 : Fused.IsSupported ? 12 : 100;
        var (function, exact) = Function(name);
        float[] x = new float[4096], y = new float[4096];
        var worst = (Error: 0.0, At: 0f);
        for (ulong bits = 0; bits <= uint.MaxValue; bits += 1021 * 4096)
        {
            for (var i = 0; i < x.Length; i++)
                x[i] = BitConverter.UInt32BitsToSingle((uint)Math.Min(bits + 1021 * (ulong)i, uint.MaxValue));
            function(x, y);
            for (var i = 0; i < x.Length; i++)
                if (UnitsInTheLastPlace(exact(x[i]), y[i]) is var error && error > worst.Error) worst = (error, x[i]);
        }
        Assert.True(worst.Error <= bound, $"{worst}");
        Assert.True(worst.Error > 0.5, "Nothing is more exact than rounding: the check has compared nothing.");
    }

    [Theory, MemberData(nameof(Names))]
    public void A_number_gets_the_same_bits_wherever_it_stands_and_in_place(string name)
    {
        var (function, _) = Function(name);
        for (var length = 1; length <= 70; length++)
        {
            var x = TestNumbers.Normal(length, seed: length, scale: 3);
            float[] y = TestNumbers.Unassigned(length), alone = new float[length], inPlace = [.. x];
            function(x, y);
            function(inPlace, inPlace);
            for (var i = 0; i < length; i++) function(x.AsSpan(i, 1), alone.AsSpan(i, 1));
            TestNumbers.AssertSameBits(alone, y);
            TestNumbers.AssertSameBits(alone, inPlace);
        }
    }

    [Fact]
    public void Extremes_have_their_limits_and_NaN_stays()
    {
        float[] x = [float.NegativeInfinity, -1e30f, -0f, 0f, 1e30f, float.PositiveInfinity, float.NaN];
        AssertValues("exp", [0, 0, 1, 1, float.PositiveInfinity, float.PositiveInfinity, float.NaN]);
        AssertValues(
            "log", [float.NaN, float.NaN, float.NegativeInfinity, float.NegativeInfinity, 69.07755f, float.PositiveInfinity, float.NaN]);
        AssertValues("log(1 + x)", [float.NaN, float.NaN, -0f, 0, 69.07755f, float.PositiveInfinity, float.NaN]);
        AssertValues("sigmoid", [0, 0, 0.5f, 0.5f, 1, 1, float.NaN]);
        AssertValues("tanh", [-1, -1, -0f, 0, 1, 1, float.NaN]);

        void AssertValues(string name, float[] expected)
        {
            var y = new float[x.Length];
            Function(name).Vectorised(x, y);
            Assert.Equal(expected, y);
        }
    }

    [Fact]
    public void Lengths_that_differ_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Sigmoid().Forward(new float[3], new float[2]));
        Assert.Throws<ArgumentException>(() => new Tanh().Backward(new float[3], new float[3], new float[2], new float[3]));
        Assert.Throws<ArgumentException>(() => new Adam().Start(3).Update(new float[3], new float[2], 0.1));
        Assert.Throws<ArgumentException>(() => new Adam().Start(3).Update(new float[2], new float[2], 0.1));
    }

    private delegate void Vectorised(ReadOnlySpan<float> x, Span<float> y);

    private static (Vectorised Vectorised, Func<double, double> Exact) Function(string name) => name switch
    {
        "exp" => ((x, y) => Elementwise.Map(new Exponential.ExpFunction(), x, y), Math.Exp),
        "exp(x) − 1" =>
            (
                (x, y) => Elementwise.Map(new Exponential.ExpMinusOneFunction(), x, y),
                x => Math.Abs(x) < 1 ? 2 * Math.Sinh(x / 2) * Math.Exp(x / 2) : Math.Exp(x) - 1),
        "log" => ((x, y) => Elementwise.Map(new Logarithm.LogFunction(), x, y), Math.Log),
        "log(1 + x)" =>
            (
                (x, y) => Elementwise.Map(new Logarithm.LogOnePlusFunction(), x, y),
                x => Math.Abs(x) > 0.5 ? Math.Log(1 + x) : 2 * Math.Atanh(x / (2 + x))),
        "normal distribution" => ((x, y) => Elementwise.Map(new CumulativeFunction(), x, y), NormalDistributionFunction),
        "sigmoid" => (new Sigmoid().Forward, x => 1 / (1 + Math.Exp(-x))),
        _ => (new Tanh().Forward, Math.Tanh),
    };

    private readonly struct CumulativeFunction : IFunction
    {
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => NormalDistribution.Cumulative(x).Value;
    }

    // Near zero a series of positive terms, farther out the continued fraction of Laplace, from its end: Abramowitz and Stegun (1964),
    // 26.2.11 and 26.2.14.
    private static double NormalDistributionFunction(double x)
    {
        if (double.IsNaN(x)) return double.NaN;
        if (Math.Abs(x) > 40) return x < 0 ? 0 : 1;
        double a = Math.Abs(x), density = Math.Exp(-a * a / 2) / Math.Sqrt(2 * Math.PI), tail;
        if (a < 3)
        {
            double term = a, sum = a;
            for (var odd = 3; term > 1e-20 * sum; odd += 2) sum += term *= a * a / odd;
            tail = 0.5 - density * sum;
            if (x > 0) return 0.5 + density * sum;
            if (a < 1) return tail;
        }
        var fraction = a;
        for (var k = 500; k >= 1; k--) fraction = a + k / fraction;
        tail = density / fraction;
        return x < 0 ? tail : 1 - tail;
    }

    // A unit is the distance to the next number of single precision. Where the true value is infinite or NaN, so must the other be.
    private static double UnitsInTheLastPlace(double exact, float value)
    {
        var rounded = (float)exact;
        if (!float.IsFinite(rounded))
            return rounded.Equals(value) || Math.BitDecrement((double)float.MaxValue) <= value ? 0 : double.PositiveInfinity;
        return Math.Abs(value - exact) / ((double)MathF.BitIncrement(Math.Abs(rounded)) - Math.Abs(rounded));
    }
}
