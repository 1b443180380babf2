using Backprop.Losses;
using Backprop.Metrics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Calibration of scored data of any trainer, and models with another temperature.</summary>
public class CalibrationTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Of_two_classes_the_errors_are_those_of_the_probability_column()
    {
        // Four rows in two bins: 0.2 with the share 1/2, and 0.9 with the share 1.
        var data = _ml.Data.LoadFromEnumerable(new[] { (0.2f, true), (0.2f, false), (0.9f, true), (0.9f, true) }
            .Select(row => new Scored { Probability = row.Item1, Label = row.Item2 }));
        var measured = _ml.BinaryClassification.EvaluateCalibration(data, numberOfBins: 10);
        Assert.Equal((0.3 + 0.1) / 2, measured.ExpectedCalibrationError, 1e-6);
        Assert.Equal(0.3, measured.MaximumCalibrationError, 1e-6);
        Assert.Equal((0.64 + 0.04 + 0.01 + 0.01) / 4, measured.BrierScore, 1e-6);
        Assert.Equal("Label", measured.Name);
        Assert.Single(_ml.BinaryClassification.EvaluateCalibration(data, numberOfBins: 1).Bins);
        Assert.Equal(2, _ml.BinaryClassification.EvaluateCalibration(data, binning: ProbabilityBinning.EqualCount).Bins.Count);
    }

    [Fact]
    public void Other_trainers_are_measured_in_the_same_way()
    {
        var data = Synthetic.Prepared(_ml, 200);
        var logistic = _ml.BinaryClassification.Trainers.LbfgsLogisticRegression(Synthetic.Flag).Fit(data).Transform(data);
        var measured = _ml.BinaryClassification.EvaluateCalibration(logistic, Synthetic.Flag);
        Assert.Equal(200, measured.Rows);
        Assert.InRange(measured.ExpectedCalibrationError, 0, 0.2);

        var entropy = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(Synthetic.Kind).Fit(data).Transform(data);
        var several = _ml.MulticlassClassification.EvaluateCalibration(entropy, Synthetic.Kind);
        Assert.Equal(["high", "low", "middle"], several.Classes.Select(one => one.Name));
        Assert.Equal(_ml.MulticlassClassification.Evaluate(entropy, Synthetic.Kind).MicroAccuracy, several.TopLabel.PositiveShare, 1e-9);
    }

    [Fact]
    public void Classes_are_matched_by_name()
    {
        var rows = Shop.Many(100);
        var data = Shop.View(_ml, rows);
        var model = new BackpropTrainer(_ml, Shop.Options("KindKey")).Fit(data);
        var measured = _ml.MulticlassClassification.EvaluateCalibration(model.Transform(data), "KindKey");
        // The label of the other data has its classes in another order, the scores do not.
        var other = _ml.MulticlassClassification.EvaluateCalibration(model.Transform(Shop.Reordered(_ml, rows)), "KindKey");
        Assert.Equal(measured.TopLabel.PositiveShare, other.TopLabel.PositiveShare);
        Assert.Equal(measured.ClassWiseExpectedCalibrationError, other.ClassWiseExpectedCalibrationError, 1e-6);

        var unknown = Shop.View(_ml, rows, kinds: ["books", "shoes", "tools", "hats"]);
        rows[5].Kind = "hats";
        var message = Assert.ThrowsAny<ArgumentException>(
            () => _ml.MulticlassClassification.EvaluateCalibration(model.Transform(unknown), "KindKey")).Message;
        Assert.Contains("Row 5 has the class 'hats'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_label_of_several_has_a_curve()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new SeveralScored { Probability = [0.3f, 1], Label = [true, true] } });
        var labels = _ml.MulticlassClassification.EvaluateMultiLabelCalibration(data);
        Assert.Equal(["0", "1"], labels.Select(label => label.Name));
        Assert.Equal([0.7, 0], labels.Select(label => Math.Round(label.ExpectedCalibrationError, 6)));
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new Scored { Probability = 1.5f, Label = true } });
        Refuses("1.5", () => _ml.BinaryClassification.EvaluateCalibration(data));
        Refuses("'Absent'", () => _ml.BinaryClassification.EvaluateCalibration(data, "Absent"));
        Refuses("Boolean", () => _ml.BinaryClassification.EvaluateCalibration(data, nameof(Scored.Probability)));
        Refuses("numberOfBins", () => _ml.BinaryClassification.EvaluateCalibration(data, numberOfBins: 0));
        Refuses("Key", () => _ml.MulticlassClassification.EvaluateCalibration(data));
        var missing = _ml.Data.LoadFromEnumerable(new[] { new Scored { Probability = float.NaN } });
        Assert.Contains("Row 0", Assert.ThrowsAny<InvalidOperationException>(
            () => _ml.BinaryClassification.EvaluateCalibration(missing)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_temperature_divides_the_scores_and_keeps_the_decisions()
    {
        var data = Synthetic.Prepared(_ml, 200);
        var options = Synthetic.Brief(Synthetic.Flag);
        (options.ValidationFraction, options.TemperatureScaling, options.ThresholdMetric) = (0.3, true, new F1Score());
        var model = new BackpropTrainer(_ml, options).Fit(data);
        var temperature = model.Model.Network.Temperature;
        var plain = model.WithTemperature(1);
        Assert.NotEqual(1, temperature, 0.01);
        Assert.Equal(1, plain.Model.Network.Temperature);
        Assert.NotEqual(0, model.Threshold, 0.001f);

        var (before, after) = (plain.Transform(data), model.Transform(data));
        foreach (var (raw, divided) in before.GetColumn<float>("Score").Zip(after.GetColumn<float>("Score")))
            Assert.Equal(raw / temperature, divided, 1e-5);
        Assert.Equal(after.GetColumn<bool>("PredictedLabel"), before.GetColumn<bool>("PredictedLabel"));
        Assert.Equal(model.Threshold * temperature, plain.Threshold, 1e-6);
        Assert.Equal(0.3f, model.WithThreshold(0.3f).WithTemperature(2).Threshold);
        Assert.Equal(before.GetColumn<float>("Score"), _ml.SaveAndLoad(plain, data.Schema).Transform(data).GetColumn<float>("Score"));
    }

    [Fact]
    public void A_temperature_needs_logits_and_a_range()
    {
        var data = Synthetic.Prepared(_ml, 50);
        var model = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Flag)).Fit(data);
        Refuses("temperature must be from 0.01 to 100", () => model.WithTemperature(0));
        Refuses("temperature must be from 0.01 to 100", () => model.WithTemperature(double.NaN));
        Assert.Contains("not logits", Assert.ThrowsAny<InvalidOperationException>(
            () => new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value)).Fit(data).WithTemperature(2)).Message,
            StringComparison.Ordinal);
        var options = Synthetic.Brief(Synthetic.Flag);
        options.LossFunction = new HingeLoss();
        Assert.Contains("HingeLoss", Assert.ThrowsAny<InvalidOperationException>(
            () => new BackpropTrainer(_ml, options).Fit(data).WithTemperature(2)).Message, StringComparison.Ordinal);
    }

    private static void Refuses(string word, Action action) =>
        Assert.Contains(word, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private sealed class Scored
    {
        public bool Label { get; set; }

        public float Probability { get; set; }

        public float Score { get; set; }
    }

    private sealed class SeveralScored
    {
        [VectorType(2)]
        public bool[] Label { get; set; } = [];

        [VectorType(2)]
        public float[] Probability { get; set; } = [];
    }
}
