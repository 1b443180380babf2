using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Layers;

public class GaussianNoiseTests
{
    private const int Rows = 2000;

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    public void Noise_is_normal_with_the_given_standard_deviation(int width)
    {
        var noise = Train(width, step: 1, 0, Rows);
        var sigma = 1 / Math.Sqrt(noise.Length);
        Assert.Equal(0, noise.Average(value => (double)value), 4 * 0.5 * sigma);
        Assert.Equal(0.25, noise.Average(value => (double)value * value), 4 * 0.25 * Math.Sqrt(2) * sigma);
        // Of a normal distribution, 4.55 % lie beyond two standard deviations.
        Assert.Equal(0.0455, noise.Count(value => Math.Abs(value) > 1) / (double)noise.Length, 4 * 0.21 * sigma);
    }

    [Fact]
    public void Steps_draw_other_noise_and_neighbours_are_unrelated()
    {
        float[] one = Train(5, step: 1, 0, Rows), other = Train(5, step: 2, 0, Rows);
        Assert.Equal(0, one.Zip(other).Average(pair => (double)pair.First * pair.Second), 0.01);
        Assert.Equal(0, one.Zip(one.Skip(1)).Average(pair => (double)pair.First * pair.Second), 0.01);
    }

    [Fact]
    public void A_thread_with_some_of_the_rows_adds_what_one_thread_adds_there() =>
        TestNumbers.AssertSameBits(Train(5, step: 1, 0, Rows).AsSpan(7 * 5, 11 * 5), Train(5, step: 1, 7, 11));

    private static float[] Train(int width, int step, int firstRow, int rows)
    {
        var y = TestNumbers.Unassigned(rows * width);
        new GaussianNoise(width, 0.5).ForwardTraining(
            [], new TrainingPass(3, step, 0, firstRow, []), new ReadOnlyMatrix(new float[y.Length], rows, width),
            new Matrix(y, rows, width));
        return y;
    }
}
