using System.Text.Json;
using Backprop.Activations;
using Backprop.ML.Tasks;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Schedules;

namespace Backprop.ML.Tests.Presets;

/// <summary>The preset named after scikit-learn has the defaults that scikit-learn itself names
/// (tests/golden/sklearn_defaults.py).</summary>
public class ScikitLearnTests
{
    [Theory]
    [InlineData("MLPClassifier", "BinaryClassification", 1, 1000)]
    [InlineData("MLPClassifier", "MulticlassClassification", 1, 1000)]
    [InlineData("MLPRegressor", "Regression", 2, 1000)] // its squared error is half of ours
    [InlineData("MLPRegressor", "Regression", 2, 50)]
    public void Its_defaults_are_these(string kind, string task, double scale, int rows)
    {
        var theirs = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "tests", "golden", "sklearn_defaults.json"))).RootElement.GetProperty(kind);
        double Number(string name) => theirs.GetProperty(name).GetDouble();
        string Word(string name) => theirs.GetProperty(name).GetString()!;
        var profile = LearningTask.All.Single(other => other.Name == task).Describe(DatasetProfile.Typical) with { Rows = rows };
        var values = Preset.ScikitLearn.For(profile);
        var ours = values.Training;

        var sizes = theirs.GetProperty("hidden_layer_sizes").EnumerateArray().Select(units => units.GetInt32());
        Assert.Equal(sizes, values.Architecture.HiddenLayers);
        Assert.Equal(("relu", "adam", "constant", "auto"), (Word("activation"), Word("solver"), Word("learning_rate"), Word("batch_size")));
        Assert.Equal(new ReLU(), values.Architecture.Activation);
        Assert.Equal(new ConstantSchedule(), ours.LearningRateSchedule);
        Assert.Equal(new Adam { Beta1 = Number("beta_1"), Beta2 = Number("beta_2"), Epsilon = scale * Number("epsilon") }, ours.Optimizer);
        Assert.Equal(Number("learning_rate_init"), ours.LearningRate);
        Assert.Equal(Math.Min(200, rows), ours.BatchSize); // "auto", says its documentation
        Assert.Equal(scale * Number("alpha") / Math.Min(200, rows), ours.L2Regularization);
        Assert.Equal(Number("max_iter"), ours.NumberOfIterations);
        Assert.Equal(
            (scale * Number("tol"), Number("n_iter_no_change")), (ours.LossTolerance!.MinimumImprovement, ours.LossTolerance.Patience));
        Assert.False(theirs.GetProperty("early_stopping").GetBoolean());
        Assert.Null(ours.EarlyStopping);
    }
}
