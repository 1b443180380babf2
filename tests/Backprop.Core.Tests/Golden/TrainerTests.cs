using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Golden;

/// <summary>Ten epochs of the trainer against the loss curves of scikit-learn's MLPClassifier and MLPRegressor.</summary>
public class TrainerTests
{
    // scikit-learn works in float64 here, so all of the difference is the rounding of our float32, about 1e-7 a step in numbers near 1.
    private const double LossTolerance = 1e-6, ParameterTolerance = 1e-6;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("training");
    private static readonly Dictionary<string, Run> RunsByName = Golden.Runs.ToDictionary(run => run.ToString());

    public static TheoryData<string> Runs => [.. RunsByName.Keys];

    [Theory, MemberData(nameof(Runs))]
    public void Ten_full_batch_epochs_are_those_of_scikit_learn(string name)
    {
        var run = RunsByName[name];
        var network = run.ToNetwork();
        var loss = Loss.All.Single(l => l.GetType().Name == run.Loss);
        var rows = Golden.Features.Length / network.Inputs;
        var examples = new ExampleSet(Golden.Features, network.Inputs, run.Targets, run.Targets.Length / rows);
        var options = new TrainingOptions
        {
            Loss = loss,
            Optimizer = run.ToOptimizer(),
            // Half the loss has half the slope, so it takes twice the rate to make the same step.
            LearningRate = run.LearningRate / run.LossScale,
            NumberOfIterations = run.Losses.Length,
            BatchSize = TrainingOptions.FullBatch,
            Shuffle = false,
        };

        // A start without standardization keeps the features as they are.
        var result = new Trainer(options).Train(network, examples, initial: new TrainedNetwork(network, run.Initial, loss));

        Near.Equal("losses", [.. run.Losses.Select(l => run.LossScale * l)], [.. result.History.Select(report => report.TrainingLoss)], LossTolerance);
        Near.Equal("parameters", run.AfterStep10, result.Network.Parameters, ParameterTolerance);
    }

    private sealed record Contents(float[] Features, Run[] Runs);

    private sealed record Run(
        string Loss, string Activation, int[] Widths, float[] Targets, float[] Initial,
        double Momentum, double LearningRate, double LossScale, double[] Losses, double[] AfterStep10)
    {
        public Network ToNetwork() => Network.FullyConnected(
            Widths[0], Widths.AsSpan()[1..^1], Widths[^1], Backprop.Activations.Activation.All.Single(a => a.GetType().Name == Activation));

        public Optimizer ToOptimizer() => Momentum > 0 ? new Momentum { Coefficient = Momentum } : new Sgd();

        public override string ToString() => $"{Loss}, {Activation}, momentum {Momentum}";
    }
}
