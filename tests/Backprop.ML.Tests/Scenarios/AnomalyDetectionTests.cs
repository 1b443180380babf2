using Backprop.Explanations;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Persistence;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Anomaly detection: the columns, their probabilities, and what cannot be combined with it.</summary>
public sealed class AnomalyDetectionTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _log = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-anomaly-");

    public AnomalyDetectionTests() => _ml.Log += (_, e) =>
    {
        if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) _log.Add(e.Message);
    };

    public static TheoryData<string> RefusedOptions => [.. Refused.Keys];

    private static Dictionary<string, Action<BackpropTrainer.Options>> Refused { get; } = new()
    {
        [nameof(BackpropTrainer.Options.LabelColumnName)] = o => o.LabelColumnName = "Kind",
        [nameof(BackpropTrainer.Options.LossFunction)] = o => o.LossFunction = new HuberLoss(),
        [nameof(BackpropTrainer.Options.LabelSmoothing)] = o => o.LabelSmoothing = 0.1,
        [nameof(BackpropTrainer.Options.NormalizeLabel)] = o => o.NormalizeLabel = true,
        [nameof(BackpropTrainer.Options.ClampPredictions)] = o => o.ClampPredictions = true,
        [nameof(BackpropTrainer.Options.OutputBiasPrior)] = o => o.OutputBiasPrior = true,
        [nameof(BackpropTrainer.Options.PredictionIntervals)] = o => o.PredictionIntervals = new Conformal(),
        [nameof(BackpropTrainer.Options.Uncertainty)] = o => o.Uncertainty = true,
        [nameof(BackpropTrainer.Options.KFoldBagging)] = o => (o.KFoldBagging, o.EnsembleSize) = (true, 5),
        [nameof(BackpropTrainer.Options.Mixup)] = o => o.Mixup = new Mixup(),
        [nameof(BackpropTrainer.Options.AddNewClasses)] = o => o.AddNewClasses = true,
        [nameof(BackpropTrainer.Options.CategoricalFeatureColumnNames)] = o => o.CategoricalFeatureColumnNames = ["City"],
        [nameof(BackpropTrainer.Options.Categories)] = o => o.Categories = [new Layers.EmbeddedCategory(0, 3, 2)],
        [nameof(BackpropTrainer.Options.ClassWeights)] = o => o.ClassWeights = ClassWeights.Balanced,
        [nameof(BackpropTrainer.Options.PositiveInstanceWeight)] = o => o.PositiveInstanceWeight = 2,
        [nameof(BackpropTrainer.Options.ThresholdMetric)] = o => o.ThresholdMetric = new F1Score(),
        [nameof(BackpropTrainer.Options.TemperatureScaling)] = o => o.TemperatureScaling = true,
        [nameof(BackpropTrainer.Options.EarlyStopping)] = o => o.EarlyStopping = new EarlyStopping { Metric = new RootMeanSquaredError() },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    // The rows have a column of features and nothing else.
    [Fact]
    public void Rows_whose_features_do_not_belong_together_are_found_without_labels()
    {
        var model = Quick().Fit(Features(Circle(400, seed: 1)));
        Assert.Equal((0.95f, "Probability"), (model.Threshold, model.ThresholdColumnName));
        Assert.Null(model.LabelColumnName);
        var metrics = _ml.AnomalyDetection.Evaluate(model.Transform(Mixed()));
        Assert.InRange(metrics.AreaUnderRocCurve, 0.95, 1);
        Assert.InRange(metrics.DetectionRateAtFalsePositiveCount, 0.5, 1);
        var scored = model.Transform(Mixed());
        var scores = scored.GetColumn<float>("Score").ToArray();
        var probabilities = scored.GetColumn<float>("Probability").ToArray();
        Assert.All(scores, score => Assert.True(score >= 0));
        Assert.Equal(probabilities.Select(p => p > 0.95f), scored.GetColumn<bool>("PredictedLabel"));
        int[] byScore = [.. Enumerable.Range(0, scores.Length).OrderBy(row => scores[row])];
        Assert.Equal(byScore.Select(row => probabilities[row]).Order(), byScore.Select(row => probabilities[row]));
    }

    [Fact]
    public void A_share_of_one_minus_the_threshold_of_fresh_normal_rows_is_called_an_anomaly()
    {
        var options = Options();
        options.AnomalyThreshold = 0.9;
        var model = _ml.AnomalyDetection.Trainers.Backprop(options).Fit(Features(Circle(2000, seed: 1)));
        var fresh = Features(Circle(4000, seed: 2));
        Assert.InRange(Reported(model), 0.07, 0.14);
        Assert.InRange(Reported(model.WithThreshold(0.5f)), 0.44, 0.56);
        Assert.Equal(0, Reported(model.WithThreshold(1e9f, "Score")));

        double Reported(BackpropTransformer transformer) =>
            transformer.Transform(fresh).GetColumn<bool>("PredictedLabel").Average(isAnomaly => isAnomaly ? 1.0 : 0);
    }

    [Fact]
    public void A_loaded_model_and_a_prediction_engine_predict_the_same()
    {
        var data = Features(Circle(200, seed: 1));
        var model = Quick().Fit(data);
        var loaded = (BackpropTransformer)_ml.SaveAndLoad(model, data.Schema);
        Assert.Equal((0.95f, "Probability", null), (loaded.Threshold, loaded.ThresholdColumnName, loaded.LabelColumnName));
        var batch = _ml.Data.CreateEnumerable<Found>(loaded.Transform(Mixed()), reuseRowObject: false).ToArray();
        var engine = _ml.Model.CreatePredictionEngine<Row, Found>(model);
        foreach (var (row, expected) in MixedRows().Zip(batch))
        {
            var single = engine.Predict(row);
            Assert.Equal(
                (expected.Score, expected.Probability, expected.PredictedLabel), (single.Score, single.Probability, single.PredictedLabel));
        }
    }

    [Fact]
    public void A_stream_and_the_memory_lead_to_alike_models_and_both_repeat()
    {
        foreach (var caching in (DataCaching[])[DataCaching.Memory, DataCaching.Stream])
        {
            var model = Fit(caching);
            Assert.Equal(model.Bits(), Fit(caching, threads: 3).Bits());
            Assert.InRange(_ml.AnomalyDetection.Evaluate(model.Transform(Mixed())).AreaUnderRocCurve, 0.95, 1);
        }

        BackpropTransformer Fit(DataCaching caching, int threads = 1)
        {
            var options = Options();
            (options.Caching, options.NumberOfThreads) = (caching, threads);
            return _ml.AnomalyDetection.Trainers.Backprop(options).Fit(Features(Circle(400, seed: 1)));
        }
    }

    // A missing value adds no error, so a row of nothing else is no anomaly.
    [Fact]
    public void Missing_values_add_no_error()
    {
        var model = Quick().Fit(Features(Circle(200, seed: 1)));
        float[] nothing = [.. Enumerable.Repeat(float.NaN, 4)];
        var scored = model.Transform(Features([new Row { Features = nothing }]));
        Assert.Equal((0f, 0f), (scored.GetColumn<float>("Score").Single(), scored.GetColumn<float>("Probability").Single()));
    }

    [Fact]
    public void Sparse_features_of_many_columns_are_reconstructed()
    {
        const int width = 1200;
        var random = new Random(3);
        WideRow[] rows = [.. Enumerable.Range(0, 100).Select(_ => new WideRow
        {
            Features = new VBuffer<float>(width, 2, [1, 2], [random.Next(10), 600 + random.Next(10)]),
        })];
        var options = Options();
        (options.HiddenLayers, options.NumberOfIterations) = ([4], 2);
        var data = _ml.Data.LoadFromEnumerable(rows);
        var model = _ml.AnomalyDetection.Trainers.Backprop(options).Fit(data);
        Assert.InRange(model.Model.Network.Network.Inputs, 2, 20); // the columns that are not always 0
        Assert.All(model.Transform(data).GetColumn<float>("Score"), score => Assert.True(float.IsFinite(score) && score > 0));
    }

    [Theory, MemberData(nameof(RefusedOptions))]
    public void An_option_without_meaning_is_refused_by_name(string name)
    {
        var options = new BackpropTrainer.Options();
        Refused[name](options);
        var error = Assert.ThrowsAny<ArgumentException>(() => _ml.AnomalyDetection.Trainers.Backprop(options));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_threshold_of_anomalies_is_refused_for_other_tasks()
    {
        var options = new BackpropTrainer.Options { AnomalyThreshold = 0.9 };
        var error = Assert.ThrowsAny<ArgumentException>(() => _ml.Regression.Trainers.Backprop(options));
        Assert.Contains(nameof(options.AnomalyThreshold), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_held_out_rows_there_is_no_probability_so_training_is_refused()
    {
        var options = Options();
        options.ValidationFraction = 0;
        var trainer = _ml.AnomalyDetection.Trainers.Backprop(options);
        var error = Assert.ThrowsAny<ArgumentException>(() => trainer.Fit(Features(Circle(50, seed: 1))));
        Assert.Contains(nameof(options.ValidationFraction), error.Message, StringComparison.Ordinal);
        var given = trainer.Fit(Features(Circle(50, seed: 1)), Features(Circle(40, seed: 2)));
        Assert.Equal(40, given.Model.Network.Errors!.Rows);
    }

    [Fact]
    public void Too_few_held_out_rows_for_the_threshold_are_a_warning()
    {
        _ = Quick().Fit(Features(Circle(50, seed: 1)));
        var warning = Assert.Single(_log, text => text.Contains("PredictedLabel is never true", StringComparison.Ordinal));
        Assert.Contains("10 held-out rows", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_continues_from_a_model()
    {
        var data = Features(Circle(200, seed: 1));
        var first = Quick().Fit(data);
        var second = Quick().Fit(data, validationData: null, first.Model);
        Assert.NotEqual(first.Bits(), second.Bits());
        Assert.InRange(_ml.AnomalyDetection.Evaluate(second.Transform(Mixed())).AreaUnderRocCurve, 0.95, 1);
    }

    [Fact]
    public void An_interrupted_training_continues_from_its_checkpoint_with_the_same_bits()
    {
        var expected = Fit(Options());
        Assert.Throws<OperationCanceledException>(() => Fit(WithCheckpoint(cutAt: 4)));
        Assert.Equal(expected, Fit(WithCheckpoint(cutAt: null)));

        string Fit(BackpropTrainer.Options options)
        {
            var model = _ml.AnomalyDetection.Trainers.Backprop(options).Fit(Features(Circle(200, seed: 1)));
            return $"{string.Join(' ', model.Bits())}; {string.Join(' ', model.Model.Network.Errors!.Errors.ToArray())}";
        }

        BackpropTrainer.Options WithCheckpoint(int? cutAt)
        {
            var options = Options();
            options.Checkpoint = new Checkpoint(Path.Combine(_folder.FullName, "training.checkpoint")) { Every = 1 };
            options.Progress = new Listener<EpochReport>(report =>
            {
                if (report.Epoch >= cutAt) throw new OperationCanceledException();
            });
            return options;
        }
    }

    [Fact]
    public void What_needs_a_label_or_other_weights_is_refused()
    {
        var data = Features(Circle(100, seed: 1));
        var model = Quick().Fit(data);
        var weights = NetworkWeights.Of(model.Model.Network);
        Assert.Contains("calibrated", Assert.Throws<InvalidOperationException>(() => model.WithWeights(weights)).Message);
        Assert.Throws<InvalidOperationException>(() => model.WithTemperature(2));
        var error = Assert.Throws<InvalidOperationException>(() => _ml.Model.CreateReport(model, Mixed()));
        Assert.Contains("no label", error.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => _ml.Regression.ColumnImportance(model, Mixed()));
    }

    // The third and fourth feature of an anomaly belong to another angle than the first two. A missing feature adds nothing.
    [Fact]
    public void The_error_is_explained_by_the_columns_that_add_to_it()
    {
        var model = Quick().Fit(Features(Circle(400, seed: 1)));
        float[] broken = [1, 0, 1, 0], missing = [1, 0, float.NaN, 0];
        broken[3] = 5;
        var rows = Features([new Row { Features = broken }, new Row { Features = missing }]);
        var explanations = model.Explain(rows);
        var scores = model.Transform(rows).GetColumn<float>("Score").ToArray();
        Assert.All(explanations.Zip(scores), pair =>
        {
            Assert.Equal(pair.Second, pair.First.Score, 1e-5 * pair.Second);
            Assert.Equal(0, pair.First.BaselineScore);
            Assert.Equal(0, pair.First.Residual, 1e-5 * pair.Second);
            Assert.All(pair.First.Columns, column => Assert.True(column.Contribution >= 0));
        });

        // The error by one feature alone is its contribution, if the weights of the others are 0.
        var network = model.Model.Network;
        for (var j = 0; j < 4; j++)
        {
            float[] alone = network.Parameters.ToArray();
            for (var i = 0; i < 2 * 4; i++)
                if (i % 4 != j) alone[alone.Length - 2 * 4 + i] = 0;
            var scorer = new TrainedNetwork(network.Network, alone, network.Loss, network.Inputs).CreateScorer();
            var expected = scorer.Score(new ReadOnlyMatrix(broken, 1, 4)).Values[0];
            var found = explanations[0].Columns.Single(column => column.Name == $"Features[{j}]").Contribution;
            Assert.Equal(expected, found, 1e-4 * (1 + expected));
        }
        Assert.Equal(0, explanations[1].Columns.Single(column => column.Name == "Features[2]").Contribution);
        var grouped = model.Explain(rows, new ExplanationOptions { MaximumColumns = 1 })[0];
        Assert.Equal(3, grouped.OtherColumns);
        Assert.ThrowsAny<ArgumentException>(
            () => model.Explain(rows, new ExplanationOptions { Method = ExplanationMethod.ShapleySampling }));
    }

    private static BackpropTrainer.Options Options() => new()
    {
        HiddenLayers = [16],
        EnsembleSize = 2,
        NumberOfIterations = 30,
        InputNoise = 0.1,
        LearningRate = 0.01,
        Seed = 1,
    };

    // Four features of a point on a circle: (cos t, sin t, cos 2t, sin 2t), with a little noise.
    private static Row[] Circle(int rows, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ =>
        {
            var t = 2 * MathF.PI * random.NextSingle();
            float[] x = [MathF.Cos(t), MathF.Sin(t), MathF.Cos(2 * t), MathF.Sin(2 * t)];
            return new Row { Features = [.. x.Select(value => value + 0.1f * (random.NextSingle() - 0.5f))] };
        })];
    }

    // Normal rows, and rows whose two points are those of different angles.
    private static Row[] MixedRows()
    {
        Row[] first = Circle(40, seed: 7), second = Circle(40, seed: 8);
        var anomalies = first.Zip(second, (a, b) => new Row { Features = [.. a.Features[..2], .. b.Features[2..]], Label = 1 });
        return [.. Circle(200, seed: 9), .. anomalies];
    }

    private BackpropTrainer Quick() => _ml.AnomalyDetection.Trainers.Backprop(Options());

    private IDataView Mixed() => _ml.Data.LoadFromEnumerable(MixedRows());

    private IDataView Features(Row[] rows) => _ml.Transforms.DropColumns(nameof(Row.Label))
        .Fit(_ml.Data.LoadFromEnumerable(rows)).Transform(_ml.Data.LoadFromEnumerable(rows));

    private sealed class Row
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }

    private sealed class WideRow
    {
        [VectorType(1200)]
        public VBuffer<float> Features { get; set; }
    }

    private sealed class Found
    {
        public float Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }
}
