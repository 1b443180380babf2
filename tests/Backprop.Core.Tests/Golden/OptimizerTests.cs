using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;

namespace Backprop.Core.Tests.Golden;

/// <summary>Ten steps of every optimizer, taken one call at a time, against PyTorch.</summary>
public class OptimizerTests
{
    // Losses are about 1. PyTorch's float32 itself is up to 1e-7 away from its float64 in the losses, and up to 2e-7 in the
    // parameters after ten steps (4e-8 after one).
    private const double LossTolerance = 1e-6, FirstStepTolerance = 2e-7, TenthStepTolerance = 1e-6;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("optimizers");
    private static readonly Dictionary<string, Run> RunsByName = Golden.Runs.ToDictionary(run => run.ToString());

    public static TheoryData<string> Runs => [.. RunsByName.Keys];

    [Theory, MemberData(nameof(Runs))]
    public void Ten_steps_are_those_of_PyTorch(string name)
    {
        var run = RunsByName[name];
        var network = Network.FullyConnected(Golden.Widths[0], Golden.Widths.AsSpan()[1..^1], Golden.Widths[^1], new Tanh());
        var loss = new SoftmaxCrossEntropy();
        var x = new ReadOnlyMatrix(Golden.Features, Golden.Targets.Length, network.Inputs);
        var y = new ReadOnlyMatrix(Golden.Targets, Golden.Targets.Length, 1);
        var workspace = new Workspace(network, x.Rows);
        var parameters = Golden.Initial.ToArray();
        var gradient = new float[network.ParameterCount];
        var optimizer = run.ToOptimizer().Start(network.ParameterCount);

        var losses = new double[10];
        for (var step = 0; step < losses.Length; step++)
        {
            var scores = network.Forward(parameters, x, workspace);
            losses[step] = loss.Evaluate(scores, y, workspace.ScoreGradient);
            network.Backward(parameters, x, workspace, gradient);
            optimizer.Update(parameters, gradient, run.LearningRate);
            if (step == 0) Near.Equal("parameters after step 1", run.AfterStep1, parameters, FirstStepTolerance);
        }

        Near.Equal("losses", run.Losses, losses, LossTolerance);
        Near.Equal("parameters after step 10", run.AfterStep10, parameters, TenthStepTolerance);
    }

    [Fact]
    public void Every_listed_optimizer_has_golden_steps()
    {
        var missing = Optimizer.All.Select(optimizer => optimizer.GetType().Name).Except(Golden.Runs.Select(run => run.Optimizer));
        Assert.True(!missing.Any(), $"tests/golden/optimizers.json has no steps of {string.Join(", ", missing)}.");
    }

    private sealed record Contents(int[] Widths, float[] Features, float[] Targets, float[] Initial, Run[] Runs);

    private sealed record Run(
        string Optimizer, double LearningRate, double[] Losses, double[] AfterStep1, double[] AfterStep10,
        double Coefficient = double.NaN, double Beta1 = double.NaN, double Beta2 = double.NaN, double Epsilon = double.NaN)
    {
        public Optimizer ToOptimizer() => Optimizer switch
        {
            nameof(Sgd) => new Sgd(),
            nameof(Momentum) => new Momentum { Coefficient = Coefficient },
            nameof(Adam) => new Adam { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon },
            _ => throw new InvalidDataException($"No optimizer is called {Optimizer}."),
        };

        public override string ToString() => $"{Optimizer} at {LearningRate}";
    }
}
