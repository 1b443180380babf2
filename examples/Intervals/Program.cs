// How wrong may a prediction be? Intervals and sets with a guarantee, measured on rows that training did not see.
using System.Globalization;
using Backprop.Losses;
using Backprop.ML;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var path = Path.Combine(AppContext.BaseDirectory, "diabetes_progression.csv");
var names = File.ReadLines(path).First().Split(',');
var data = ml.Data.LoadFromTextFile(path, new TextLoader.Options
{
    HasHeader = true,
    Separators = [','],
    Columns = [.. names.Select((name, i) => new TextLoader.Column(name, DataKind.Single, i))],
});
var halves = ml.Data.TrainTestSplit(data, testFraction: 0.5, seed: 1);

// The same network three times: the folds of its members calibrate, or rows of their own, or quantiles are moved.
var (byFolds, byOwnRows, byQuantiles) = (Options(), Options(), Options());
byFolds.PredictionIntervals = new Conformal { Coverage = 0.9 };
byOwnRows.PredictionIntervals = new Conformal { Coverage = 0.9, HeldOutFraction = 0.3 };
byQuantiles.PredictionIntervals = new Conformal { Coverage = 0.9 };
byQuantiles.LossFunction = new PinballLoss { Quantiles = [0.05, 0.95] };
Console.WriteLine("progression of diabetes: intervals for nine patients of ten");
var scored = Measure("folds of the members", byFolds);
Measure("rows of their own", byOwnRows);
Measure("moved quantiles", byQuantiles);

// Where the members disagree most, a person should look.
var estimates = scored.GetColumn<float>("Score").Zip(scored.GetColumn<float[]>("Interval"), scored.GetColumn<float>("Uncertainty"));
Console.WriteLine("the three patients whose predictions are most uncertain:");
foreach (var ((score, interval, uncertainty), truth) in estimates.Zip(scored.GetColumn<float>("progression"))
    .OrderByDescending(row => row.First.Third).Take(3))
{
    Console.WriteLine(
        $"  predicted {score:F0}, between {interval[0]:F0} and {interval[1]:F0}; the members differ by {uncertainty:F0}; " +
        $"in truth {truth:F0}");
}

IDataView Measure(string name, BackpropTrainer.Options options)
{
    var fitted = ml.Transforms.Concatenate("Features", names[..^1]).Append(ml.Regression.Trainers.Backprop(options)).Fit(halves.TrainSet);
    var predictions = fitted.Transform(halves.TestSet);
    var metrics = ml.Regression.EvaluateIntervals(predictions, "progression");
    Console.WriteLine($"  {name,-20} coverage {metrics.Coverage:F2}, mean width {metrics.MeanWidth:F0}");
    return predictions;
}

static BackpropTrainer.Options Options() => new()
{
    Preset = Preset.Plain,
    LabelColumnName = "progression",
    HiddenLayers = [16],
    NumberOfIterations = 60,
    EnsembleSize = 5,
    KFoldBagging = true,
    Uncertainty = true,
    Seed = 1,
};
