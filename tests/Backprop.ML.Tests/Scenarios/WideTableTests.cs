using Backprop.Layers;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>One more column changes nothing in kind: missing values stand for their medians, predictions are limited and probabilities
/// calibrated at any width.</summary>
public class WideTableTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];

    public WideTableTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind == ChannelMessageKind.Warning) _warnings.Add(message.Message);
    };

    public static TheoryData<string, int> Widths =>
        new() { { "Default", 999 }, { "Default", 1000 }, { "Fast", 999 }, { "Fast", 1000 }, { "Best", 1000 }, { "Default", 2500 } };

    [Theory, MemberData(nameof(Widths))]
    public void Rows_with_missing_values_are_learned_from_and_scored_at_any_width(string preset, int width)
    {
        var model = Fit(preset, Table(60, width, seed: 1));
        Assert.DoesNotContain(_warnings, warning => warning.Contains("Skipped", StringComparison.Ordinal));
        var test = Table(40, width, seed: 2);
        foreach (var each in new[] { model, _ml.SaveAndLoad(model, test.Schema) })
            Assert.All(each.Transform(test).Scores(), score => Assert.True(float.IsFinite(score)));
        Assert.IsType<Imputation>(model.Model.Network.Network.Layers[0]);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Sparse_rows_with_missing_values_are_learned_from_and_scored_as_dense_ones_are(bool normalizes)
    {
        const int width = 1500;
        IDataView sparse = Sparse(300, width, seed: 1, isDense: false), dense = Sparse(300, width, seed: 1, isDense: true);
        BackpropTransformer fromSparse = Fit("Default", sparse, normalizes), fromDense = Fit("Default", dense, normalizes);
        Assert.Equal(fromDense.Bits(), fromSparse.Bits());
        Assert.DoesNotContain(_warnings, warning => warning.Contains("Skipped", StringComparison.Ordinal));

        IDataView test = Sparse(50, width, seed: 2, isDense: false), same = Sparse(50, width, seed: 2, isDense: true);
        Assert.All(fromSparse.Transform(test).Scores(), score => Assert.True(float.IsFinite(score)));
        Assert.Equal(fromSparse.Transform(same).ScoreBits(), fromSparse.Transform(test).ScoreBits());
        if (normalizes) Assert.DoesNotContain(fromSparse.Model.Network.Inputs!.Means.ToArray(), mean => mean != 0); // 0 stays 0
        using var engine = _ml.Model.CreatePredictionEngine<SparseRow, Prediction>(fromSparse);
        Assert.Equal(
            fromSparse.Transform(test).Scores()[..5],
            SparseRows(50, width, seed: 2, isDense: false)[..5].Select(row => engine.Predict(row).Score));
    }

    [Theory, InlineData(999), InlineData(1000)]
    public void Predictions_are_limited_at_any_width(int width)
    {
        var model = Fit("Default", Table(60, width, seed: 1));
        Assert.NotNull(model.Model.Network.Bounds);
    }

    [Theory, InlineData(999), InlineData(1000)]
    public void Probabilities_are_calibrated_at_any_width(int width)
    {
        var data = _ml.Transforms.Conversion.MapValueToKey("Kind").Fit(Table(60, width, seed: 1)).Transform(Table(60, width, seed: 1));
        var model = new BackpropTrainer(
            _ml, new BackpropTrainer.Options { LabelColumnName = "Kind", HiddenLayers = [4], NumberOfIterations = 3, Seed = 1 }).Fit(data);
        Assert.NotEqual(1, model.Model.Network.Temperature);
    }

    private BackpropTransformer Fit(string preset, IDataView data, bool? normalizes = null)
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.All.Single(each => each.Name == preset),
            HiddenLayers = [4],
            NumberOfIterations = 2,
            Seed = 1
        };
        if (normalizes is { } given) options.NormalizeFeatures = given;
        return new BackpropTrainer(_ml, options).Fit(data);
    }

    // One cell in a hundred is missing, so hardly any row is complete.
    private IDataView Table(int rows, int width, int seed)
    {
        var random = new Random(seed);
        var lines = Enumerable.Range(0, rows).Select(_ =>
        {
            float[] x = [.. Enumerable.Range(0, width).Select(_ => random.NextSingle())];
            var label = 3 * x[0] + x[1];
            for (var j = 2; j < width; j++)
                if (random.NextDouble() < 0.01) x[j] = float.NaN;
            return new Row { Features = x, Label = label, Kind = label > 2 ? "high" : "low" };
        }).ToArray();
        return _ml.Data.LoadFromEnumerable(lines, Schema(typeof(Row), width));
    }

    private IDataView Sparse(int rows, int width, int seed, bool isDense) =>
        _ml.Data.LoadFromEnumerable(SparseRows(rows, width, seed, isDense), Schema(typeof(SparseRow), width));

    private static SparseRow[] SparseRows(int rows, int width, int seed, bool isDense)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ =>
        {
            int[] places = [.. Enumerable.Range(0, 20).Select(_ => random.Next(width)).Append(7).Distinct().Order()];
            float[] values = [.. places.Select(_ => random.Next(10) == 0 ? float.NaN : 1 + random.NextSingle())];
            var row = new VBuffer<float>(width, places.Length, values, places);
            return new SparseRow
            {
                Features = isDense ? new VBuffer<float>(width, [.. row.DenseValues()]) : row, Label = places[0] + random.NextSingle()
            };
        })];
    }

    private static SchemaDefinition Schema(Type type, int width)
    {
        var schema = SchemaDefinition.Create(type);
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        return schema;
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float Label { get; set; }

        public string Kind { get; set; } = "";
    }

    private sealed class SparseRow
    {
        [VectorType(1500)]
        public VBuffer<float> Features { get; set; }

        public float Label { get; set; }
    }

    private sealed class Prediction
    {
        public float Score { get; set; }
    }
}
