using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Golden;

/// <summary>Ten steps of training with a normalization layer, and scoring afterwards, against PyTorch.</summary>
public class NormalizationTests
{
    // PyTorch's float32 is up to 4e-7 away from its float64 after ten steps.
    private const double Tolerance = 1e-6;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("normalization");
    private static readonly Dictionary<string, Run> RunsByName = Golden.Runs.ToDictionary(
        run => $"{run.Layer}, ε {run.Epsilon}, decay {run.Decay}");

    public static TheoryData<string> Runs => [.. RunsByName.Keys];

    [Theory, MemberData(nameof(Runs))]
    public void Ten_steps_and_the_scores_after_them_are_those_of_PyTorch(string name)
    {
        var run = RunsByName[name];
        var hidden = Golden.Widths[1];
        Layer normalization = run.Layer == nameof(BatchNormalization)
            ? new BatchNormalization(hidden, run.Momentum, run.Epsilon)
            : new LayerNormalization(hidden, run.Epsilon);
        var network = new Network(
            new Dense(Golden.Widths[0], hidden), normalization, new ActivationLayer(hidden, new Tanh()),
            new Dense(hidden, Golden.Widths[2]));
        var rows = Golden.Features.Length / network.Inputs;
        var parameters = run.Initial.ToArray();
        var batches = new Minibatches(new ExampleSet(Golden.Features, network.Inputs, Golden.Targets, network.Outputs), rows, null, null);
        var options = new TrainingOptions
        {
            Loss = new SquaredError(),
            Optimizer = new Sgd(),
            L2Regularization = run.Decay,
            ParameterGroups = new ParameterGroups { Biases = new(1, 1), Scales = new(1, 1) }
        };
        using var step = Steps.Make(network, parameters, options, rows, 1);

        var losses = Enumerable.Range(0, 10).Select(_ => step.Learn(batches, 0, new StepValues(0.1)).Loss).ToArray();
        Near.Equal("losses", run.Losses, losses, Tolerance);
        Near.Equal("parameters after step 10", run.AfterStep10, parameters, Tolerance);

        var scores = network.Forward(
            parameters, new ReadOnlyMatrix(Golden.Features, rows, network.Inputs), new Workspace(network, rows, forTraining: false));
        Near.Equal("scores", run.Scores, scores.Values.ToArray(), Tolerance);
    }

    private sealed record Contents(int[] Widths, float[] Features, float[] Targets, Run[] Runs);

    private sealed record Run(
        string Layer, double Momentum, double Epsilon, double Decay, float[] Initial, double[] Losses, double[] AfterStep10,
        double[] Scores);
}
