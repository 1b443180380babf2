using System.Text.RegularExpressions;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Training;

namespace Backprop.Core.Tests.Docs;

/// <summary>The recipes of docs/extend/adding-things.md are compiled code that works.</summary>
public partial class AddingThingsTests
{
    [Fact]
    public void The_code_blocks_are_the_compiled_regions()
    {
        var regions = Region().Matches(File.ReadAllText(FromRepository("tests/Backprop.Core.Tests/Docs/Recipes.cs")))
            .Select(match => match.Groups[1].Value.Trim());
        var blocks = CodeBlock().Matches(File.ReadAllText(FromRepository("docs/extend/adding-things.md")))
            .Select(match => match.Groups[1].Value.Trim());
        Assert.Equal(regions, blocks);
    }

    [Fact]
    public void The_parts_learn_together()
    {
        Real[] x = [.. Enumerable.Range(0, 41).Select(i => (i - 20) / (Real)10)];
        Real[] y = [.. x.Select(Real.Sin)];
        var network = new Network(new Shift(1), new Dense(1, 16), new ActivationLayer(16, new Elliott()), new Dense(16, 1));
        var options = new TrainingOptions
        {
            Loss = new ExpectileLoss(),
            Optimizer = new Signum(),
            LearningRate = 0.01,
            LearningRateSchedule = new SquareRootDecay(),
            Initializer = new SparseNormal(),
            NumberOfIterations = 300,
            BatchSize = 8,
            EarlyStopping = new EarlyStopping { Metric = new MedianAbsoluteError(), Patience = 300 },
        };

        var set = new ExampleSet(x, 1, y);
        var history = new Trainer(options).Train(network, set, validation: set).History;

        Assert.True(
            history[^1].TrainingLoss < 0.25 * history[0].TrainingLoss, $"from {history[0].TrainingLoss} to {history[^1].TrainingLoss}");
        Assert.True(
            history[^1].ValidationMetric < 0.5 * history[0].ValidationMetric,
            $"from {history[0].ValidationMetric} to {history[^1].ValidationMetric}");
    }

    private static string FromRepository(string path) => Path.Combine(Repository.Root, path);

    [GeneratedRegex(@"#region \w+\n(.*?)#endregion", RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
