using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;

namespace Backprop.Core.Tests.Golden;

/// <summary>Ten epochs of the trainer against the loss curves of scikit-learn's MLPClassifier and MLPRegressor.</summary>
public class TrainerTests
{
    // scikit-learn works in float64 here, so all of the difference is the rounding of our float32, about 1e-7 a step in numbers near 1.
    // A line search makes more of it: its trials are quotients of differences of losses.
    private const double LossTolerance = 1e-6, ParameterTolerance = 1e-6, LineSearchLossTolerance = 1e-5,
        LineSearchParameterTolerance = 1e-4;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("training");
    private static readonly Dictionary<string, Run> RunsByName = Golden.Runs.ToDictionary(run => run.ToString());

    public static TheoryData<string> Runs => [.. RunsByName.Keys];

    [Theory, MemberData(nameof(Runs))]
    public void Ten_epochs_are_those_of_scikit_learn(string name)
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
            // Twice the loss has twice the slope, so gradient descent takes half the rate to make the same step; the others divide by the
            // slope's size.
            LearningRate = run.Solver is "sgd" or "nesterov" ? run.LearningRate / run.LossScale : run.LearningRate,
            NumberOfIterations = run.Losses.Length,
            BatchSize = run.Solver == "lbfgs" ? null : run.BatchSize,
            Shuffle = false,
        };

        // A start without standardization keeps the features as they are.
        var result = new Trainer(options).Train(network, examples, initial: new TrainedNetwork(network, run.Initial, loss));

        Near.Equal(
            "losses", [.. run.Losses.Select(l => run.LossScale * l)], [.. result.History.Select(report => report.TrainingLoss)],
            run.Solver == "lbfgs" ? LineSearchLossTolerance : LossTolerance);
        Near.Equal(
            "parameters", run.AfterEpoch10, result.Network.Parameters,
            run.Solver == "lbfgs" ? LineSearchParameterTolerance : ParameterTolerance);
    }

    private sealed record Contents(float[] Features, Run[] Runs);

    private sealed record Run(
        string Loss, string Activation, int[] Widths, float[] Targets, float[] Initial,
        string Solver, double Momentum, int BatchSize, double LearningRate, double LossScale, double[] Losses, double[] AfterEpoch10)
    {
        public Network ToNetwork() => Network.FullyConnected(
            Widths[0], Widths.AsSpan()[1..^1], Widths[^1], Backprop.Activations.Activation.All.Single(a => a.GetType().Name == Activation));

        public Optimizer ToOptimizer() => Solver switch
        {
            "sgd" when Momentum == 0 => new Sgd(),
            "sgd" => new Momentum { Coefficient = Momentum },
            "nesterov" => new Nesterov { Coefficient = Momentum },
            "adam" => new Adam { Epsilon = 1e-12 },
            "lbfgs" => new Lbfgs { SufficientDecrease = 1e-3, GradientTolerance = 1e-9 },
            _ => throw new ArgumentOutOfRangeException(nameof(Solver), Solver, "is not known"),
        };

        public override string ToString() => $"{Loss}, {Activation}, {Solver}, momentum {Momentum}, {BatchSize} rows a step";
    }
}
