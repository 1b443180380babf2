using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Layers;

public class AlphaDropoutTests
{
    private const int Rows = 400, Width = 50;

    // Of 20,000 normal numbers, mean and variance are known to within 0.007 and 0.01 (one standard deviation).
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.3)]
    [InlineData(0.7)]
    public void Mean_zero_and_variance_one_stay(double rate)
    {
        var x = TestNumbers.Normal(Rows * Width, seed: 1);
        var y = Train(rate, x, dropoutFactor: 1);
        var mean = y.Average(value => (double)value);
        Assert.Equal(0, mean, 0.03);
        Assert.Equal(1, y.Average(value => (value - mean) * (value - mean)), 0.05);
    }

    [Fact]
    public void Dropped_units_all_have_one_value_and_there_are_as_many_as_asked()
    {
        var y = Train(0.3, TestNumbers.Normal(Rows * Width, seed: 1), dropoutFactor: 1);
        var (_, count) = y.CountBy(value => value).MaxBy(pair => pair.Value);
        Assert.Equal(0.3, count / (double)y.Length, 0.015);
    }

    [Theory]
    [InlineData(0.3, 0.0, 0.0)]
    [InlineData(0.3, 2.0, 0.6)]
    public void A_schedule_multiplies_the_rate(double rate, double factor, double expected)
    {
        var x = Enumerable.Repeat(1f, Rows * Width).ToArray();
        Assert.Equal(Train(expected, x, dropoutFactor: 1), Train(rate, x, factor));
        var y = TestNumbers.Unassigned(x.Length);
        new Dropout(Width, rate).ForwardTraining(
            [], new TrainingPass(1, 2, 0, 0, [], factor), new ReadOnlyMatrix(x, Rows, Width), new Matrix(y, Rows, Width));
        Assert.Equal(expected, y.Count(value => value == 0) / (double)y.Length, 0.02);
    }

    [Fact]
    public void A_schedule_that_drops_all_is_refused_with_its_numbers()
    {
        var problem = Assert.Throws<InvalidOperationException>(() => Train(0.5, new float[Rows * Width], dropoutFactor: 2));
        Assert.Contains("rate 0.5 of layer 0 by 2 in step 2", problem.Message, StringComparison.Ordinal);
    }

    private static float[] Train(double rate, float[] x, double dropoutFactor)
    {
        var y = TestNumbers.Unassigned(x.Length);
        new AlphaDropout(Width, rate).ForwardTraining(
            [], new TrainingPass(1, 2, 0, 0, [], dropoutFactor), new ReadOnlyMatrix(x, Rows, Width), new Matrix(y, Rows, Width));
        return y;
    }
}
