// Scores that follow a rule: more income never raises the risk of a loan, and more debt never lowers it, whatever the noise in the data.
using System.Globalization;
using Backprop.ML;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var train = ml.Data.LoadFromEnumerable(Loan.Many(250, seed: 1));
var test = ml.Data.LoadFromEnumerable(Loan.Many(3000, seed: 2));

// Each of 300 loans with nine incomes, and nothing else changed.
float[] incomes = [20, 30, 40, 50, 60, 70, 80, 90, 100];
var grid = ml.Data.LoadFromEnumerable(Loan.Many(300, seed: 3).SelectMany(loan => incomes.Select(loan.WithIncome)).ToArray());
foreach (var rule in (MonotoneConstraints?[])[null, new MonotoneConstraints { Increasing = ["Debt"], Decreasing = ["Income"] }])
{
    var trainer = ml.BinaryClassification.Trainers.Backprop(new BackpropTrainer.Options
    {
        Preset = Preset.Plain,
        LabelColumnName = "IsDefault",
        MonotoneConstraints = rule,
        LearningRate = 0.003,
        Seed = 1,
    });
    var model = ml.Transforms.Concatenate("Features", "Income", "Debt", "Age").Append(trainer).Fit(train);
    var auc = ml.BinaryClassification.Evaluate(model.Transform(test), "IsDefault").AreaUnderRocCurve;
    var wrong = model.Transform(grid).GetColumn<float>("Score").Chunk(incomes.Length).Count(HasRise);
    Console.WriteLine(rule is null ? "Without constraints:" : $"With constraints ({rule}):");
    Console.WriteLine($"  The area under the ROC curve is {auc:F3}.");
    Console.WriteLine($"  For {wrong} of 300 loans, more income raises the risk somewhere.");
}

// Rounding may move a score by its last digits.
static bool HasRise(float[] scores) => scores.Zip(scores.Skip(1)).Any(pair => pair.Second > pair.First + 1e-5f);

internal sealed record Loan
{
    public float Income { get; init; }

    public float Debt { get; init; }

    public float Age { get; init; }

    public bool IsDefault { get; init; }

    public Loan WithIncome(float income) => this with { Income = income };

    public static IEnumerable<Loan> Many(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            float income = 20 + 80 * random.NextSingle(), debt = 60 * random.NextSingle(), age = 20 + 50 * random.NextSingle();
            var risk = 0.05f * debt - 0.025f * income + 1.5f * MathF.Sin(age / 4);
            var isDefault = random.NextSingle() < 1 / (1 + MathF.Exp(-risk));
            yield return new Loan { Income = income, Debt = debt, Age = age, IsDefault = isDefault };
        }
    }
}
