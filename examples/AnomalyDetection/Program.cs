// Which rows are not as usual? An autoencoder learns the sensors of a pump that works, without labels. Then it finds faults, and says which
// sensor does not fit.
using System.Globalization;
using Backprop.ML;
using Microsoft.ML;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var random = new Random(1);
var normal = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 1000).Select(_ => Pump(fault: "")).ToList());

var pipeline = ml.Transforms.Concatenate("Features", "Speed", "Valve", "Flow", "Pressure", "Power")
    .Append(ml.AnomalyDetection.Trainers.Backprop(new BackpropTrainer.Options { Preset = Preset.Fast, Seed = 1 }));
var model = pipeline.Fit(normal);

// Labels are only needed to measure. Evaluate needs them as Single.
Reading[] rows = [
    .. Enumerable.Range(0, 1000).Select(_ => Pump(fault: "")), .. Enumerable.Range(0, 50).Select(_ => Pump("leak")),
    .. Enumerable.Range(0, 50).Select(_ => Pump("worn bearing"))];
var scored = model.Transform(ml.Data.LoadFromEnumerable(rows));
var metrics = ml.AnomalyDetection.Evaluate(scored, labelColumnName: "IsFault");
Console.WriteLine($"area under the ROC curve {metrics.AreaUnderRocCurve:F3}");

// The threshold is a share of normal rows: 0.95 means that one of twenty is called an anomaly.
var findings = ml.Data.CreateEnumerable<Finding>(scored, reuseRowObject: false).ToArray();
foreach (var fault in (string[])["", "leak", "worn bearing"])
{
    var found = findings.Where(finding => finding.Fault == fault).Average(finding => finding.PredictedLabel ? 1.0 : 0);
    Console.WriteLine($"{(fault == "" ? "no fault" : fault),-12}: {found:P0} called anomalies");
}

// Every column adds its part to the error.
foreach (var fault in (string[])["leak", "worn bearing"])
{
    var row = model.Transform(ml.Data.LoadFromEnumerable([rows.First(row => row.Fault == fault)]));
    var explanation = model.LastTransformer.Explain(row)[0];
    Console.WriteLine($"{fault}: error {explanation.Score:F1}, most of it by {explanation.Columns[0].Name}");
}

ml.Model.Save(model, normal.Schema, "model.zip");
Console.WriteLine("the model is saved in model.zip");

Reading Pump(string fault)
{
    float speed = 0.4f + 0.6f * random.NextSingle(), valve = 0.3f + 0.7f * random.NextSingle();
    float flow = speed * valve, pressure = speed * speed * (1.3f - valve), power = 0.2f + flow * (0.4f + pressure);
    if (fault == "leak") flow *= 0.6f;
    if (fault == "worn bearing") power += 0.3f;
    return new Reading(
        speed, valve, flow + Noise(), pressure + Noise(), power + Noise(), fault, IsFault: fault == "" ? 0 : 1);
}

float Noise() => 0.02f * (random.NextSingle() - 0.5f);

internal sealed record Reading(float Speed, float Valve, float Flow, float Pressure, float Power, string Fault, float IsFault);

internal sealed class Finding
{
    public string Fault { get; set; } = "";

    public bool PredictedLabel { get; set; }
}
