using Backprop.Numerics;

namespace Backprop.Core.Tests.Numerics;

/// <summary>Sine and cosine against the runtime's, in double.</summary>
public class SinCosTests
{
    [Fact]
    public void Sine_and_cosine_are_within_2e_7_of_the_truth()
    {
        float[] turns = [
            .. Enumerable.Range(-40_000, 80_001).Select(i => i / 3000f), 0, 0.125f, 0.25f, 0.5f, 0.75f, 1, -1, 1e-30f, 12345.678f,
            262143.25f];
        float[] cosine = new float[turns.Length], sine = new float[turns.Length];
        Elementwise.Map(new CosineFunction(), turns, cosine);
        Elementwise.Map(new SineFunction(), turns, sine);
        for (var i = 0; i < turns.Length; i++)
        {
            var angle = 2 * Math.PI * (turns[i] - Math.Round(turns[i])); // exact but for the product
            Assert.True(
                Math.Abs(cosine[i] - Math.Cos(angle)) <= 2e-7, $"cosine of {turns[i]} turns: {cosine[i]:R}, not {Math.Cos(angle):R}");
            Assert.True(Math.Abs(sine[i] - Math.Sin(angle)) <= 2e-7, $"sine of {turns[i]} turns: {sine[i]:R}, not {Math.Sin(angle):R}");
        }
    }

    [Theory]
    [InlineData(5e6f)]
    [InlineData(-3.3e20f)]
    [InlineData(float.MaxValue)]
    public void Far_out_they_stay_between_minus_one_and_one(float turns)
    {
        var y = new float[1];
        Elementwise.Map(new CosineFunction(), [turns], y);
        Assert.InRange(y[0], -1, 1);
    }

    [Fact]
    public void What_is_not_finite_gives_no_number()
    {
        var y = new float[3];
        Elementwise.Map(new CosineFunction(), [float.NaN, float.PositiveInfinity, float.NegativeInfinity], y);
        Assert.All(y, value => Assert.True(float.IsNaN(value)));
    }

    private readonly struct CosineFunction : IFunction
    {
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => SinCos.Cosine(x);
    }

    private readonly struct SineFunction : IFunction
    {
        public TLanes Invoke<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes> => SinCos.Sine(x);
    }
}
