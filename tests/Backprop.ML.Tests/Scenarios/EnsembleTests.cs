using Backprop.Layers;
using Backprop.Metrics;
using Backprop.Optimizers;
using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Several members in one model: columns, engines, files and importance are those of a single network.</summary>
public class EnsembleTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;
    private readonly Example[] _unseen = Synthetic.Examples(40, seed: 2);

    public EnsembleTests() => _data = Synthetic.Prepared(_ml, 300);

    public static TheoryData<string, bool> Cases =>
        new()
        {
            { Synthetic.Flag, false }, { Synthetic.Flag, true }, { Synthetic.Kind, false }, { Synthetic.Kind, true },
            { Synthetic.Value, false }, { Synthetic.Value, true }
        };

    [Theory, MemberData(nameof(Cases))]
    public void It_is_one_model_with_the_columns_of_one_network(string label, bool crossFitting)
    {
        var options = Ensemble(label, crossFitting);
        var model = new BackpropTrainer(_ml, options).Fit(_data);
        var single = new BackpropTrainer(_ml, Synthetic.Brief(label)).Fit(_data);
        Assert.Equal(
            single.GetOutputSchema(_data.Schema).Select(column => (column.Name, column.Type.ToString())),
            model.GetOutputSchema(_data.Schema).Select(column => (column.Name, column.Type.ToString())));
        Assert.Equal(3, model.Model.Network.Network.EnsembleSize);
        Assert.Equal(3 * single.Model.Layers.Count, model.Model.Layers.Count);
        Assert.All(
            model.Model.Layers.Zip(single.Model.Layers.SelectMany(layer => Enumerable.Repeat(layer, 3))),
            pair => Assert.Equal((pair.Second.Inputs, pair.Second.Outputs), (pair.First.Inputs, pair.First.Outputs)));
        Assert.All(model.Model.History, report => Assert.Equal(crossFitting, report.ValidationLoss is not null));

        var unseen = Synthetic.Prepared(_ml, _unseen);
        var loaded = _ml.SaveAndLoad(model, _data.Schema);
        Assert.Equal(model.Transform(unseen).ScoreBits(), loaded.Transform(unseen).ScoreBits());
        options.NumberOfThreads = 3;
        Assert.Equal(model.Bits(), new BackpropTrainer(_ml, options).Fit(_data).Bits());
    }

    // A linear model's members, by the weights that the model shows: their probabilities are averaged, not their scores.
    [Fact]
    public void It_predicts_the_mean_of_the_members_probabilities()
    {
        var options = Ensemble(Synthetic.Flag, crossFitting: false);
        (options.HiddenLayers, options.NormalizeFeatures, options.InputScale) = ([], false, false);
        var chain = Synthetic.Preparation(_ml).Append(new BackpropTrainer(_ml, options))
            .Fit(_ml.Data.LoadFromEnumerable(Synthetic.Examples(300)));
        using var engine = _ml.Model.CreatePredictionEngine<Example, FlagPrediction>(chain);
        foreach (var example in _unseen)
        {
            var scores = chain.LastTransformer.Model.Layers.Select(layer =>
                layer.Weights[0] * example.Main + layer.Weights[1] * example.Side + layer.Weights[2] * example.Noise + layer.Biases[0]);
            double[] members = [.. scores.Select(score => 1 / (1 + Math.Exp(-score)))];
            var prediction = engine.Predict(example);
            Assert.Equal(members.Average(), prediction.Probability, 1e-5);
            Assert.Equal(Math.Log(members.Average() / members.Average(p => 1 - p)), prediction.Score, 1e-4);
            Assert.True(members.Max() - members.Min() > 1e-4);
        }
    }

    [Fact]
    public void Shuffling_a_feature_shows_how_much_the_ensemble_leans_on_it()
    {
        var model = new BackpropTrainer(_ml, Ensemble(Synthetic.Value, crossFitting: true)).Fit(_data);
        var drops = _ml.Regression.PermutationFeatureImportance((ITransformer)model, _data, Synthetic.Value, permutationCount: 2);
        Assert.True(drops["Main"].RSquared.Mean < drops["Noise"].RSquared.Mean);
    }

    [Fact]
    public void A_threshold_is_chosen_on_all_rows_each_scored_by_who_did_not_learn_from_it()
    {
        var options = Ensemble(Synthetic.Flag, crossFitting: true);
        (options.ThresholdMetric, options.EarlyStopping) = (new F1Score(), new EarlyStopping { Metric = new AreaUnderRocCurve() });
        var model = new BackpropTrainer(_ml, options).Fit(_data);
        Assert.NotEqual(0, model.Threshold);
        Assert.All(model.Model.History, report => Assert.InRange(report.ValidationMetric!.Value, 0.3, 1));
    }

    [Fact]
    public void What_does_not_go_together_is_refused_by_name()
    {
        Refuses("EnsembleSize", o => o.EnsembleSize = 0);
        Refuses("EnsembleSize", o => o.Optimizer = new Lbfgs());
        Refuses("InputSkip", o => o.InputSkip = true);
        Refuses("EnsembleSize", o => (o.KFoldBagging, o.EnsembleSize) = (true, 1));
        Refuses("KFoldBagging", o => (o.KFoldBagging, o.ValidationFraction) = (true, 0.2));
        Refuses("Mixup", o => (o.KFoldBagging, o.Mixup) = (true, new Mixup()));
        Refuses("EarlyStopping", o => (o.KFoldBagging, o.EarlyStopping) = (true, new EarlyStopping { RefitOnAllRows = true }));
        Refuses("MissingValues", o => (o.KFoldBagging, o.MissingValues) = (true, MissingValues.Learned));
        Refuses("Caching", o => (o.KFoldBagging, o.Caching) = (true, DataCaching.Stream));
        Assert.Contains(
            "KFoldBagging",
            Assert.ThrowsAny<ArgumentException>(
                () => new BackpropTrainer(_ml, Ensemble(Synthetic.Value, crossFitting: true)).Fit(_data, _data)).Message);

        void Refuses(string option, Action<BackpropTrainer.Options> change)
        {
            var options = Ensemble(Synthetic.Value, crossFitting: false);
            change(options);
            var problem = Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, options));
            Assert.Equal(option, problem.ParamName);
        }
    }

    [Fact]
    public void Where_a_preset_set_what_does_not_go_with_an_option_the_message_says_so()
    {
        Assert.Contains("the value of Preset.Default", Problem(new() { Optimizer = new Lbfgs() }));
        Assert.Contains("the value of Preset.Fast", Problem(new() { Optimizer = new Lbfgs(), EnsembleSize = 1, Preset = Preset.Fast }));
        Assert.Contains("the value of Preset.Best", Problem(new() { InputSkip = true, Preset = Preset.Best }));
        Assert.DoesNotContain("Preset", Problem(new() { Optimizer = new Lbfgs(), EnsembleSize = 2 }));
        _ = new BackpropTrainer(_ml, new() { Optimizer = new Lbfgs(), Preset = Preset.Plain });
        _ = new BackpropTrainer(_ml, new() { InputSkip = true, Preset = Preset.Plain });

        string Problem(BackpropTrainer.Options options) =>
            Assert.ThrowsAny<ArgumentException>(() => new BackpropTrainer(_ml, options)).Message;
    }

    private static BackpropTrainer.Options Ensemble(string label, bool crossFitting)
    {
        var options = Synthetic.Brief(label);
        (options.EnsembleSize, options.KFoldBagging, options.InputScale, options.Dropout) = (3, crossFitting, true, 0.1);
        return options;
    }

    private sealed class FlagPrediction
    {
        public float Score { get; set; }

        public float Probability { get; set; }
    }
}
