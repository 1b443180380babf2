using Backprop.Activations;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Tests.Conformance;
using Backprop.ML.Tests.Export;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>A search tries other values of options, and its result is one model like any other.</summary>
public sealed class SearchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-search-");
    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<string> Labels => [
        nameof(SampleRow.Flag), nameof(SampleRow.Key), nameof(SampleRow.Value), nameof(SampleRow.Values), nameof(SampleRow.Flags)];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory, MemberData(nameof(Labels))]
    public void Every_task_passes_the_workout_with_intervals_and_uncertainty(string label)
    {
        var options = Quick(label);
        options.PredictionIntervals = new Conformal { Coverage = 0.8 };
        options.Uncertainty = true;
        var data = Samples.Table(_ml);
        EstimatorWorkout.Run(
            _ml, new BackpropTrainer(_ml, options), data, [label, options.FeatureColumnName!],
            neededToTransform: [options.FeatureColumnName!]);

        var model = new BackpropTrainer(_ml, options).Fit(data);
        Assert.NotNull(model.Model.Network.Blend);
        Assert.Equal(model.Model.Network.Blend.Copies, model.Model.Trials.Sum(trial => trial.Copies));
        AssertExports(model, data, options.FeatureColumnName!);
    }

    [Fact]
    public void The_preset_best_searches_and_others_do_not()
    {
        foreach (var preset in Preset.All)
        {
            var options = Quick(nameof(SampleRow.Flag), search: null);
            options.Preset = preset;
            options.NumberOfIterations = 4;
            var trials = new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)).Model.Trials;
            Assert.Equal(preset == Preset.Best, trials.Count > 0);
            if (trials.Count > 0) Assert.InRange(trials.Sum(trial => trial.Cost), 3, 6);
        }
    }

    // Activations fit one number of layers, and a loss of one's own has its own smoothing. L-BFGS needs all rows in each step.
    [Fact]
    public void Options_that_others_decide_are_not_varied()
    {
        AssertNotVaried(
            o => o.Activations = [new ReLU()], nameof(BackpropTrainer.Options.Activation), nameof(BackpropTrainer.Options.HiddenLayers));
        AssertNotVaried(o => o.LossFunction = new SoftmaxFocalLoss(), nameof(BackpropTrainer.Options.LabelSmoothing));
        AssertNotVaried(
            o => (o.Preset, o.Optimizer, o.EnsembleSize, o.ValidationFraction) = (Preset.Plain, new Lbfgs(), 1, 0.3),
            nameof(BackpropTrainer.Options.BatchSize), nameof(BackpropTrainer.Options.WeightDecay),
            nameof(BackpropTrainer.Options.Dropout));

        void AssertNotVaried(Action<BackpropTrainer.Options> change, params string[] names)
        {
            var options = Quick(nameof(SampleRow.Key));
            change(options);
            var trials = new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)).Model.Trials;
            Assert.True(trials.Count > 4);
            Assert.Empty(trials.SelectMany(trial => trial.Values.Keys).Intersect(names));
        }
    }

    [Fact]
    public void Initial_parameters_fit_no_search()
    {
        var options = Quick(nameof(SampleRow.Key));
        options.InitialParameters = new float[10];
        Assert.Contains(
            "InitialParameters", Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_are_set_are_not_varied()
    {
        var options = Quick(nameof(SampleRow.Key));
        options.Dropout = 0.05;
        options.LearningRate = 0.01;
        var model = new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)).Model;
        var varied = model.Trials.SelectMany(trial => trial.Values.Keys).Distinct().Order();
        Assert.Equal(
            ["Activation", "BatchSize", "InputScale", "LabelSmoothing", "NumericEmbedding", "QuantileTransform", "WeightDecay"], varied);
        Assert.Equal("", string.Join(", ", model.Trials[0].Values.Keys));
    }

    // The values of a trial are options: set on a trainer, they train the same network, with the same temperature.
    [Theory]
    [InlineData(nameof(SampleRow.Value)), InlineData(nameof(SampleRow.Key)), InlineData(nameof(SampleRow.Flag))]
    public void The_values_of_a_trial_train_its_network_again(string label)
    {
        var options = Quick(label, new Search { MaximumTrials = 4, Blends = false });
        var data = Samples.Table(_ml);
        var searched = new BackpropTrainer(_ml, options).Fit(data);
        var best = Assert.Single(searched.Model.Trials, trial => trial.Copies > 0);
        var again = Quick(label, search: null);
        foreach (var (name, value) in best.Values) typeof(BackpropTrainer.Options).GetProperty(name)!.SetValue(again, value);
        again.NumberOfIterations = best.NumberOfIterations;
        Assert.Equal(
            Predictions(new BackpropTrainer(_ml, again).Fit(data), data), Predictions(searched, data));
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_number_of_threads()
    {
        var data = Samples.Table(_ml);
        string[] models = [
            .. Enumerable.Range(1, 3).Select(threads =>
            {
                var options = Quick(nameof(SampleRow.Key));
                options.NumberOfThreads = threads;
                return Predictions(new BackpropTrainer(_ml, options).Fit(data), data);
            })];
        Assert.Single(models.Distinct());
    }

    [Fact]
    public void The_threshold_is_that_of_the_blend()
    {
        var options = Quick(nameof(SampleRow.Flag));
        options.ThresholdMetric = new F1Score();
        var model = new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml));
        Assert.NotNull(model.Model.Network.Blend);
        Assert.NotEqual(0, model.Threshold);
    }

    [Fact]
    public void Validation_rows_select_where_no_member_holds_out_rows()
    {
        var options = Quick(nameof(SampleRow.Key));
        options.ValidationFraction = 0.3;
        var model = new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)).Model;
        Assert.True(model.Trials.Count > 3);
        options.ValidationFraction = 0;
        var trainer = new BackpropTrainer(_ml, options);
        Assert.True(trainer.Fit(Samples.Table(_ml), Samples.Table(_ml)).Model.Trials.Count > 3);
    }

    [Fact]
    public void An_interrupted_search_continues_with_the_same_bits()
    {
        var data = Samples.Table(_ml);
        var expected = Predictions(new BackpropTrainer(_ml, Options(cutAt: null)).Fit(data), data);
        Assert.Throws<PowerCut>(() => new BackpropTrainer(_ml, Options(cutAt: 3)).Fit(data));
        Assert.Equal(expected, Predictions(new BackpropTrainer(_ml, Options(cutAt: null, saves: true)).Fit(data), data));
        Assert.True(_folder.GetFiles("search.checkpoint.trial*").Length > 4);

        BackpropTrainer.Options Options(int? cutAt, bool saves = false)
        {
            var options = Quick(nameof(SampleRow.Flag), new Search
            {
                MaximumTrials = 6,
                Progress = new Listener<SearchTrial>(trial =>
                {
                    if (trial.Number == cutAt) throw new PowerCut();
                }),
            });
            if (cutAt is not null || saves) options.Checkpoint = new Checkpoint(Path.Combine(_folder.FullName, "search.checkpoint"));
            return options;
        }
    }

    [Fact]
    public void A_search_that_the_data_does_not_allow_is_refused_by_name()
    {
        Refused("no rows are held out", options => options.ValidationFraction = 0, options => options.KFoldBagging = false);
        Refused("no rows are held out", options => options.Preset = Preset.Plain);
        Refused("Caching cannot be combined with Search", options => options.Caching = DataCaching.Stream);
        Refused(
            "RefitOnAllRows", options => options.KFoldBagging = false, options => options.ValidationFraction = 0.3,
            options => options.EarlyStopping = new EarlyStopping { RefitOnAllRows = true });

        var model = new BackpropTrainer(_ml, Quick(nameof(SampleRow.Key), search: null)).Fit(Samples.Table(_ml)).Model;
        var problem = Assert.ThrowsAny<ArgumentException>(
            () => new BackpropTrainer(_ml, Quick(nameof(SampleRow.Key))).Fit(Samples.Table(_ml), null, model));
        Assert.Contains("training continues from a model", problem.Message, StringComparison.Ordinal);

        void Refused(string expected, params Action<BackpropTrainer.Options>[] changes)
        {
            var options = Quick(nameof(SampleRow.Key));
            foreach (var change in changes) change(options);
            var refusal = Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, options).Fit(Samples.Table(_ml)));
            Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_belongs_to_one_network_is_refused_by_name()
    {
        var model = new BackpropTrainer(_ml, Quick(nameof(SampleRow.Value))).Fit(Samples.Table(_ml));
        var parts = $"a blend of {model.Model.Network.Blend!.Parts.Count} networks";
        Refused(() => Backprop.Persistence.NetworkWeights.Of(model.Model.Network));
        Refused(() => model.WithHiddenLayer(1));
        var continued = new BackpropTrainer(_ml, Quick(nameof(SampleRow.Value), search: null));
        Refused(() => continued.Fit(Samples.Table(_ml), null, model.Model));

        void Refused(Action action) => Assert.Contains(parts, Assert.ThrowsAny<ArgumentException>(action).Message);
    }

    [Fact]
    public void Contributions_to_a_blend_add_up()
    {
        var model = new BackpropTrainer(_ml, Quick(nameof(SampleRow.Value))).Fit(Samples.Table(_ml));
        Assert.NotNull(model.Model.Network.Blend);
        var rows = model.Explain(Samples.Table(_ml));
        var largest = rows.Max(row => row.Columns.Sum(column => Math.Abs(column.Contribution)));
        Assert.All(rows, row => Assert.InRange(Math.Abs(row.Residual), 0, 2e-3 * largest));
    }

    private static void AssertExports(BackpropTransformer model, IDataView data, string features)
    {
        using var session = new OnnxRun(stream => model.Model.SaveAsOnnx(stream));
        var raw = data.GetColumn<float[]>(features).SelectMany(row => row).ToArray();
        var outputs = session.Run(OnnxRun.Tensor("features", raw, Samples.FeatureCount));
        var scorer = model.Model.Network.CreateUncertaintyScorer(raw.Length / Samples.FeatureCount);
        var rows = new Numerics.ReadOnlyMatrix(raw, raw.Length / Samples.FeatureCount, Samples.FeatureCount);
        var predictions = scorer.Predict(rows).Values.ToArray();
        Assert.InRange(Agreement.Largest(predictions, (float[])outputs["predictions"]), 0, 1e-5);
        Assert.InRange(Agreement.Largest(scorer.Spread.ToArray(), (float[])outputs["uncertainties"]), 0, 1e-5);
    }

    private static string Predictions(BackpropTransformer model, IDataView data)
    {
        var network = model.Model.Network;
        var raw = data.GetColumn<float[]>(nameof(SampleRow.Dense)).ToArray();
        var scorer = network.CreateScorer();
        var bits = raw.SelectMany(row => scorer.Predict(new Numerics.ReadOnlyMatrix(row, 1, row.Length)).Values.ToArray())
            .Select(BitConverter.SingleToInt32Bits);
        return $"{string.Join(' ', bits)}; {network.Temperature}; {model.Threshold}";
    }

    private static BackpropTrainer.Options Quick(string label) => Quick(label, new Search { MaximumTrials = 5 });

    private static BackpropTrainer.Options Quick(string label, Search? search)
    {
        var options = new BackpropTrainer.Options
        {
            LabelColumnName = label,
            FeatureColumnName = nameof(SampleRow.Dense),
            HiddenLayers = [6],
            NumberOfIterations = 12,
            Seed = 2,
            EnsembleSize = 5,
            MissingValues = Layers.MissingValues.Median,
        };
        if (search is not null) options.Search = search;
        return options;
    }

    private sealed class PowerCut : Exception;
}
