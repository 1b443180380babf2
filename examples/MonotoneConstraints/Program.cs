// Scores that follow a rule: more income never raises the risk of a loan, and more debt never lowers it, whatever the noise in the data.
using System.Globalization;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var train = ml.Data.LoadFromEnumerable(Loan.Many(300, seed: 1));
var test = ml.Data.LoadFromEnumerable(Loan.Many(3000, seed: 2));
var constraints = new MonotoneConstraints { Increasing = ["Debt"], Decreasing = ["Income"] };

// Each test row is scored again with a little more income. A model without constraints sometimes returns a higher risk.
var better = ml.Data.LoadFromEnumerable(Loan.Many(3000, seed: 2, raise: 2));
foreach (var rule in (MonotoneConstraints?[])[null, constraints])
{
    var trainer = ml.BinaryClassification.Trainers.Backprop(new BackpropTrainer.Options
    {
        Preset = Preset.Fast,
        LabelColumnName = "IsDefault",
        MonotoneConstraints = rule,
        Seed = 1,
    });
    var model = ml.Transforms.Concatenate("Features", "Income", "Debt", "Age").Append(trainer).Fit(train);
    var scored = model.Transform(test);
    var auc = ml.BinaryClassification.Evaluate(scored, "IsDefault").AreaUnderRocCurve;
    var before = scored.GetColumn<float>("Score");
    var after = model.Transform(better).GetColumn<float>("Score");
    var wrong = before.Zip(after).Count(pair => pair.Second > pair.First + 1e-5f);
    Console.WriteLine($"{(rule is null ? "Without constraints" : $"With constraints ({rule})")}: area under the ROC curve {auc:F3}");
    Console.WriteLine($"  More income raises the risk of {wrong} of 3000 loans");
}

internal sealed class Loan
{
    public float Income { get; set; }

    public float Debt { get; set; }

    public float Age { get; set; }

    public bool IsDefault { get; set; }

    public static IEnumerable<Loan> Many(int count, int seed, float raise = 0)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            float income = 20 + 80 * random.NextSingle(), debt = 60 * random.NextSingle(), age = 20 + 50 * random.NextSingle();
            var risk = 0.08f * debt - 0.06f * income + 1.5f * MathF.Sin(age / 8) + 1;
            var isDefault = random.NextSingle() < 1 / (1 + MathF.Exp(-risk));
            yield return new Loan { Income = income + raise, Debt = debt, Age = age, IsDefault = isDefault };
        }
    }
}
