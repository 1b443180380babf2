using Backprop.Metrics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Classes of which one is rare: weights, and a threshold that suits a metric.</summary>
public class ImbalanceTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_weight_of_the_positive_rows_is_a_weight_column(bool byName)
    {
        var examples = Synthetic.Examples(100);
        foreach (var example in examples) example.Weight = example.Flag ? 3 : 1;
        var options = Synthetic.Brief(Synthetic.Flag);
        if (byName) options.ClassWeights = ClassWeights.ByName(("True", 3));
        else options.PositiveInstanceWeight = 3;
        options.NormalizeFeatures = false; // class weights leave the features' statistics alone
        var byColumn = Synthetic.Brief(Synthetic.Flag);
        (byColumn.ExampleWeightColumnName, byColumn.NormalizeFeatures) = (Synthetic.Weight, false);

        var data = Synthetic.Prepared(_ml, examples);
        Assert.Equal(new BackpropTrainer(_ml, byColumn).Fit(data).Bits(), new BackpropTrainer(_ml, options).Fit(data).Bits());
        Assert.NotEqual(
            new BackpropTrainer(_ml, byColumn).Fit(data).Bits(),
            new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Flag)).Fit(data).Bits());
    }

    [Fact]
    public void Balanced_classes_find_more_of_the_rare_one()
    {
        var data = Rare(2000);
        var (plain, balanced) = (Options(), Options());
        balanced.ClassWeights = ClassWeights.Balanced;
        var (recall, balancedRecall) = (Recall(plain), Recall(balanced));
        Assert.InRange(balancedRecall, recall + 0.1, 1);

        double Recall(BackpropTrainer.Options options) =>
            _ml.BinaryClassification.Evaluate(
                new BackpropTrainer(_ml, options).Fit(data).Transform(Rare(2000, seed: 2)), Synthetic.Flag).PositiveRecall;
    }

    [Fact]
    public void A_threshold_for_F1_beats_the_usual_one_and_stays_with_the_model()
    {
        var options = Options();
        (options.ThresholdMetric, options.ValidationFraction) = (new F1Score(), 0.3);
        var model = new BackpropTrainer(_ml, options).Fit(Rare(2000));
        Assert.Equal("Score", model.ThresholdColumnName);
        Assert.NotEqual(0, model.Threshold);

        var (test, schema) = (Rare(2000, seed: 2), Rare(2).Schema);
        var chosen = F1(model.Transform(test));
        Assert.InRange(chosen, F1(model.WithThreshold(0, "Score").Transform(test)) + 0.02, 1);
        var loaded = (BackpropTransformer)_ml.SaveAndLoad(model, schema);
        Assert.Equal((model.Threshold, model.ThresholdColumnName), (loaded.Threshold, loaded.ThresholdColumnName));
        Assert.Equal(chosen, F1(loaded.Transform(test)));

        // ML.NET's own evaluator looks at the sign of the score, not at PredictedLabel.
        static double F1(IDataView scored)
        {
            var rows = scored.GetColumn<bool>(Synthetic.Flag).Zip(scored.GetColumn<bool>("PredictedLabel")).ToArray();
            return 2.0 * rows.Count(row => row is (true, true)) / (rows.Count(row => row.First) + rows.Count(row => row.Second));
        }
    }

    [Theory]
    [InlineData(0.3f, "Probability")]
    [InlineData(-1.5f, "Score")]
    public void Another_threshold_gives_another_model_with_the_same_scores(float threshold, string column)
    {
        var data = Synthetic.Prepared(_ml, 200);
        var model = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Flag)).Fit(data);
        foreach (
            var other in new[]
            {
                model.WithThreshold(threshold, column),
                (BackpropTransformer)_ml.SaveAndLoad(model.WithThreshold(threshold, column), data.Schema)
            })
        {
            var scored = other.Transform(data);
            Assert.Equal(scored.GetColumn<float>(column).Select(value => value > threshold), scored.GetColumn<bool>("PredictedLabel"));
            Assert.Equal(model.Transform(data).ScoreBits(), scored.ScoreBits());
        }
        Assert.Equal((0, "Score"), (model.Threshold, model.ThresholdColumnName));
    }

    [Fact]
    public void Several_labels_have_one_threshold()
    {
        var data = _ml.Transforms.Concatenate("Labels", nameof(Example.Flag), nameof(Example.Aside)).Fit(Synthetic.Prepared(_ml, 100))
            .Transform(Synthetic.Prepared(_ml, 100));
        var scored = new BackpropTrainer(_ml, Synthetic.Brief("Labels")).Fit(data).WithThreshold(0.4f).Transform(data);
        Assert.Equal(
            scored.GetColumn<float[]>("Probability").Select(row => row.Select(p => p > 0.4f)), scored.GetColumn<bool[]>("PredictedLabel"));
    }

    [Fact]
    public void Names_and_numbers_that_make_no_sense_are_refused()
    {
        Refuses<ArgumentException>(
            "'purple'", "'low'", () => Fit(Synthetic.Kind, o => o.ClassWeights = ClassWeights.ByName(("purple", 2))));
        Refuses<ArgumentException>("red", "0", () => ClassWeights.ByName(("red", 0)));
        Refuses<ArgumentException>("red", "twice", () => ClassWeights.ByName(("red", 1), ("red", 2)));
        Refuses<ArgumentOutOfRangeException>("PositiveInstanceWeight", "0", () => Fit(Synthetic.Flag, o => o.PositiveInstanceWeight = 0));
        Refuses<ArgumentOutOfRangeException>(
            "PositiveInstanceWeight", "MulticlassClassification", () => Fit(Synthetic.Kind, o => o.PositiveInstanceWeight = 2));
        Refuses<ArgumentOutOfRangeException>(
            "ClassWeights", "Regression", () => Fit(Synthetic.Value, o => o.ClassWeights = ClassWeights.Balanced));
        Refuses<ArgumentOutOfRangeException>(
            "ThresholdMetric", "F1Score", () => Fit(Synthetic.Flag, o => o.ThresholdMetric = new AreaUnderRocCurve()));
        Refuses<ArgumentException>(
            "ThresholdMetric", "ValidationFraction", () => Fit(Synthetic.Flag, o => o.ThresholdMetric = new F1Score()));
        var regression = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value)).Fit(Synthetic.Prepared(_ml, 50));
        Refuses<InvalidOperationException>("threshold", "Regression", () => regression.WithThreshold(1));
        var binary = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Flag)).Fit(Synthetic.Prepared(_ml, 50));
        Refuses<ArgumentOutOfRangeException>("threshold", "finite", () => binary.WithThreshold(float.NaN));
        Refuses<ArgumentOutOfRangeException>("Label", "Score", () => binary.WithThreshold(0, "Label"));
    }

    [Fact]
    public void A_catalog_refuses_what_does_not_suit_its_task_at_once()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.PositiveInstanceWeight = 2;
        Refuses<ArgumentOutOfRangeException>("PositiveInstanceWeight", "binary", () => _ml.Regression.Trainers.Backprop(options));
        Assert.NotNull(_ml.MulticlassClassification.Trainers.Backprop(options)); // the label may be a vector of Boolean
    }

    private static void Refuses<TException>(string first, string second, Func<object> action) where TException : Exception
    {
        var problem = Assert.ThrowsAny<TException>(() => action());
        Assert.Contains(first, problem.Message, StringComparison.Ordinal);
        Assert.Contains(second, problem.Message, StringComparison.Ordinal);
    }

    private BackpropTransformer Fit(string label, Action<BackpropTrainer.Options> change)
    {
        var options = Synthetic.Brief(label);
        change(options);
        return new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 50));
    }

    private static BackpropTrainer.Options Options() =>
        new()
        {
            Preset = Preset.Plain,
            LabelColumnName = Synthetic.Flag,
            HiddenLayers = [16],
            NumberOfIterations = 30,
            Seed = 1,
            LearningRate = 0.01
        };

    // About one row of twelve is positive, and not even then always.
    private IDataView Rare(int count, int seed = 1)
    {
        var random = new Random(seed);
        var examples = Synthetic.Examples(count, seed);
        foreach (var example in examples) example.Flag = example.Value > 0.9f && random.NextSingle() < 0.4f;
        return Synthetic.Prepared(_ml, examples);
    }
}
