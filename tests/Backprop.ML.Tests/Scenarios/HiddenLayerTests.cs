using Backprop.ML.Tests.Conformance;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Hidden layers as columns, for every task.</summary>
public class HiddenLayerTests
{
    private const string Flag = nameof(SampleRow.Flag), Key = nameof(SampleRow.Key), Value = nameof(SampleRow.Value);
    private const string Values = nameof(SampleRow.Values), Flags = nameof(SampleRow.Flags), Dense = nameof(SampleRow.Dense);

    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string, int> Labels
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var label in (string[])[Flag, Key, Value, Values, Flags, ""])
                foreach (var members in (int[])[1, 3]) data.Add(label, members);
            return data;
        }
    }

    [Theory, MemberData(nameof(Labels))]
    public void Every_task_passes_the_workout(string label, int members)
    {
        var trainer = new WithHidden(Trainer(label, members));
        string[] needed = label == "" ? [Dense] : [label, Dense];
        EstimatorWorkout.Run(_ml, trainer, Samples.Table(_ml), needed, neededToTransform: [Dense]);
        var scored = trainer.Fit(Samples.Table(_ml)).Transform(Samples.Table(_ml));
        Assert.Equal(members * 4, ((VectorDataViewType)scored.Schema["First"].Type).Size);
        Assert.Equal(members * 3, ((VectorDataViewType)scored.Schema["Last"].Type).Size);
        Assert.Equal(members == 1 ? "Unit 2" : "Member 1 Unit 2", Data.SlotNames.Of(scored.Schema["First"])[1]);
        Assert.Contains(scored.GetColumn<float[]>("Last"), row => row.Any(value => value != 0));
    }

    [Fact]
    public void Values_are_those_of_the_core_and_a_single_row_has_what_a_batch_has()
    {
        var model = (BackpropTransformer)new WithHidden(Trainer(Key, members: 2)).Fit(Samples.Table(_ml));
        var batch = model.Transform(Samples.Table(_ml)).GetColumn<float[]>("Last").ToArray();
        var engine = _ml.Model.CreatePredictionEngine<SampleRow, Hidden>(model);
        var scorer = model.Model.Network.CreateScorer();
        foreach (var (row, expected) in Samples.Rows().Zip(batch))
        {
            scorer.Score(new Numerics.ReadOnlyMatrix(row.Dense, 1, row.Dense.Length));
            TestEqual(scorer.HiddenOf(1).Row(0).ToArray(), expected);
            TestEqual(engine.Predict(row).Last, expected);
        }

        static void TestEqual(float[] expected, float[] found) =>
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void Threshold_temperature_and_scores_stay_as_they_are()
    {
        var model = (BackpropTransformer)Trainer(Flag, members: 1).Fit(Samples.Table(_ml));
        var hidden = model.WithThreshold(0.3f).WithHiddenLayer().WithTemperature(2);
        Assert.Equal((0.3f, "Probability", 2), (hidden.Threshold, hidden.ThresholdColumnName, hidden.Model.Network.Temperature));
        Assert.Equal([new HiddenOutput(2, "HiddenLayer")], hidden.Model.Network.HiddenOutputs);
        Assert.Equal(
            model.WithTemperature(2).Transform(Samples.Table(_ml)).GetColumn<float>("Score"),
            hidden.Transform(Samples.Table(_ml)).GetColumn<float>("Score"));
    }

    [Fact]
    public void Missing_features_lead_to_missing_activations()
    {
        var rows = Samples.Rows();
        rows[3].Dense[1] = float.NaN;
        var model = ((BackpropTransformer)Trainer(Value, members: 1).Fit(Samples.Table(_ml))).WithHiddenLayer(1);
        var activations = model.Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<float[]>("HiddenLayer").ElementAt(3);
        Assert.All(activations, value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void A_wrong_layer_or_name_is_refused()
    {
        var model = (BackpropTransformer)Trainer(Flag, members: 1).Fit(Samples.Table(_ml));
        Assert.Contains("from 1 to 2", Assert.Throws<ArgumentOutOfRangeException>(() => model.WithHiddenLayer(3)).Message);
        foreach (var name in (string[])["Score", "Probability", "PredictedLabel", Dense])
        {
            var error = Assert.ThrowsAny<ArgumentException>(() => model.WithHiddenLayer(1, name));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
        Assert.ThrowsAny<ArgumentException>(() => model.WithHiddenLayer(1, ""));
        Assert.ThrowsAny<ArgumentException>(() => model.WithHiddenLayer(1, "a").WithHiddenLayer(2, "a"));
    }

    // The two moons, which no line separates, are separated by a line in the hidden layer.
    [Fact]
    public void A_linear_model_and_k_means_work_on_the_column()
    {
        var data = Moons(300, seed: 1);
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, HiddenLayers = [16, 8], NumberOfIterations = 60, Seed = 1 };
        var model = _ml.BinaryClassification.Trainers.Backprop(options).Fit(data).WithHiddenLayer(-1);
        var scored = model.Transform(data);
        var hidden = _ml.Transforms.SelectColumns("Label", "Features", "HiddenLayer").Fit(scored).Transform(scored);
        double Accuracy(string features) => _ml.BinaryClassification.EvaluateNonCalibrated(
            _ml.BinaryClassification.Trainers.LinearSvm(featureColumnName: features, numberOfIterations: 20).Fit(hidden).Transform(hidden))
            .Accuracy;
        Assert.InRange(Accuracy("HiddenLayer"), 0.97, 1);
        Assert.InRange(Accuracy("Features"), 0.5, 0.93);

        var clusters = _ml.Clustering.Trainers.KMeans("HiddenLayer", numberOfClusters: 2).Fit(hidden).Transform(hidden);
        var matches = clusters.GetColumn<uint>("PredictedLabel").Zip(clusters.GetColumn<bool>("Label"))
            .Average(pair => (pair.First == 1) == pair.Second ? 1.0 : 0);
        Assert.True(Math.Abs(matches - 0.5) > 0.35, $"{matches}");
    }

    private IDataView Moons(int rows, int seed)
    {
        var random = new Random(seed);
        return _ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(i =>
        {
            var t = MathF.PI * random.NextSingle();
            var isUpper = i % 2 == 0;
            float x = MathF.Cos(t), y = MathF.Sin(t), noise = 0.1f * random.NextSingle();
            return new Moon { Label = isUpper, Features = isUpper ? [x + noise, y] : [1 - x + noise, 0.5f - y] };
        }).ToList());
    }

    private BackpropTrainer Trainer(string label, int members)
    {
        var options = Samples.Quick(label == "" ? "Label" : label);
        (options.HiddenLayers, options.EnsembleSize) = ([4, 3], members);
        return label == "" ? _ml.AnomalyDetection.Trainers.Backprop(options) : new BackpropTrainer(_ml, options);
    }

    // The first and the last hidden layer as columns.
    private sealed class WithHidden(BackpropTrainer trainer) : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input) => trainer.Fit(input).WithHiddenLayer(1, "First").WithHiddenLayer(-1, "Last");

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            var columns = trainer.GetOutputSchema(inputSchema);
            return new SchemaShape([
                .. columns, .. new[] { "First", "Last" }.Select(name => Transformers.OutputColumn.VectorShape(
                    name, NumberDataViewType.Single, hasSlotNames: true))]);
        }
    }

    private sealed class Hidden
    {
        public float[] Last { get; set; } = [];
    }

    private sealed class Moon
    {
        public bool Label { get; set; }

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}
