using Backprop.Activations;
using Backprop.Core.Tests.Training;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Layers;

public class OneHotEncodingTests
{
    [Fact]
    public void Every_category_has_its_column_two_share_one_and_anything_else_has_none()
    {
        float[] x = [1, 5, 1, 1, 2, 6, 2, 1, 3, 7, 0, 0, 4, 8, 3, 2, float.NaN, 9, -1, 1.5f];
        Assert.Equal(
            [
                5, 1, 0, 0, 1, 1,
                6, 0, 1, 0, -1, 1,
                7, 0, 0, 1, 0, 0,
                8, 0, 0, 0, 0, 0,
                9, 0, 0, 0, 0, 0,
            ],
            FittedLayer.Forward(
                new OneHotEncoding(4, [new OneHotCategory(0, 3), new OneHotCategory(2, 2), new OneHotCategory(3, 1)], scaling: null), x));
    }

    // A column that is 1 in a quarter of the rows has the mean 1/4 and the deviation √3 / 4.
    [Fact]
    public void Standard_scaling_is_that_of_columns_of_0_and_1()
    {
        double deviation = Math.Sqrt(3) / 4, half = Math.Sqrt(0.5);
        TestNumbers.AssertClose(
            [
                (float)(0.75 / deviation), (float)(-0.25 / deviation), -1, 0, (float)(1 / half),
                (float)(-0.25 / deviation), (float)(0.75 / deviation), -1, 0, 0,
                (float)(-0.25 / deviation), (float)(-0.25 / deviation), 1, 0, (float)(-1 / half),
                (float)(-0.25 / deviation), (float)(-0.25 / deviation), 1, 0, 0,
            ],
            FittedLayer.Forward(
                new OneHotEncoding(2, [new OneHotCategory(0, 4), new OneHotCategory(1, 2)], FeatureScaling.Standard),
                [1, 1, 2, 0, 3, 2, 3, 0]),
                1e-6f);
    }

    // Of a column that is 1 in one row of ten, both quartiles are 0, so half the range, ½, stands for their distance; in four or five of
    // ten, they are 0 and 1, with 0 or ½ as the middle; of two
    // categories by three to seven, −1 and ½, with −1 as the middle (numpy.percentile).
    [Fact]
    public void Robust_scaling_is_that_of_the_quartiles_of_these_columns()
    {
        var layer = new OneHotEncoding(2, [new OneHotCategory(0, 3), new OneHotCategory(1, 2)], FeatureScaling.Robust);
        float[] x = [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 3, 2, 3, 1, 3, 1, 3, 1], y = FittedLayer.Forward(layer, x);
        Assert.Equal([2, 0, -0.5f, 0], y[..4]);
        Assert.Equal([0, 1, -0.5f, 0], y[4..8]);
        Assert.Equal([0, 0, 0.5f, 4f / 3], y[^4..]);

        // What RealMLP makes of a rare column: 2 / √(1 + 4/9).
        var clipped = new float[1];
        new SmoothClip(1, 1, 3).Forward([], new ReadOnlyMatrix(y.AsSpan(0, 1), 1, 1), new Matrix(clipped, 1, 1));
        Assert.Equal(1.664f, clipped[0], 3);
    }

    [Fact]
    public void A_column_that_is_constant_in_the_examples_is_0_whatever_comes_later()
    {
        foreach (var scaling in Enum.GetValues<FeatureScaling>())
        {
            var layer = new OneHotEncoding(1, [new OneHotCategory(0, 3)], scaling);
            Assert.Equal(new float[3 * 4], FittedLayer.Forward(layer, [2, 2, 2], [0, 1, 2, 3]));
        }
    }

    public static TheoryData<FeatureScaling?, double?> Scalings => new()
    {
        { null, null },
        { null, 3 },
        { FeatureScaling.Standard, null },
        { FeatureScaling.Standard, 2 },
        { FeatureScaling.Robust, 3 },
    };

    [Theory, MemberData(nameof(Scalings))]
    public void Training_is_as_if_the_columns_had_been_there(FeatureScaling? scaling, double? clip)
    {
        const int rows = 120, wide = 5, encoded = 7;
        var random = new RandomSequence(3, RandomPurpose.Examples);
        float[] numbers = TestNumbers.Normal(2 * rows, 1, scale: 4), y = TestNumbers.Normal(rows, 2), x = new float[rows * wide],
            byHand = new float[rows * encoded];
        for (var row = 0; row < rows; row++)
        {
            int color = random.NextIndex(4), side = random.NextIndex(3), town = random.NextIndex(9); // 0: missing
            float first = numbers[2 * row], second = numbers[2 * row + 1];
            ((float[])[color, first, town, side, second]).CopyTo(x, row * wide);
            ((float[])[first, second, color == 1 ? 1 : 0, color == 2 ? 1 : 0, color == 3 ? 1 : 0, side == 1 ? 1 : side == 2 ? -1 : 0, town])
                .CopyTo(byHand, row * encoded);
        }
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            Optimizer = new Momentum(),
            LearningRate = 0.01,
            BatchSize = 8,
            NumberOfIterations = 5,
            StandardizeInputs = scaling is not null,
            FeatureScaling = scaling ?? default
        };
        var perceptron = new MultilayerPerceptron { HiddenLayers = [4], Activation = new Tanh(), SmoothClip = clip };
        var plain = (perceptron with { Categories = [new EmbeddedCategory(6, 8, 2)] }).Build(encoded, 1);
        var start = plain.Initialize(new GlorotUniform(), 1);
        var expected = new Trainer(options with { InitialParameters = start }).Train(plain, new ExampleSet(byHand, encoded, y));

        var network = (
            perceptron with
            {
                OneHotCategories = [new OneHotCategory(0, 3), new OneHotCategory(3, 2)],
                OneHotScaling = scaling,
                Categories = [new EmbeddedCategory(2, 8, 2)]
            }).Build(wide, 1);
        var set = new ExampleSet(x, wide, y);
        var measured = new Trainer(options with { NumberOfIterations = 1, LearningRate = 1e-30 })
            .Train(network, set).Network.Parameters[..9];
        var trained = new Trainer(options with { InitialParameters = new float[][] { [.. measured, .. start] }[0] }).Train(network, set);

        TestNumbers.AssertSameBits(measured, trained.Network.Parameters[..9]); // they are not learned
        TestNumbers.AssertClose(expected.Network.Parameters, trained.Network.Parameters[9..], 2e-5f);
        Assert.Equal(expected.History[^1].TrainingLoss, trained.History[^1].TrainingLoss, 1e-5);
        TestNumbers.AssertClose(
            expected.Network.CreateScorer(rows).Predict(new ReadOnlyMatrix(byHand, rows, encoded)).Values,
            trained.Network.CreateScorer(rows).Predict(new ReadOnlyMatrix(x, rows, wide)).Values, 5e-5f);
    }

    // A sample of 16,384 rows would probably miss it.
    [Fact]
    public void A_category_of_one_row_among_many_is_seen_and_a_stream_looks_at_a_sample()
    {
        var x = new float[50_000];
        Array.Fill(x, 1);
        (x[1], x[2], x[^1]) = (2, 3, 3);
        var set = new ExampleSet(x, 1, new float[x.Length]);
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [],
            OneHotCategories = [new OneHotCategory(0, 3)],
            OneHotScaling = FeatureScaling.Robust
        }.Build(1, 1);
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            FeatureScaling = FeatureScaling.Robust,
            NumberOfIterations = 1,
            BatchSize = 1000
        };
        Assert.Equal([-2, 0, 0, 0, 2, 2], new Trainer(options).Train(network, set).Network.Parameters[..6].ToArray());
        // all of these are in it
        Assert.Equal(
            [-2, 0, 0, 0, 2, 2],
            new Trainer(options).Train(network, new StreamTests.Source(set.Slice(0, 5000))).Network.Parameters[..6].ToArray());
    }

    [Fact]
    public void Numbers_come_first_then_indicators_then_columns_then_vectors_and_only_numbers_are_embedded()
    {
        var network = new MultilayerPerceptron
        {
            HiddenLayers = [3],
            MissingValues = MissingValues.Median,
            IndicatedFeatures = [1, 4],
            OneHotCategories = [new OneHotCategory(3, 4), new OneHotCategory(0, 2)],
            Categories = [new EmbeddedCategory(5, 20, 8), new EmbeddedCategory(2, 10, 6)],
            SmoothClip = 3,
            NumericEmbedding = new PeriodicPhaseEmbedding(),
        }.Build(6, 1);
        Assert.Equal(
            [
                new Imputation(6, MissingValues.Median, [1, 4]),
                new OneHotEncoding(8, [new OneHotCategory(3, 4), new OneHotCategory(0, 2)], null),
                new EntityEmbedding(11, [new EmbeddedCategory(3, 20, 8), new EmbeddedCategory(1, 10, 6)]),
                new SmoothClip(9 + 14, 9, 3),
                new PeriodicEmbeddingLayer(9 + 14, 2, 16, 0.1, PeriodicForm.CosineWithPhase),
            ],
            network.Layers.Take(5));
        Assert.Equal([0, 2, 3, 5], network.CategorySlots.Order());
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        OneHotCategory[] one = [new(0, 3)];
        Assert.Throws<ArgumentOutOfRangeException>("categories", () => new OneHotEncoding(1, [new OneHotCategory(1, 3)], null));
        Assert.Throws<ArgumentOutOfRangeException>("categories", () => new OneHotEncoding(1, [new OneHotCategory(0, 0)], null));
        Assert.Throws<ArgumentException>("categories", () => new OneHotEncoding(1, [], null));
        Assert.Throws<ArgumentOutOfRangeException>("scaling", () => new OneHotEncoding(1, one, (FeatureScaling)7));
        Assert.Contains(
            "both name feature 0",
            Refused(() => new MultilayerPerceptron { OneHotCategories = one, Categories = [new EmbeddedCategory(0, 3, 4)] }.Build(2, 1)));
        Assert.Contains(
            "cannot be combined", Refused(() => new MultilayerPerceptron { InputSkip = true, OneHotCategories = one }.Build(2, 1)));
        Assert.Contains("reads category indices", Refused(() => new NetworkBuilder(2).Dense(2).OneHotEncoding(null, one).Build()));
        Assert.Contains(
            "reads category indices",
            Refused(() => new NetworkBuilder(2).EntityEmbedding(new EmbeddedCategory(1, 3, 4)).OneHotEncoding(null, one).Build()));
        Assert.Contains(
            "reads category indices", Refused(() => new NetworkBuilder(2).OneHotEncoding(null, one).OneHotEncoding(null, one).Build()));

        static string Refused(Func<Network> build) => Assert.Throws<ArgumentException>(build).Message;
    }
}
