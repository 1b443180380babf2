using Backprop.Activations;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Wide features most of which are 0, as FeaturizeText makes them, stay sparse.</summary>
public class SparseTextTests
{
    private const int Width = 2000;

    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sparse_and_dense_vectors_of_the_same_numbers_give_the_same_model_and_scores(bool normalizes)
    {
        var rows = Rows(1500, 1);
        IDataView sparse = _ml.Data.LoadFromEnumerable(rows),
            dense = _ml.Data.LoadFromEnumerable(
                rows.Select(row => new Row { Features = new VBuffer<float>(Width, [.. row.Features.DenseValues()]), Label = row.Label })
                    .ToArray());
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            HiddenLayers = [16],
            NumberOfIterations = 3,
            Seed = 1,
            ValidationFraction = 0.2,
            NormalizeFeatures = normalizes
        };
        BackpropTransformer fromSparse = new BackpropTrainer(_ml, options).Fit(sparse),
            fromDense = new BackpropTrainer(_ml, options).Fit(dense);

        Assert.Equal(fromDense.Bits(), fromSparse.Bits());
        Assert.Equal(fromDense.Transform(dense).ScoreBits(), fromSparse.Transform(sparse).ScoreBits());
        using var engine = _ml.Model.CreatePredictionEngine<Row, Scored>(_ml.SaveAndLoad(fromSparse, sparse.Schema));
        Assert.Equal(fromDense.Transform(dense).Scores()[..20], rows[..20].Select(row => engine.Predict(row).Score));
        Assert.InRange(
            _ml.BinaryClassification.Evaluate(fromSparse.Transform(_ml.Data.LoadFromEnumerable(Rows(500, 2)))).AreaUnderRocCurve, 0.85, 1);
    }

    [Fact]
    public void A_row_costs_memory_only_for_what_is_not_zero()
    {
        var data = _ml.Data.LoadFromEnumerable(Rows(3000, 1));
        // 12 numbers a row at most; dense ones would take 24 MB
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            HiddenLayers = [4],
            NumberOfIterations = 1,
            MemoryBudget = 3000L * (8 * 12 + 8)
        };
        new BackpropTrainer(_ml, options).Fit(data);
        (options.MemoryBudget, options.Caching) = (3000 * 8, DataCaching.Memory);
        var problem = Assert.Throws<InvalidOperationException>(() => new BackpropTrainer(_ml, options).Fit(data));
        Assert.Contains("only the features that are not 0 are kept", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_first_layers_see_the_same_numbers()
    {
        var rows = Rows(300, 1);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            HiddenLayers = [8],
            NumberOfIterations = 2,
            Seed = 1,
            InputDropout = 0.1,
            Normalization = Normalization.Batch,
            Activation = new Tanh(),
            Diagnostics = true
        };
        var model = new BackpropTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(rows));
        Assert.True(model.Model.History.All(epoch => double.IsFinite(epoch.TrainingLoss)));
        Assert.All(model.Model.Network.Inputs!.Means.ToArray(), mean => Assert.Equal(0, mean)); // of those slots that occur
    }

    [Fact]
    public void A_wide_table_full_of_numbers_is_standardized_as_ever()
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 50)
            .Select(
                _ =>
                    new Row
                    {
                        Features = new VBuffer<float>(Width, [.. Enumerable.Range(0, Width).Select(_ => 5 + random.NextSingle())]),
                        Label = random.Next(2) == 0
                    })
            .ToArray();
        var model = new BackpropTrainer(
            _ml,
            new BackpropTrainer.Options
            {
                Preset = Preset.Plain,
                HiddenLayers = [2],
                NumberOfIterations = 1
            }).Fit(_ml.Data.LoadFromEnumerable(rows));
        Assert.All(model.Model.Network.Inputs!.Means.ToArray(), mean => Assert.InRange(mean, 5.2f, 5.8f));
    }

    [Fact]
    public void Text_goes_from_its_words_to_a_prediction()
    {
        var random = new Random(5);
        string[] good = ["good", "great", "fine", "lovely"], bad = ["bad", "awful", "poor", "sad"];
        Note[] notes = [
            .. Enumerable.Range(0, 400).Select(
                i =>
                    new Note
                    {
                        Label = i % 2 == 0,
                        Text = $"{(i % 2 == 0 ? good : bad)[random.Next(4)]} word{random.Next(900)} word{random.Next(900)} and " +
                            $"word{random.Next(900)}"
                    })];
        var data = _ml.Data.TrainTestSplit(_ml.Data.LoadFromEnumerable(notes), 0.25);
        var chain = _ml.Transforms.Text.FeaturizeText("Features", nameof(Note.Text))
            .Append(new BackpropTrainer(_ml, hiddenLayers: [16], learningRate: 0.01, numberOfIterations: 20));
        var model = chain.Fit(data.TrainSet);
        Assert.InRange(model.LastTransformer.Model.Network.Network.Inputs, 1000, 20_000);
        Assert.InRange(
            _ml.BinaryClassification.Evaluate(_ml.SaveAndLoad(model, data.TrainSet.Schema).Transform(data.TestSet)).Accuracy, 0.95, 1);
    }

    private static Row[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            int[] places = [.. Enumerable.Range(0, 12).Select(i => i < 3 ? random.Next(20) : random.Next(Width)).Distinct().Order()];
            float[] values = [.. places.Select(place => place == 7 ? 0 : 0.1f + random.NextSingle())];
            return new Row
            {
                Features = new VBuffer<float>(Width, places.Length, values, places),
                Label = places.Count(place => place < 10) > places.Count(place => place is >= 10 and < 20)
            };
        })];
    }

    private sealed class Row
    {
        [VectorType(Width)]
        public VBuffer<float> Features { get; set; }

        public bool Label { get; set; }
    }

    private sealed class Scored
    {
        public float Score { get; set; }
    }

    private sealed class Note
    {
        public string Text { get; set; } = "";

        public bool Label { get; set; }
    }
}
