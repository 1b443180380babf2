using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class AnomalyDetectionGuide() : GuidePage("anomaly-detection")
{
    [Fact]
    public void Faults_of_a_pump_are_found_without_labels()
    {
        var ml = new MLContext(seed: 1);
        IDataView normal = Pump.Normal(ml, 500), test = Pump.WithFaults(ml, 1000);
        #region anomaly-train
        var options = new BackpropTrainer.Options { Preset = Preset.Fast, NumberOfIterations = 60, Seed = 1 };
        var pipeline = ml.Transforms.Concatenate("Features", "Speed", "Valve", "Flow", "Pressure", "Power")
            .Append(ml.AnomalyDetection.Trainers.Backprop(options));
        var model = pipeline.Fit(normal);
        #endregion
        #region anomaly-evaluate
        var metrics = ml.AnomalyDetection.Evaluate(model.Transform(test), labelColumnName: "IsFault");
        Console.WriteLine($"area under the ROC curve {metrics.AreaUnderRocCurve:F3}");
        #endregion
        #region anomaly-engine
        var engine = ml.Model.CreatePredictionEngine<Pump, Finding>(model);
        var finding = engine.Predict(Pump.Leak());
        Console.WriteLine($"error {finding.Score:F2}, larger than {finding.Probability:P1} of held-out rows: {finding.PredictedLabel}");
        #endregion
        #region anomaly-explain
        var leak = model.Transform(ml.Data.LoadFromEnumerable([Pump.Leak()]));
        Console.WriteLine(model.LastTransformer.Explain(leak)[0]);
        #endregion
        Assert.InRange(metrics.AreaUnderRocCurve, 0.95, 1);
        Assert.True(finding.PredictedLabel);
        Assert.Equal("Flow", model.LastTransformer.Explain(leak)[0].Columns[0].Name);
        #region anomaly-threshold
        var strict = model.LastTransformer.WithThreshold(0.99f);
        #endregion
        Assert.Equal((0.99f, "Probability"), (strict.Threshold, strict.ThresholdColumnName));
        AssertPrinted();
    }

    private sealed class Finding
    {
        public float Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }
}
