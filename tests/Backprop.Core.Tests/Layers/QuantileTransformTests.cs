using Backprop.Activations;
using Backprop.Core.Tests.Training;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Layers;

/// <summary>What scikit-learn does not say of quantiles: numbers that most rows share, few and many values, where the layer may stand, and
/// that it helps.</summary>
public class QuantileTransformTests
{
    // Of 4,000 rows none of whose values counts more than 4, 3,960 zeros and 20 of one value count 4 each, and 20 others 1 each. Middles: 0
    // at 2, the one value at 6, the others at 8½, 9½, …, 27½.
    [Fact]
    public void No_value_counts_more_than_one_row_in_a_thousand()
    {
        float[] values = [.. Enumerable.Repeat(0f, 3960), .. Enumerable.Repeat(5f, 20), .. Enumerable.Range(0, 20).Select(i => 1000f + i)];
        double range = 27.5 - 2;
        TestNumbers.AssertClose(
            [0, (float)(2 * 4 / range), (float)(2 * 6.5 / range), 2, (float)(4 / range), 0, 2, (float)(2 * 7 / range)],
            Transform(values, [0, 5, 1000, 1019, 2.5f, -9, 1e30f, 1000.5f]), 1e-6f);
    }

    [Theory]
    [InlineData(new float[] { 3, 3, 3 }, 3, 0)]
    [InlineData(new float[] { 3, 3, 3 }, 8, 0)]
    [InlineData(new float[] { 3 }, 2, 0)]
    [InlineData(new float[] { 1, 1, 1, 2 }, 2, 2)]
    [InlineData(new float[] { 1, 2, 2, 2 }, 1, -2)]
    [InlineData(new float[] { 1, 1, 2, 2, 2, 7, 7 }, 7, 1)]
    public void The_median_is_0_and_the_range_2(float[] values, float x, float expected) =>
        Assert.Equal([expected], Transform(values, [x]));

    // Two thirds of the rows have the value 0, the others are all different; 16 knots leave no room for all of them.
    [Fact]
    public void Many_values_share_the_knots_evenly()
    {
        float[] values = [.. Enumerable.Range(0, 3000).Select(i => i % 3 == 0 ? 1 + i : 0f)];
        var found = Transform(values, [0, .. Enumerable.Range(1, 9).Select(i => i * 300f + 1)], knots: 16);
        Assert.Equal(0, found[0]);
        for (var i = 1; i < 10; i++) Assert.Equal(0.2 * i, found[i], 0.01);
    }

    [Fact]
    public void Other_features_pass_and_slopes_end_beyond_the_knots()
    {
        var layer = new QuantileTransform(3, [1]);
        var parameters = new float[layer.ParameterCount];
        layer.Fit(parameters, new ReadOnlyMatrix([9, 0, 9, 9, 0, 9, 9, 4, 9], 3, 3));
        float[] x = [7, 2, -7, 7, 5, -7, 7, -1, -7], y = new float[9], dx = new float[9];
        layer.Forward(parameters, new ReadOnlyMatrix(x, 3, 3), new Matrix(y, 3, 3));
        Assert.Equal([7, 1, -7, 7, 2, -7, 7, 0, -7], y);
        layer.Backward(
            parameters, new ReadOnlyMatrix(x, 3, 3), default, new ReadOnlyMatrix([1, 2, 3, 1, 2, 3, 1, 2, 3], 3, 3), new Matrix(dx, 3, 3),
            new float[layer.ParameterCount]);
        Assert.Equal([1, 1, 3, 1, 0, 3, 1, 0, 3], dx);
    }

    [Theory]
    [InlineData(new int[0], 5, "at least one")]
    [InlineData(new[] { 1, 1 }, 5, "ascending order")]
    [InlineData(new[] { 3 }, 5, "from 0 to 2")]
    [InlineData(new[] { -1 }, 5, "from 0 to 2")]
    [InlineData(new[] { 0 }, 1, "at least 2")]
    public void What_cannot_be_is_refused(int[] features, int knots, string part) =>
        Assert.Contains(
            part, Assert.ThrowsAny<ArgumentException>(() => new QuantileTransform(3, features, knots)).Message, StringComparison.Ordinal);

    [Fact]
    public void Numbers_of_categories_must_not_be_changed()
    {
        var perceptron = new MultilayerPerceptron
        {
            HiddenLayers = [4],
            MissingValues = MissingValues.Median,
            QuantileFeatures = [0, 2],
            OneHotCategories = [new OneHotCategory(1, 3)],
            Categories = [new EmbeddedCategory(3, 4, 2)]
        };
        Assert.Equal(
            ["Imputation", "QuantileTransform", "OneHotEncoding", "EntityEmbedding"],
            perceptron.Build(4, 1).Layers.Take(4).Select(layer => layer.GetType().Name));
        foreach (var slot in (int[])[1, 3])
            Assert.Contains(
                "QuantileTransform",
                Assert.Throws<ArgumentException>(() => (perceptron with { QuantileFeatures = [slot] }).Build(4, 1)).Message,
                StringComparison.Ordinal);
    }

    // Feature 2 is a category; behind the columns of feature 0, it is number 1.
    [Theory, InlineData(0, true), InlineData(1, false)]
    public void Nor_where_they_stand_behind_columns_of_others(int feature, bool isAllowed)
    {
        Layer[] layers = [
            new OneHotEncoding(3, [new OneHotCategory(0, 2)], scaling: null), new QuantileTransform(3, [feature]),
            new EntityEmbedding(3, [new EmbeddedCategory(1, 4, 2)])];
        Assert.Equal(!isAllowed, Record.Exception(() => new Network(layers)) is ArgumentException);
    }

    // The knots are those of all rows, not of the 16,384 that other layers are measured by: one row in 5,000 has a value of its own.
    [Fact]
    public void Rare_values_and_missing_ones_are_measured_in_all_rows()
    {
        const int rows = 40_000;
        var x = new float[rows];
        for (var i = 0; i < rows; i++) x[i] = i % 5000 == 17 ? i : i % 10 == 0 ? float.NaN : 0;
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [],
            MissingValues = MissingValues.Median,
            QuantileFeatures = [0]
        }.Build(1, 1);
        var trained = new Trainer(Problems.GradientDescent with { LearningRate = 1e-3, NumberOfIterations = 1, StandardizeInputs = false })
            .Train(network, new ExampleSet(x, 1, new float[rows], allowsMissing: true)).Network;
        var places = trained.Parameters[network.ParametersOf(1)][..256].ToArray().Distinct();
        Assert.Equal([0, .. Enumerable.Range(0, 8).Select(i => i * 5000f + 17)], places);
    }

    [Fact]
    public void Slots_that_are_mostly_one_number_are_found()
    {
        const int rows = 100, columns = 7;
        var x = new float[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            var row = x.AsSpan(i * columns, columns);
            row[0] = i; // all different
            row[1] = i < 20 ? i : 0; // a fifth is not 0
            row[2] = i < 20 ? 1 : 0; // two values
            row[3] = 5; // one
            row[4] = i < 60 ? i : float.NaN; // those that are there are different
            row[5] = i < 60 ? float.NaN : i < 68 ? i : -1; // most of those that are there are not
            row[6] = i % 2 == 0 ? 3 : i; // only the lower quartile is where the median is
        }
        Assert.Equal([1, 5], new ExampleSet(x, columns, new float[rows], allowsMissing: true).ConcentratedFeatures(orInClusters: false));
        Assert.Empty(
            new ExampleSet(SparseMatrix.Join(Sparse(), [0, 1, 2], Sparse(), [0, 1, 2]), new float[6])
                .ConcentratedFeatures(orInClusters: true));

        static SparseMatrix Sparse() => new([0, 1, 2, 3], [0, 0, 0], [1, 2, 3], columnCount: 1);
    }

    [Fact]
    public void Slots_that_stand_in_clusters_are_found()
    {
        const int rows = 1000, columns = 6;
        var normal = TestNumbers.Normal(rows, seed: 5);
        var x = new float[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            var row = x.AsSpan(i * columns, columns);
            var day = i * 7 % rows;
            row[0] = 960_000 + 10_000 * (day / 365) + 100 * (day % 365 / 31) + day % 31; // a date as one number
            row[1] = day;
            row[2] = normal[i];
            row[3] = MathF.Exp(2 * normal[i]); // far outliers, but no clusters
            row[4] = i % 2 * 1000 + i % 7; // clusters of few numbers
            row[5] = i % 3 * 1000 + normal[i];
        }
        Assert.Equal([0, 5], new ExampleSet(x, columns, new float[rows]).ConcentratedFeatures(orInClusters: true));
        Assert.Empty(new ExampleSet(x, columns, new float[rows]).ConcentratedFeatures(orInClusters: false));
    }

    [Theory, InlineData(2, 2), InlineData(3, 0)]
    public void Where_more_than_half_of_the_slots_are_crowded_none_is(int mostlyZero, int expected)
    {
        const int rows = 100, columns = 5;
        var x = new float[rows * columns];
        for (var i = 0; i < x.Length; i++) x[i] = i % columns >= mostlyZero ? i : i < 50 ? i : 0;
        Assert.Equal(Enumerable.Range(0, expected), new ExampleSet(x, columns, new float[rows]).ConcentratedFeatures(orInClusters: false));
    }

    // Amounts, mostly 0, that differ by a ten-thousandth of their range where the answer changes.
    [Fact]
    public void Values_that_stand_close_together_are_told_apart()
    {
        var random = new RandomSequence(3, RandomPurpose.Examples);
        float[] x = new float[4000], y = new float[4000];
        for (var i = 0; i < x.Length; i++)
        {
            var kind = random.NextIndex(40);
            x[i] = kind < 8 ? 5000 + kind : kind == 8 ? 99_999 : 0;
            y[i] = kind < 8 ? kind / 4 : 0.5f;
        }
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            Optimizer = new Adam(),
            LearningRate = 0.01,
            NumberOfIterations = 20,
            Seed = 2
        };
        var plain = new MultilayerPerceptron
        {
            HiddenLayers = [32],
            Activation = new Tanh(),
            NumericEmbedding = new PeriodicPhaseEmbedding { HighestStandardDeviation = 10 }
        };
        double[] losses = [
            .. new[] { plain, plain with { QuantileFeatures = [0] } }.Select(
                perceptron => new Trainer(options).Train(perceptron.Build(1, 1), new ExampleSet(x, 1, y)).History[^1].TrainingLoss)];
        Assert.True(losses[1] < 0.3 * losses[0], $"{losses[0]} without, {losses[1]} with quantiles");
    }

    private static float[] Transform(float[] values, float[] x, int knots = 256) =>
        FittedLayer.Forward(new QuantileTransform(1, [0], knots), values, x);
}
