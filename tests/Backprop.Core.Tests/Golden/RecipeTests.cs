using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.Core.Tests.Golden;

/// <summary>RealMLP, put together of our parts, against the code that its authors published: the same start, the same batches.</summary>
public class RecipeTests
{
    // The published code counts in float32, and is itself up to 3e-5 away from its float64 in parameters (of size 1 to 8) after fifty
    // steps, 1e-5 in scores, 7e-6 in losses; so far apart may two programs be that add in different orders. The first step has a
    // learning rate of 0. An error in a formula shows: a decay that counts a factor once instead of twice moves some parameter by 1 or
    // more.
    private const double Prepared = 2e-7, Start = 1e-5, ScoreTolerance = 3e-5, LossTolerance = 2e-5, LastTolerance = 1e-4;

    private static double ParameterTolerance(int step) => step switch { 1 => 1e-7, 10 => 3e-5, _ => LastTolerance };

    private static readonly Dictionary<string, PublishedRun> RunsByName = GoldenFile.Read<Contents>("realmlp").Runs.ToDictionary(
        run => run.ToString());

    public static TheoryData<string> Runs => [.. RunsByName.Keys];

    [Theory, MemberData(nameof(Runs))]
    public void Columns_are_scaled_and_clipped_alike(string name)
    {
        var (run, recipe) = Open(name);
        var clip = new Network(new SmoothClip(run.Columns, recipe.PlainColumns, 3));
        var prepared = clip.Forward([], recipe.Scaled(), new Workspace(clip, run.Targets.Length, forTraining: false));
        for (var row = 0; row < run.Targets.Length; row++)
            Near.Equal(
                $"row {row}", run.Prepared[(row * recipe.PlainColumns)..((row + 1) * recipe.PlainColumns)],
                prepared.Row(row)[..recipe.PlainColumns], Prepared, Prepared);
    }

    public static TheoryData<string> RunsThatMeasureTheirStart =>
        [.. RunsByName.Where(run => run.Value.Draws.Length > 0).Select(run => run.Key)];

    // The rules "std" and "he+5": every layer, the last too, sees what the layers before it make of all rows, without dropout.
    [Theory, MemberData(nameof(RunsThatMeasureTheirStart))]
    public void Weights_and_biases_start_alike(string name)
    {
        var (run, recipe) = Open(name);
        var network = recipe.ToNetwork();
        var workspace = Workspace.ThatKeepsEveryOutput(network, recipe.Training.Count);
        network.Forward(run.Initial, recipe.Scaled().RowRange(0, recipe.Training.Count), workspace);
        int[] dense = [.. Enumerable.Range(0, network.Layers.Count).Where(l => network.Layers[l] is NtkDense)];
        Assert.Equal(run.Draws.Length, dense.Length);
        foreach (var (l, draw) in dense.Zip(run.Draws))
        {
            var layer = (NtkDense)network.Layers[l];
            var start = run.Initial.AsSpan(network.ParametersOf(l));
            var products = new Matrix(new float[recipe.Training.Count * layer.Outputs], recipe.Training.Count, layer.Outputs);
            layer.Forward(
                [.. draw.Weights.Select(weight => (float)weight), .. new float[layer.Outputs]], workspace.Output(l - 1), products);
            var factors = new double[layer.Outputs];
            DataDependent.Measure(products, 0, factors);
            for (var unit = 0; unit < layer.Outputs; unit++)
            {
                var factor = factors[unit];
                for (var i = unit; i < layer.WeightCount; i += layer.Outputs) Assert.Equal(start[i], factor * draw.Weights[i], Start);
                var five = (unit * 5)..(unit * 5 + 5);
                Assert.Equal(
                    start[layer.WeightCount + unit],
                    DataDependent.BiasOf(products, unit, factor, draw.Shares.AsSpan(five), draw.Rows.AsSpan(five)), Start);
            }
        }
    }

    [Theory, MemberData(nameof(Runs))]
    public void Fifty_steps_are_alike_and_so_is_the_epoch_that_is_kept(string name)
    {
        var (run, recipe) = Open(name);
        var (network, parameters, options) = (recipe.ToNetwork(), run.Initial.ToArray(), recipe.ToOptions());
        using var step = Steps.Make(network, parameters, options, PublishedRecipe.BatchSize, 1);
        var batches = new Minibatches(recipe.Dealt, PublishedRecipe.BatchSize, recipe.Inputs, recipe.TargetScale);
        var schedules = new ScheduledValues(options);
        var best = recipe.Selection.Start(parameters.Length);

        var stepsPerEpoch = batches.Count / PublishedRecipe.Epochs;
        var losses = new double[batches.Count];
        for (var i = 0; i < batches.Count; i++)
        {
            losses[i] = step.Learn(
                batches, i, schedules.At(new TrainingMoment(i, stepsPerEpoch, PublishedRecipe.Epochs, recipe.Training.Count))).Loss;
            foreach (var state in run.States.Where(state => state.Step == i + 1))
            {
                Near.Equal(
                    $"parameters after step {state.Step}", state.Parameters, parameters, ParameterTolerance(state.Step),
                    ParameterTolerance(state.Step));
                Near.Equal(
                    $"scores after step {state.Step}", state.Scores, recipe.Scores(network, parameters), ScoreTolerance, ScoreTolerance);
            }
            if ((i + 1) % stepsPerEpoch == 0) best.Observe((i + 1) / stepsPerEpoch, recipe.Judge(network, parameters), parameters);
        }
        Near.Equal("losses", run.Losses, losses, LossTolerance, LossTolerance);
        best.Restore(parameters);
        Near.Equal("parameters of the epoch that is kept", run.Selected, parameters, LastTolerance, LastTolerance);
        Near.Equal("predictions", run.Predictions, recipe.Predict(network, parameters).Values, ScoreTolerance, ScoreTolerance);
    }

    // One epoch over all rows that were dealt has the same share of training behind it at every step.
    [Theory, MemberData(nameof(Runs))]
    public void The_trainer_ends_alike(string name)
    {
        var (run, recipe) = Open(name);
        var options = recipe.ToOptions() with { NumberOfIterations = 1, Shuffle = false };
        var network = recipe.ToNetwork();
        var result = new Trainer(options).Train(network, recipe.Dealt, initial: recipe.Trained(network, run.Initial));
        Near.Equal("parameters", run.States[^1].Parameters, result.Network.Parameters, LastTolerance, LastTolerance);
    }

    private static (PublishedRun Run, PublishedRecipe Recipe) Open(string name) =>
        (RunsByName[name], new PublishedRecipe(RunsByName[name]));

    private sealed record Contents(PublishedRun[] Runs);
}
