using Backprop.ML;
using Backprop.ML.Tests.Docs;
using Backprop.Presets;
using Microsoft.ML;
using Microsoft.ML.Data;

// Prints what became of the sample option; SampleOptionTests reads it.
var ml = new MLContext(seed: 1);
try
{
    _ = new BackpropTrainer(ml, new BackpropTrainer.Options { BalanceExponent = -1 });
}
catch (ArgumentOutOfRangeException problem)
{
    Console.WriteLine($"checked: {problem.Message.ReplaceLineEndings(" ")}");
}
foreach (var line in Preset.Plain.ToString().Split('\n').Where(Names)) Console.WriteLine($"printed: {line.Trim()}");
foreach (var line in OptionsPage.Write().Split('\n').Where(Names)) Console.WriteLine($"documented: {line}");
Console.WriteLine($"core: {TrainingPreset.Plain.For(DatasetProfile.Typical).Training.BalanceExponent}");
Console.WriteLine($"trained: {Fit(0) != Fit(1)}");

static bool Names(string line) => line.Contains("BalanceExponent", StringComparison.Ordinal);

string Fit(double exponent)
{
    var rows = Enumerable.Range(0, 40).Select(i => new Row { Features = [i % 7, i % 3], Label = i % 5 == 0 });
    var options = new BackpropTrainer.Options
    {
        Preset = Preset.Plain,
        ClassWeights = ClassWeights.Balanced,
        BalanceExponent = exponent,
        NumberOfIterations = 2,
        Seed = 1,
    };
    var parameters = new BackpropTrainer(ml, options).Fit(ml.Data.LoadFromEnumerable(rows)).Model.Network.Parameters;
    return string.Join(' ', parameters.ToArray());
}

internal sealed class Row
{
    [VectorType(2)]
    public float[] Features { get; set; } = [];

    public bool Label { get; set; }
}
