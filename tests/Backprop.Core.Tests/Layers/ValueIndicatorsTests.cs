using Backprop.Activations;
using Backprop.Core.Tests.Training;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Training;

namespace Backprop.Core.Tests.Layers;

/// <summary>Numbers with few values: which column each value has, how columns are scaled, which features are found, and that steps are
/// learned.</summary>
public class ValueIndicatorsTests
{
    private static readonly FewValuedFeature Three = new(1, 3);

    [Fact]
    public void Every_value_has_its_column_and_any_other_number_that_of_the_nearest()
    {
        var layer = new ValueIndicators(2, [Three], scaling: null);
        float[] fitted = [9, 2, 9, 8, 9, 4, 9, 8], x = [7, 2, 7, 4, 7, 8, 7, -100, 7, 3, 7, 3.1f, 7, 6.1f, 7, 1e30f];
        Assert.Equal(
            [
                7, 2, 1, 0, 0,
                7, 4, 0, 1, 0,
                7, 8, 0, 0, 1,
                7, -100, 1, 0, 0,
                7, 3, 1, 0, 0,
                7, 3.1f, 0, 1, 0,
                7, 6.1f, 0, 0, 1,
                7, 1e30f, 0, 0, 1,
            ],
            FittedLayer.Forward(layer, fitted, x));
    }

    // A column that is 1 in a quarter of the rows has the mean 1/4 and the deviation √3 / 4. Its quartiles are 0 and 1/4 (numpy.percentile
    // with linear interpolation).
    [Theory]
    [InlineData(FeatureScaling.Standard, 1.7320508f, -0.5773503f)]
    [InlineData(FeatureScaling.Robust, 4f, 0f)]
    public void Columns_are_scaled_like_features_of_0_and_1(FeatureScaling scaling, float on, float off)
    {
        float[] fitted = [1, 1, 1, 2, 1, 3, 1, 4];
        var y = FittedLayer.Forward(new ValueIndicators(2, [new FewValuedFeature(1, 4)], scaling), fitted, fitted);
        for (var row = 0; row < 4; row++)
            TestNumbers.AssertClose([.. Enumerable.Range(0, 4).Select(k => k == row ? on : off)], y.AsSpan(row * 6 + 2, 4), 1e-6f);
    }

    [Theory, InlineData(null), InlineData(FeatureScaling.Standard), InlineData(FeatureScaling.Robust)]
    public void Columns_that_are_left_stay_0(FeatureScaling? scaling)
    {
        var layer = new ValueIndicators(1, [new FewValuedFeature(0, 4)], scaling);
        var y = FittedLayer.Forward(layer, [5, 6, 5, 6], [5, 6, 1e9f]);
        foreach (var row in (int[])[0, 1, 2]) Assert.Equal([0, 0], y[(row * 5 + 3)..(row * 5 + 5)]);
        Assert.NotEqual(y[1..3], y[6..8]);
        Assert.Equal(y[6..8], y[11..13]);
    }

    [Theory]
    [InlineData(float.MinValue, float.MaxValue)]
    [InlineData(1, 1.0000001f)]
    [InlineData(1.0000001f, 1.0000002f)]
    public void Neighbours_and_the_largest_numbers_have_columns_of_their_own(float lower, float upper) => Assert.Equal(
        [lower, 1, 0, upper, 0, 1],
        FittedLayer.Forward(new ValueIndicators(1, [new FewValuedFeature(0, 2)], scaling: null), [lower, upper], [lower, upper]));

    [Fact]
    public void Of_more_values_than_columns_the_most_frequent_are_used()
    {
        var layer = new ValueIndicators(1, [new FewValuedFeature(0, 3)], scaling: null);
        var y = FittedLayer.Forward(layer, [1, 2, 3, 3, 4, 8, 8, 9, 9, 9], [1, 5, 6, 8, 8.5f, 9]);
        int[] expected = [0, 0, 1, 1, 1, 2];
        for (var row = 0; row < expected.Length; row++) Assert.Equal(expected[row], Array.IndexOf(y[(row * 4 + 1)..(row * 4 + 4)], 1));
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Refused("at least one", () => new ValueIndicators(2, [], scaling: null));
        Refused("ascending order", () => new ValueIndicators(2, [Three, Three], scaling: null));
        Refused("from 0 to 1", () => new ValueIndicators(2, [new FewValuedFeature(2, 3)], scaling: null));
        Refused("at least 2", () => new ValueIndicators(2, [new FewValuedFeature(1, 1)], scaling: null));
        Refused("columns", () => new ValueIndicators(2, [new FewValuedFeature(1, int.MaxValue)], scaling: null));
        Refused("scaling", () => new ValueIndicators(2, [Three], (FeatureScaling)7));

        var perceptron = new MultilayerPerceptron { HiddenLayers = [4], FewValuedFeatures = [Three] };
        Assert.IsType<ValueIndicators>(perceptron.Build(2, 1).Layers[0]);
        Refused("feature 1, which", () => (perceptron with { Categories = [new EmbeddedCategory(1, 3, 2)] }).Build(2, 1));
        Refused("feature 1, which", () => (perceptron with { OneHotCategories = [new OneHotCategory(1, 3)] }).Build(2, 1));
        Refused("feature 1, which", () => (perceptron with { IncreasingFeatures = [1] }).Build(2, 1));
        Refused("feature 1, which", () => (perceptron with { DecreasingFeatures = [1] }).Build(2, 1));
        Refused("Autoencoder", () => (perceptron with { Autoencoder = true }).Build(2, 1));

        static void Refused(string part, Func<object> make) =>
            Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(null, null), InlineData(FeatureScaling.Standard, 2.0), InlineData(FeatureScaling.Robust, 3.0)]
    public void Training_is_as_if_the_columns_had_been_features(FeatureScaling? scaling, double? clip)
    {
        const int rows = 120;
        var random = new RandomSequence(3, RandomPurpose.Examples);
        float[] numbers = TestNumbers.Normal(rows, 1, scale: 4), y = TestNumbers.Normal(rows, 2), x = new float[2 * rows],
            byHand = new float[5 * rows];
        for (var row = 0; row < rows; row++)
        {
            var kind = random.NextIndex(3);
            float value = kind * kind + 2;
            ((float[])[numbers[row], value]).CopyTo(x, 2 * row);
            ((float[])[numbers[row], value, kind == 0 ? 1 : 0, kind == 1 ? 1 : 0, kind == 2 ? 1 : 0]).CopyTo(byHand, 5 * row);
        }
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            Optimizer = new Momentum(),
            LearningRate = 0.01,
            BatchSize = 8,
            NumberOfIterations = 5,
            StandardizeInputs = scaling is not null,
            FeatureScaling = scaling ?? default,
        };
        var perceptron = new MultilayerPerceptron { HiddenLayers = [4], Activation = new Tanh(), SmoothClip = clip };
        var plain = perceptron.Build(5, 1);
        var start = plain.Initialize(new GlorotUniform(), 1);
        var expected = new Trainer(options with { InitialParameters = start }).Train(plain, new ExampleSet(byHand, 5, y));

        var network = (perceptron with { FewValuedFeatures = [Three], OneHotScaling = scaling }).Build(2, 1);
        var set = new ExampleSet(x, 2, y);
        var own = network.ParametersOf(0);
        var measured = new Trainer(options with { NumberOfIterations = 1, LearningRate = 1e-30 }).Train(network, set).Network
            .Parameters[own].ToArray();
        var trained = new Trainer(options with { InitialParameters = (float[])[.. measured, .. start] }).Train(network, set);

        TestNumbers.AssertSameBits(measured, trained.Network.Parameters[own]); // they are not learned
        TestNumbers.AssertClose(expected.Network.Parameters, trained.Network.Parameters[own.End..], 2e-5f);
        TestNumbers.AssertClose(
            expected.Network.CreateScorer(rows).Predict(new ReadOnlyMatrix(byHand, rows, 5)).Values,
            trained.Network.CreateScorer(rows).Predict(new ReadOnlyMatrix(x, rows, 2)).Values, 5e-5f);
    }

    // A sample of 16,384 rows would probably miss one row. Quantiles behind the columns see all rows, too.
    [Fact]
    public void Rare_values_are_measured_in_all_rows_and_so_are_quantiles_of_other_features()
    {
        const int rows = 50_000;
        var x = new float[2 * rows];
        for (var row = 0; row < rows; row++) (x[2 * row], x[2 * row + 1]) = (row % 2, row % 5000 == 17 ? row : 0);
        x[0] = 100;
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [],
            MissingValues = MissingValues.Median,
            FewValuedFeatures = [new FewValuedFeature(0, 3)],
            QuantileFeatures = [1],
        }.Build(2, 1);
        Assert.Equal(
            ["Imputation", "ValueIndicators", "QuantileTransform"], network.Layers.Take(3).Select(layer => layer.GetType().Name));
        var options = Problems.GradientDescent with { LearningRate = 1e-9, NumberOfIterations = 1, BatchSize = 1000 };
        var trained = new Trainer(options).Train(network, new ExampleSet(x, 2, new float[rows])).Network;
        Assert.Equal([0.5f, 50.5f, 0, 0, 0, 1, 1, 1], trained.Parameters[network.ParametersOf(1)].ToArray());
        var knots = trained.Parameters[network.ParametersOf(2)][..256].ToArray().Distinct();
        Assert.Equal([0, .. Enumerable.Range(0, 10).Select(i => i * 5000f + 17)], knots);
    }

    // Behind a layer that changes the features, the layer is fitted to its own inputs; of sparse features, to the zeros as well.
    [Theory, InlineData(false), InlineData(true)]
    public void It_is_fitted_behind_other_layers_and_to_sparse_features(bool isSparse)
    {
        const int rows = 90;
        float[] x = [.. Enumerable.Range(0, rows).SelectMany(row => (float[])[row % 3, row])], y = TestNumbers.Normal(rows, 1);
        var sparse = new SparseMatrix(
            [.. Enumerable.Range(0, rows + 1).Select(row => 2 * row)], [.. Enumerable.Range(0, 2 * rows).Select(i => i % 2)], x, 2);
        var examples = isSparse ? new ExampleSet(sparse, y) : new ExampleSet(x, 2, y);
        foreach (var scale in (double?[])[null, 1.5])
        {
            var builder = new NetworkBuilder(2);
            if (scale is not null) builder.AsinhScaling(scale.Value);
            var network = builder.ValueIndicators(null, new FewValuedFeature(0, 3)).QuantileTransform(1).Dense(1).Build();
            var options = Problems.GradientDescent with { LearningRate = 1e-6, NumberOfIterations = 1 };
            var trained = new Trainer(options).Train(network, examples).Network;
            var layer = scale is null ? 0 : 1;
            double[] values = [.. Enumerable.Range(0, 3).Select(value => scale is { } s ? s * Math.Asinh(value / s) : value)];
            TestNumbers.AssertClose(
                [(float)((values[0] + values[1]) / 2), (float)((values[1] + values[2]) / 2)],
                trained.Parameters[network.ParametersOf(layer)][..2], 1e-6f);
            Assert.Equal(rows, trained.Parameters[network.ParametersOf(layer + 1)][..256].ToArray().Distinct().Count());
        }
    }

    [Fact]
    public void Features_with_few_values_are_found()
    {
        const int rows = 100, columns = 9;
        var x = new float[rows * columns];
        for (var i = 0; i < rows; i++)
        {
            var row = x.AsSpan(i * columns, columns);
            row[0] = i; // all different
            row[1] = i % 4;
            row[2] = i % 2; // two values
            row[3] = 5; // one
            row[4] = i % 3 == 0 ? float.NaN : i % 3 + i % 2; // three values, and missing ones
            row[5] = Math.Min(i, 10); // eleven values
            row[6] = i % 7; // seven
            row[7] = i < 4 ? 0 : 1 + i % 2; // the mean number of rows is 33; one value has less than an eighth of it
            row[8] = i < 5 ? 0 : 1 + i % 2; // one has more than an eighth
        }
        var examples = new ExampleSet(x, columns, new float[rows], allowsMissing: true);
        Assert.Equal([new(1, 4), new(4, 3), new(6, 7), new(8, 3)], examples.FewValuedFeatures(12)); // of 100 rows, ten values at most
        Assert.Equal([new(1, 4), new(4, 3), new(8, 3)], examples.FewValuedFeatures(6));
        Assert.Equal([new(4, 3), new(8, 3)], examples.FewValuedFeatures(3));
        Assert.Empty(examples.FewValuedFeatures(2));
        Assert.Empty(examples.FewValuedFeatures(0));
        Assert.Equal([new(1, 4), new(4, 3), new(7, 3), new(8, 3)], examples.Slice(0, 49).FewValuedFeatures(12)); // of 49 rows, four
        var sparse = new SparseMatrix([0, 1, 2, 3], [0, 0, 0], [1, 2, 3], columnCount: 1);
        Assert.Empty(new ExampleSet(sparse, new float[3]).FewValuedFeatures(12));
    }

    // 12 features with 10 or 11 values: 120 columns, or 132.
    [Theory, InlineData(10, 12), InlineData(11, 0)]
    public void A_preset_adds_no_more_than_128_columns(int values, int expected)
    {
        const int rows = 120, columns = 12;
        float[] x = [.. Enumerable.Range(0, rows * columns).Select(i => (float)(i / columns % values))];
        var examples = new ExampleSet(x, columns, TestNumbers.Normal(rows, 1));
        var values12 = TrainingPreset.Fast.For(DatasetProfile.Of(examples, TargetKind.Real));
        Assert.Equal(12, values12.Preparation.MaximumIndicatedValues);
        Assert.Equal(expected, values12.BuildNetwork(examples, 1).Layers.OfType<ValueIndicators>().Sum(layer => layer.Features.Count));
        foreach (var kind in (TargetKind[])[TargetKind.Binary, TargetKind.Class, TargetKind.Relevance])
            Assert.Equal(0, TrainingPreset.Fast.For(DatasetProfile.Of(examples, kind)).Preparation.MaximumIndicatedValues);
    }

    // Targets that go up and down from value to value: a smooth function of the number needs many epochs for them.
    [Fact]
    public void Steps_between_values_are_learned()
    {
        float[] heights = [0, 3, -2, 2, -3, 1, -1, 3];
        const int rows = 400;
        float[] x = [.. Enumerable.Range(0, rows).Select(i => i * 7 % 8 / 2f)], noise = TestNumbers.Normal(rows, 5, scale: 0.1f),
            y = [.. x.Select((value, i) => heights[(int)(2 * value)] + noise[i])];
        var examples = new ExampleSet(x, 1, y);
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            Optimizer = new Adam(),
            LearningRate = 0.01,
            NumberOfIterations = 20,
            Seed = 2,
        };
        var plain = new MultilayerPerceptron { HiddenLayers = [16] };
        var withColumns = plain with { FewValuedFeatures = [new(0, 8)], OneHotScaling = FeatureScaling.Standard };
        Assert.InRange(ErrorOf(withColumns), 0, ErrorOf(plain) / 4);

        double ErrorOf(MultilayerPerceptron network) =>
            Math.Sqrt(new Trainer(options).Train(network.Build(1, 1), examples).History[^1].TrainingLoss);
    }
}
