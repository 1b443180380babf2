using Backprop.Training;

namespace Backprop.Core.Tests.Training;

public class ExampleSetTests
{
    [Fact]
    public void Rows_are_those_of_the_arrays()
    {
        var set = new ExampleSet([1, 2, 3, 4, 5, 6], featureCount: 3, [7, 8, 9, 10], targetCount: 2, [0.5f, 2]);
        Assert.Equal((2, 3, 2), (set.Count, set.FeatureCount, set.TargetCount));
        Assert.Equal([4f, 5f, 6f], set.Features.Row(1).ToArray());
        Assert.Equal([9f, 10f], set.Targets.Row(1).ToArray());
        Assert.Equal([0.5f, 2f], set.Weights.ToArray());
    }

    [Fact]
    public void Without_weights_the_list_is_empty() => Assert.True(new ExampleSet([1], 1, [1]).Weights.IsEmpty);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_number_that_is_not_finite_is_refused_by_row_and_column(float bad)
    {
        AssertNames("Row 1, column 2 of features", () => new ExampleSet([1, 2, 3, 4, 5, bad], 3, [7, 8]));
        AssertNames("Row 2, column 0 of targets", () => new ExampleSet([1, 2, 3], 1, [1, 2, 3, 4, bad, 6], 2));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_weight_that_is_not_positive_and_finite_is_refused_by_row(float bad) =>
        AssertNames("weight of row 1", () => new ExampleSet([1, 2, 3], 1, [1, 2, 3], 1, [1, bad, 1]));

    [Fact]
    public void Lengths_that_do_not_fit_are_refused_with_the_numbers()
    {
        AssertNames("5 feature values in rows of 2, 2 target values in rows of 1", () => new ExampleSet(new float[5], 2, new float[2]));
        AssertNames("3 target values in rows of 1", () => new ExampleSet(new float[4], 2, new float[3]));
        AssertNames("3 weights", () => new ExampleSet(new float[4], 2, new float[2], 1, [1, 1, 1]));
        AssertNames("at least one.", () => new ExampleSet([], 2, []));
        Assert.Throws<ArgumentOutOfRangeException>("featureCount", () => new ExampleSet([], 0, []));
        Assert.Throws<ArgumentOutOfRangeException>("targetCount", () => new ExampleSet([1], 1, [], 0));
    }

    private static void AssertNames(string words, Func<object> make) =>
        Assert.Contains(words, Assert.Throws<ArgumentException>(make).Message);
}
