using System.Reflection;
using System.Text.Json;
using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Golden;

/// <summary>Ten steps of every optimizer, taken one call at a time, against PyTorch.</summary>
public class OptimizerTests
{
    // Losses are about 1. PyTorch's float32 itself is up to 1e-7 away from its float64 in the losses, and up to 4e-7 in the
    // parameters after ten steps (4e-8 after one).
    private const double LossTolerance = 1e-6, FirstStepTolerance = 2e-7, TenthStepTolerance = 2e-6;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("optimizers");
    private static readonly Dictionary<string, Run> RunsByName = Golden.Runs.ToDictionary(run => run.ToString());

    public static TheoryData<string> Runs => [.. RunsByName.Keys];

    [Theory, MemberData(nameof(Runs))]
    public void Ten_steps_are_those_of_PyTorch(string name)
    {
        var run = RunsByName[name];
        var network = Network.FullyConnected(Golden.Widths[0], Golden.Widths.AsSpan()[1..^1], Golden.Widths[^1], new Tanh());
        var (parameters, rows) = (Golden.Initial.ToArray(), Golden.Targets.Length);
        var options = new TrainingOptions
        {
            Loss = new SoftmaxCrossEntropy(),
            Optimizer = run.ToOptimizer(),
            L2Regularization = run.L2,
            WeightDecay = run.WeightDecay,
            ParameterGroups = new() { Biases = new(1, 1) }, // PyTorch's optimizers do not tell them from weights
        };
        var state = new TrainingState(parameters, options, network);
        using var step = new TrainingStep(network, state, options, rows, 1);
        var batches = new Minibatches(new ExampleSet(Golden.Features, network.Inputs, Golden.Targets), rows, null, null);

        var losses = new double[10];
        for (var i = 0; i < losses.Length; i++)
        {
            losses[i] = step.Learn(batches, 0, new StepValues(run.LearningRate)).Loss;
            if (i == 0) Near.Equal("parameters after step 1", run.AfterStep1, PredictorOf(step, state), FirstStepTolerance);
        }

        Near.Equal("losses", run.Losses, losses, LossTolerance);
        Near.Equal("parameters after step 10", run.AfterStep10, PredictorOf(step, state), TenthStepTolerance);
    }

    private static ReadOnlySpan<float> PredictorOf(TrainingStep step, TrainingState state)
    {
        step.UpdatePredictor();
        return state.Predictor;
    }

    // L-BFGS is compared with scikit-learn (TrainerTests), which takes its steps from SciPy.
    [Fact]
    public void Every_listed_optimizer_has_golden_steps()
    {
        var missing = Optimizer.All.OfType<StepwiseOptimizer>().Select(optimizer => optimizer.GetType().Name)
            .Except(Golden.Runs.Select(run => run.Optimizer));
        Assert.True(!missing.Any(), $"tests/golden/optimizers.json has no steps of {string.Join(", ", missing)}.");
    }

    private sealed record Contents(int[] Widths, float[] Features, float[] Targets, float[] Initial, Run[] Runs);

    private sealed record Run(
        string Optimizer, double LearningRate, double L2, double WeightDecay, Dictionary<string, JsonElement> Options, double[] Losses,
        double[] AfterStep1, double[] AfterStep10)
    {
        // The options have the names of the properties, so an optimizer that is added needs no line here.
        public Optimizer ToOptimizer()
        {
            var optimizer = (Optimizer)Activator.CreateInstance(
                Backprop.Optimizers.Optimizer.All.Single(o => o.GetType().Name == Optimizer).GetType())!;
            foreach (var (name, value) in Options)
            {
                var property = optimizer.GetType().GetProperty(
                    name, BindingFlags.IgnoreCase | BindingFlags.Public | BindingFlags.Instance)!;
                property.SetValue(optimizer, value.Deserialize(property.PropertyType));
            }
            return optimizer;
        }

        public override string ToString() =>
            $"{Optimizer} at {LearningRate}, L2 {L2}, decay {WeightDecay}, " +
                $"{string.Join(", ", Options.Select(option => $"{option.Key} {option.Value}"))}";
    }
}
