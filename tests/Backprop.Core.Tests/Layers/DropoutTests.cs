using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Layers;

public class DropoutTests
{
    private const int Rows = 200, Width = 33;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.15)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void The_share_that_is_dropped_is_the_rate_and_the_rest_makes_up_for_it(double rate)
    {
        var y = Train(new Dropout(Width, rate), seed: 1, step: 1);
        var dropped = y.Count(value => value == 0) / (double)y.Length;
        Assert.Equal(rate, dropped, 4 * Math.Sqrt(rate * (1 - rate) / y.Length)); // four standard deviations of a binomial share
        Assert.All(y.Where(value => value != 0), value => Assert.Equal((float)(1 / (1 - rate)), value));
    }

    [Fact]
    public void Steps_seeds_and_layers_drop_different_units_independently()
    {
        var dropout = new Dropout(Width, 0.5);
        var masks = new[]
        {
            Train(dropout, seed: 1, step: 1), Train(dropout, seed: 1, step: 2), Train(dropout, seed: 2, step: 1),
            Train(dropout, seed: 1, step: 1, layer: 3)
        };
        for (var a = 0; a < masks.Length; a++)
            for (var b = 0; b < a; b++)
                Assert.Equal(0.5, masks[a].Zip(masks[b]).Count(pair => pair.First == pair.Second) / (double)masks[a].Length, 0.025);
    }

    // A regular pattern would drop neighbours, or whole columns, together.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(Width)]
    [InlineData(8 * Width)]
    public void Units_are_dropped_independently_of_each_other(int distance)
    {
        var y = Train(new Dropout(Width, 0.5), seed: 7, step: 9);
        Assert.Equal(0.5, y.Zip(y.Skip(distance)).Count(pair => pair.First == pair.Second) / (double)(y.Length - distance), 0.025);
    }

    [Fact]
    public void A_thread_with_some_of_the_rows_drops_what_one_thread_drops_there()
    {
        var layer = new Dropout(Width, 0.3);
        var whole = Train(layer, seed: 1, step: 5);
        foreach (var (first, count) in new[] { (0, 1), (1, 66), (67, 133) })
        {
            var y = TestNumbers.Unassigned(count * Width);
            layer.ForwardTraining([], new TrainingPass(1, 5, 0, first, []), Ones(count), new Matrix(y, count, Width));
            TestNumbers.AssertSameBits(whole.AsSpan(first * Width, count * Width), y);
        }
    }

    // Zeros are what the layer itself makes of those that it drops.
    // as text: two zeros are one number, but not one case
    [Theory, InlineData("0"), InlineData("-0"), InlineData("1.4E-45"), InlineData("NaN"), InlineData("-2")]
    public void The_slope_is_that_of_what_was_dropped_whatever_entered(string number)
    {
        var value = float.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
        var layer = new Dropout(Width, 0.4);
        var mask = Train(layer, seed: 2, step: 3);
        float[] x = [.. Enumerable.Repeat(value, Rows * Width)], y = TestNumbers.Unassigned(x.Length),
            dy = TestNumbers.Normal(x.Length, seed: 4), dx = TestNumbers.Unassigned(x.Length);
        var pass = new TrainingPass(2, 3, 0, 0, []);
        layer.ForwardTraining([], pass, new ReadOnlyMatrix(x, Rows, Width), new Matrix(y, Rows, Width));
        layer.BackwardTraining(
            [], pass, new ReadOnlyMatrix(x, Rows, Width), new Matrix(y, Rows, Width), new ReadOnlyMatrix(dy, Rows, Width),
            new Matrix(dx, Rows, Width), []);
        for (var i = 0; i < x.Length; i++) Assert.Equal(mask[i] == 0 ? 0 : dy[i] * (float)(1 / 0.6), dx[i]);
    }

    [Fact]
    public void Scoring_drops_nothing()
    {
        var x = TestNumbers.Normal(Rows * Width, seed: 3);
        var y = TestNumbers.Unassigned(x.Length);
        new Dropout(Width, 0.7).Forward([], new ReadOnlyMatrix(x, Rows, Width), new Matrix(y, Rows, Width));
        Assert.Equal(x, y);
    }

    // What a vector computes is what a single number is: other processors drop the same units.
    [Fact]
    public void A_place_has_its_number_however_it_is_asked_for()
    {
        var field = new RandomField(3, RandomPurpose.Dropout, 1, 4);
        float[] whole = TestNumbers.Unassigned(203), alone = new float[1];
        field.Fill(1000, whole);
        for (var i = 0; i < whole.Length; i++)
        {
            field.Fill((uint)(1000 + i), alone);
            Assert.Equal(whole[i], alone[0]);
        }
        Assert.All(whole, number => Assert.InRange(number, 0, 1 - 1f / (1 << 24)));
    }

    private static ReadOnlyMatrix Ones(int rows) => new(Enumerable.Repeat(1f, rows * Width).ToArray(), rows, Width);

    private static float[] Train(Dropout dropout, int seed, int step, int layer = 0)
    {
        var y = TestNumbers.Unassigned(Rows * Width);
        dropout.ForwardTraining([], new TrainingPass(seed, step, layer, 0, []), Ones(Rows), new Matrix(y, Rows, Width));
        return y;
    }
}
