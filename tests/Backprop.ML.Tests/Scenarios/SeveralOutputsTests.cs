using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Options of single tasks, for each of several labels or targets.</summary>
public class SeveralOutputsTests
{
    private const string Labels = "Labels", Targets = "Targets";

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Every_label_has_a_threshold_that_suits_the_metric_and_stays_with_the_model()
    {
        var options = Synthetic.Brief(Labels);
        (options.ThresholdMetric, options.ValidationFraction, options.EarlyStopping) = (new F1Score(), 0.3, null);
        var data = WithLabels(Synthetic.Prepared(_ml, 200));
        var model = new BackpropTrainer(_ml, options).Fit(data);
        Assert.Equal((2, "Score"), (model.Thresholds.Count, model.ThresholdColumnName));
        Assert.NotEqual(model.Thresholds[0], model.Thresholds[1]);
        Assert.True(float.IsNaN(model.Threshold));
        AssertDecided(model, data, "Score");

        var loaded = (BackpropTransformer)_ml.SaveAndLoad(model, data.Schema);
        Assert.Equal(model.Thresholds, loaded.Thresholds);
        AssertDecided(loaded, data, "Score");
    }

    [Fact]
    public void Thresholds_can_be_set_label_by_label()
    {
        var data = WithLabels(Synthetic.Prepared(_ml, 100));
        var model = new BackpropTrainer(_ml, Synthetic.Brief(Labels)).Fit(data);
        Assert.Equal([0f, 0f], model.Thresholds);
        var other = model.WithThresholds([0.7f, 0.2f]);
        AssertDecided(other, data, "Probability");
        AssertDecided((BackpropTransformer)_ml.SaveAndLoad(other, data.Schema), data, "Probability");
        AssertDecided(model.WithThresholds([0.5f, -1], "Score"), data, "Score");

        var same = model.WithThresholds([0.3f, 0.3f]);
        Assert.Equal((0.3f, 2), (same.Threshold, same.Thresholds.Count));
        Assert.Equal(Decisions(model.WithThreshold(0.3f), data), Decisions(same, data));
    }

    [Fact]
    public void Another_temperature_keeps_the_decisions_of_every_label()
    {
        var data = WithLabels(Synthetic.Prepared(_ml, 100));
        var model = new BackpropTrainer(_ml, Synthetic.Brief(Labels)).Fit(data).WithThresholds([0.4f, -0.6f], "Score");
        var cooler = model.WithTemperature(2);
        Assert.Equal([0.2f, -0.3f], cooler.Thresholds);
        Assert.Equal(Decisions(model, data), Decisions(cooler, data));
    }

    [Fact]
    public void Thresholds_that_do_not_fit_are_refused()
    {
        var data = WithLabels(Synthetic.Prepared(_ml, 60));
        var model = new BackpropTrainer(_ml, Synthetic.Brief(Labels)).Fit(data);
        Refuses<ArgumentOutOfRangeException>(() => model.WithThresholds([0.5f]), "thresholds", "2 finite values", "'Labels'");
        Refuses<ArgumentOutOfRangeException>(() => model.WithThresholds([0.5f, float.NaN]), "thresholds", "finite");
        Refuses<ArgumentOutOfRangeException>(() => model.WithThresholds([1, 2], "Label"), "Score");
        var regression = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value)).Fit(data);
        Refuses<InvalidOperationException>(() => regression.WithThresholds([1]), "Regression");
    }

    [Fact]
    public void A_label_of_one_class_is_named_in_a_warning()
    {
        var examples = Synthetic.Examples(100);
        foreach (var example in examples) example.Aside = false;
        List<string> warnings = [];
        _ml.Log += (_, message) => { if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) warnings.Add(message.Message); };
        var options = Synthetic.Brief(Labels);
        (options.ThresholdMetric, options.ValidationFraction) = (new F1Score(), 0.3);
        var model = new BackpropTrainer(_ml, options).Fit(WithLabels(Synthetic.Prepared(_ml, examples)));
        Assert.Equal(0, model.Thresholds[1]);
        Assert.Contains(warnings, warning => warning.Contains("no effect for 'Aside'", StringComparison.Ordinal));
    }

    [Fact]
    public void Class_weights_are_those_of_the_named_labels()
    {
        var data = WithLabels(Synthetic.Prepared(_ml, 100));
        Assert.Equal(
            Bits(o => o.PositiveInstanceWeight = 3), Bits(o => o.ClassWeights = ClassWeights.ByName(("Flag", 3), ("Aside", 3))));
        Assert.NotEqual(Bits(o => o.ClassWeights = ClassWeights.ByName(("Flag", 3))), Bits(o => o.PositiveInstanceWeight = 3));
        Assert.NotEqual(Bits(_ => { }), Bits(o => o.ClassWeights = ClassWeights.Balanced));
        Refuses<ArgumentException>(
            () => Bits(o => o.ClassWeights = ClassWeights.ByName(("True", 2))), "names 'True'", "'Labels'", "'Flag', 'Aside'");

        object Bits(Action<BackpropTrainer.Options> change)
        {
            var options = Synthetic.Brief(Labels);
            change(options);
            return new BackpropTrainer(_ml, options).Fit(data).Bits();
        }
    }

    // The rows in which a label is true count as often as their weight says: 2 is the row twice, for a label alone.
    [Fact]
    public void The_weight_of_a_label_follows_its_name_into_another_order()
    {
        var rows = Synthetic.Prepared(_ml, 100);
        var options = Synthetic.Brief(Labels);
        options.ClassWeights = ClassWeights.ByName(("Aside", 5));
        var first = new BackpropTrainer(_ml, options).Fit(WithLabels(rows));
        var turned = _ml.Transforms.Concatenate(Labels, nameof(Example.Aside), Synthetic.Flag).Fit(rows).Transform(rows);
        var trainer = new BackpropTrainer(_ml, options);
        Assert.Equal(
            trainer.Fit(WithLabels(rows), null, first.Model).Bits(), trainer.Fit(turned, null, first.Model).Bits());
    }

    [Fact]
    public void Recall_of_rare_labels_rises_with_balanced_weights()
    {
        var (train, test) = (WithLabels(Synthetic.Prepared(_ml, 400)), WithLabels(Synthetic.Prepared(_ml, 400, seed: 2)));
        var options = Synthetic.Plain(Labels, hidden: 4, iterations: 5);
        options.Seed = 1;
        var plain = Recalls(options);
        options.PositiveInstanceWeight = 5;
        Assert.All(plain.Zip(Recalls(options)), pair => Assert.True(pair.Second > pair.First, $"{pair}"));

        double[] Recalls(BackpropTrainer.Options options) =>
        [
            .. _ml.MulticlassClassification.EvaluateMultiLabel(new BackpropTrainer(_ml, options).Fit(train).Transform(test), Labels)
                .Labels.Select(label => label.Recall),
        ];
    }

    [Fact]
    public void Losses_of_labels_are_accepted_by_the_catalog_of_classes()
    {
        var options = Synthetic.Brief(Labels);
        options.LossFunction = new LossPerTarget(new FocalLoss(), new LogisticLoss { LabelSmoothing = 0.1 });
        var data = WithLabels(Synthetic.Prepared(_ml, 60));
        var model = _ml.MulticlassClassification.Trainers.Backprop(options).Fit(data);
        Assert.Equal(options.LossFunction, ((BackpropTransformer)_ml.SaveAndLoad(model, data.Schema)).Model.Network.Loss);
    }

    [Theory]
    [InlineData("Plain")]
    [InlineData("Default")]
    public void A_number_a_count_and_a_yes_or_no_are_learned_by_one_network(string preset)
    {
        var options = Synthetic.Plain(Targets, iterations: 40);
        options.Preset = Preset.All.Single(each => each.Name == preset);
        options.LossFunction = new LossPerTarget(new HuberLoss(), new PoissonLoss(), new LogisticLoss()) { Weights = [1, 2, 1] };
        IDataView train = WithTargets(400, seed: 1), test = WithTargets(200, seed: 2);
        var model = _ml.Regression.Trainers.Backprop(options).Fit(train);
        foreach (var each in new[] { model, (BackpropTransformer)_ml.SaveAndLoad(model, train.Schema) })
        {
            var scored = each.Transform(test);
            float[][] scores = [.. scored.GetColumn<float[]>("Score")];
            Assert.All(scores, row => Assert.True(row[1] > 0 && row[2] is > 0 and < 1));
            var metrics = _ml.Regression.EvaluateMultiTarget(scored, Targets);
            Assert.Equal(["Value", "Count", "Yes"], metrics.Targets.Select(target => target.Name));
            Assert.All(metrics.Targets, target => Assert.InRange(target.RSquared, 0.3, 1));
            Assert.Equal(options.LossFunction, each.Model.Network.Loss);
        }
    }

    [Fact]
    public void Quantiles_of_each_target_have_their_names()
    {
        var options = Synthetic.Brief(Targets);
        options.LossFunction = new LossPerTarget(
            new PinballLoss { Quantiles = [0.1, 0.9] }, new GaussianNegativeLogLikelihood(), new PinballLoss { Quantiles = [0.4, 0.6] });
        var data = WithTargets(100, seed: 1);
        var scored = new BackpropTrainer(_ml, options).Fit(data).Transform(data);
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Score"].GetSlotNames(ref names);
        Assert.Equal(
            ["Value Quantile 0.1", "Value Quantile 0.9", "Count Mean", "Count Variance", "Yes Quantile 0.4", "Yes Quantile 0.6"],
            names.DenseValues().Select(name => name.ToString()));
    }

    [Fact]
    public void Losses_that_do_not_fit_the_label_are_refused()
    {
        var data = WithTargets(60, seed: 1);
        var options = Synthetic.Brief(Targets);
        options.LossFunction = new LossPerTarget(new SquaredError(), new SquaredError());
        Refuses<ArgumentOutOfRangeException>(
            () => new BackpropTrainer(_ml, options).Fit(data), "LossFunction has 2 losses", "'Targets' has 3 slots");
        var single = Synthetic.Brief(Synthetic.Value);
        single.LossFunction = new LossPerTarget(new SquaredError());
        Refuses<ArgumentOutOfRangeException>(() => new BackpropTrainer(_ml, single).Fit(data), "LossFunction", "several targets");
        options.LossFunction = new LossPerTarget(new SquaredError(), new PoissonLoss(), new LogisticLoss());
        (options.PredictionIntervals, options.ValidationFraction) = (new Conformal(), 0.5);
        Refuses<ArgumentOutOfRangeException>(() => new BackpropTrainer(_ml, options).Fit(data), "PredictionIntervals", "0 or 1");
    }

    private IDataView WithLabels(IDataView data) =>
        _ml.Transforms.Concatenate(Labels, Synthetic.Flag, nameof(Example.Aside)).Fit(data).Transform(data);

    // A count is the rounded exponential of a feature, so that a network can learn it.
    private IDataView WithTargets(int count, int seed)
    {
        var rows = _ml.Data.LoadFromEnumerable(Synthetic.Examples(count, seed));
        var targets = _ml.Transforms.CustomMapping<Example, Counted>(
                (from, to) => (to.Count, to.Yes) = (MathF.Round(MathF.Exp(1.5f * from.Main)), from.Flag ? 1 : 0), contractName: null)
            .Append(_ml.Transforms.Concatenate(Targets, Synthetic.Value, nameof(Counted.Count), nameof(Counted.Yes)))
            .Append(Synthetic.Preparation(_ml));
        return targets.Fit(rows).Transform(rows);
    }

    private static void AssertDecided(BackpropTransformer model, IDataView data, string column)
    {
        var scored = model.Transform(data);
        Assert.Equal(
            scored.GetColumn<float[]>(column).Select(row => row.Select((value, k) => value > model.Thresholds[k])),
            scored.GetColumn<bool[]>("PredictedLabel"));
    }

    private static bool[][] Decisions(BackpropTransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<bool[]>("PredictedLabel")];

    private static void Refuses<TException>(Func<object> action, params string[] words) where TException : Exception
    {
        var problem = Assert.Throws<TException>(action);
        Assert.All(words, word => Assert.Contains(word, problem.Message, StringComparison.Ordinal));
    }

    private sealed class Counted
    {
        public float Count { get; set; }

        public float Yes { get; set; }
    }
}
