using Backprop.Layers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Key columns beside the features, as learned vectors.</summary>
public class KeyColumnTests
{
    private const int Towns = 40;

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Keys_are_learned_without_one_hot_encoding_and_the_chain_is_one_model()
    {
        var (train, test) = (House.Many(_ml, 3000, 1), House.Many(_ml, 1000, 2));
        var model = Chain().Fit(train);
        foreach (var each in new[] { model, _ml.SaveAndLoad(model, train.Schema) })
            Assert.InRange(_ml.Regression.Evaluate(each.Transform(test), "Price").RSquared, 0.95, 1);

        var embedding = Assert.IsType<EntityEmbedding>(model.LastTransformer.Model.Network.Network.Layers[0]);
        // 1.6·40^0.56 = 12.6, 1.6·3^0.56 = 2.96
        Assert.Equal(
            [new EmbeddedCategory(2, Towns, 13), new EmbeddedCategory(3, 3, 3), new EmbeddedCategory(4, 3, 3)], embedding.Categories);
    }

    [Fact]
    public void Keys_of_few_values_become_columns_of_0_and_1_and_others_vectors_of_the_length_asked_for()
    {
        var (train, test) = (House.Many(_ml, 3000, 1), House.Many(_ml, 1000, 2));
        var model = Chain(OneHot).Fit(train);
        foreach (var each in new[] { model, _ml.SaveAndLoad(model, train.Schema) })
            Assert.InRange(_ml.Regression.Evaluate(each.Transform(test), "Price").RSquared, 0.95, 1);

        var layers = model.LastTransformer.Model.Network.Network.Layers;
        // size, age, town, door, roof
        Assert.Equal(new OneHotEncoding(5, [new OneHotCategory(3, 3), new OneHotCategory(4, 3)], FeatureScaling.Standard), layers[0]);
        Assert.Equal(new EntityEmbedding(9, [new EmbeddedCategory(2, Towns, 8)]), layers[1]);

        // Three values and the missing one are four.
        layers = Chain(options => (options.MaximumOneHotValues, options.NormalizeFeatures) = (3, false))
            .Fit(House.Many(_ml, 100, 1)).LastTransformer.Model.Network.Network.Layers;
        Assert.IsType<EntityEmbedding>(layers[0]);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Missing_and_unseen_keys_score_alike_and_one_by_one_as_together(bool isOneHot)
    {
        var train = House.Many(_ml, 500, 1);
        var model = Chain(isOneHot ? OneHot : null).Fit(train);
        House unseen = new() { Town = "nowhere", Colors = ["red", "mauve"], Size = 0.3f },
            missing = new() { Town = "", Colors = ["red", ""], Size = 0.3f };
        using var engine = _ml.Model.CreatePredictionEngine<House, Price>(_ml.SaveAndLoad(model, train.Schema));
        var scores = model.Transform(_ml.Data.LoadFromEnumerable(new[] { unseen, missing })).Scores();
        Assert.Equal(scores[0], scores[1]);
        Assert.Equal((scores[0], scores[1]), (engine.Predict(unseen).Score, engine.Predict(missing).Score));
        Assert.True(float.IsFinite(scores[0]));
    }

    [Fact]
    public void Columns_that_are_no_keys_are_refused_by_name()
    {
        var data = Synthetic.Prepared(_ml, 20);
        foreach (var (column, found) in new[] { ("Main", "Single"), ("Features", "Vector<Single>"), ("Nowhere", "Nowhere") })
        {
            var options = Synthetic.Brief(Synthetic.Value);
            options.CategoricalFeatureColumnNames = [column];
            foreach (
                var action in new Action[]
                {
                    () => new BackpropTrainer(_ml, options).GetOutputSchema(Conformance.SchemaText.Shape(data.Schema)),
                    () => new BackpropTrainer(_ml, options).Fit(data)
                })
            {
                var problem = Assert.Throws<ArgumentOutOfRangeException>(action);
                Assert.Contains(column, problem.Message, StringComparison.Ordinal);
                Assert.Contains(found, problem.Message, StringComparison.Ordinal);
            }
        }
        var twice = Synthetic.Brief(Synthetic.Value);
        twice.CategoricalFeatureColumnNames = ["Kind", "Kind"];
        Assert.Contains(
            "twice", Assert.Throws<ArgumentOutOfRangeException>(() => new BackpropTrainer(_ml, twice)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_out_of_range_are_refused_by_name()
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(BackpropTrainer.Options.MaximumOneHotValues),
            () => new BackpropTrainer(_ml, new BackpropTrainer.Options { Preset = Preset.Plain, MaximumOneHotValues = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(BackpropTrainer.Options.EmbeddingDimension),
            () => new BackpropTrainer(_ml, new BackpropTrainer.Options { Preset = Preset.Plain, EmbeddingDimension = 0 }));
    }

    private static void OneHot(BackpropTrainer.Options options) => (options.MaximumOneHotValues, options.EmbeddingDimension) = (9, 8);

    private EstimatorChain<BackpropTransformer> Chain(Action<BackpropTrainer.Options>? change = null)
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Price",
            CategoricalFeatureColumnNames = ["TownKey", "ColorKeys"],
            HiddenLayers = [32],
            LearningRate = 0.005,
            NumberOfIterations = 40,
            Seed = 1,
        };
        change?.Invoke(options);
        return _ml.Transforms.Concatenate("Features", nameof(House.Size), nameof(House.Age))
            .Append(
                _ml.Transforms.Conversion.MapValueToKey(
                    [
                        new InputOutputColumnPair("TownKey", nameof(House.Town)),
                        new InputOutputColumnPair("ColorKeys", nameof(House.Colors))]))
            .Append(new BackpropTrainer(_ml, options));
    }

    private sealed class House
    {
        private static readonly string[] _colors = ["red", "green", "blue"];

        public string Town { get; set; } = "";

        [VectorType(2)]
        public string[] Colors { get; set; } = [];

        public float Size { get; set; }

        public float Age { get; set; }

        public float Price { get; set; }

        public static IDataView Many(MLContext ml, int count, int seed)
        {
            var random = new Random(seed);
            return ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(_ =>
            {
                int town = random.Next(Towns), door = random.Next(3), roof = random.Next(3);
                var size = random.NextSingle();
                return new House
                {
                    Town = $"town {town}",
                    Colors = [_colors[door], _colors[roof]],
                    Size = size,
                    Age = random.NextSingle(),
                    Price = MathF.Sin(town * town) + (door == roof ? 1 : 0) + 2 * size
                };
            }).ToArray());
        }
    }

    private sealed class Price
    {
        public float Score { get; set; }
    }
}
