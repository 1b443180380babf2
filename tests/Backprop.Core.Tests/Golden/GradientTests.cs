using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Golden;

/// <summary>Scores, loss and gradients of one small network for every activation × the loss of every task, with and without row weights,
/// against PyTorch.</summary>
public class GradientTests
{
    // PyTorch's float32 itself is up to 3e-7 away from its float64 in scores and losses and up to 5e-7 in gradients; all are about 1.
    private const double Tolerance = 1e-6;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("gradients");
    private static readonly Dictionary<string, Case> CasesByName = Golden.Cases.ToDictionary(c => c.ToString());

    public static TheoryData<string> Cases => [.. CasesByName.Keys];

    [Theory, MemberData(nameof(Cases))]
    public void Scores_loss_and_gradients_are_those_of_PyTorch(string name)
    {
        var golden = CasesByName[name];
        var network = golden.ToNetwork();
        var rows = Golden.Features.Length / network.Inputs;
        var x = new ReadOnlyMatrix(Golden.Features, rows, network.Inputs);
        var y = new ReadOnlyMatrix(golden.Targets, rows, golden.TargetCount(rows));
        var workspace = new Workspace(network, rows);

        var scores = network.Forward(golden.Parameters, x, workspace);
        Near.Equal("scores", golden.Scores, scores.Values, Tolerance);

        var value = golden.ToLoss().Evaluate(scores, y, golden.Weights, workspace.ScoreGradient);
        Near.Equal("loss", [golden.Value], [value], Tolerance);
        Near.Equal("∂J/∂scores", golden.ScoreGradient, workspace.ScoreGradient.Values, Tolerance);

        var gradient = new float[network.ParameterCount];
        network.Backward(golden.Parameters, x, workspace, gradient);
        Near.Equal("∂J/∂θ", golden.Gradient, gradient, Tolerance);
    }

    // Other activations and losses have golden values of their own (activations.json, losses.json), and gradients through networks in the
    // gradient tests.
    [Fact]
    public void The_loss_of_every_task_has_golden_values_with_several_activations()
    {
        var pairs = from activation in (string[])["Identity", "ReLU", "Sigmoid", "Tanh"]
                    from loss in (Loss[])[new SquaredError(), new LogisticLoss(), new SoftmaxCrossEntropy()]
                    select (activation, loss.GetType().Name);
        Assert.Empty(pairs.Except(Golden.Cases.Select(c => (c.Activation, c.Loss))));
    }

    private sealed record Contents(float[] Features, Case[] Cases);

    private sealed record Case(
        string Activation, string Loss, int[] Widths, float[] Parameters, float[] Targets, float[] Weights,
        double[] Scores, double Value, double[] ScoreGradient, double[] Gradient)
    {
        public int TargetCount(int rows) => Targets.Length / rows;

        public Network ToNetwork() => Network.FullyConnected(
            Widths[0], Widths.AsSpan()[1..^1], Widths[^1], Backprop.Activations.Activation.All.Single(a => a.GetType().Name == Activation));

        public Loss ToLoss() => Backprop.Losses.Loss.All.Single(l => l.GetType().Name == Loss);

        public override string ToString() => $"{Activation}, {Loss}, {Targets.Length} targets{(Weights.Length > 0 ? ", weighted" : "")}";
    }
}
