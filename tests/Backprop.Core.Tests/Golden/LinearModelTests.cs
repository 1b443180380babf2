using System.Text.Json;
using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Persistence;
using Backprop.Training;

namespace Backprop.Core.Tests.Golden;

/// <summary>A network without hidden layers, trained to convergence, is the generalized linear model that scikit-learn fits in another
/// way.</summary>
public class LinearModelTests
{
    private const int Features = 2;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("losses");
    private static readonly Dictionary<string, Model> ModelsByName = Golden.LinearModels.ToDictionary(model => $"{model.Loss}");

    public static TheoryData<string> Smooth =>
        [.. ModelsByName.Where(model => model.Value.ToLoss() is not PinballLoss).Select(model => model.Key)];

    public static TheoryData<string> Quantiles =>
        [.. ModelsByName.Where(model => model.Value.ToLoss() is PinballLoss).Select(model => model.Key)];

    [Theory, MemberData(nameof(Smooth))]
    public void Predictions_are_those_of_scikit_learn(string name)
    {
        var golden = ModelsByName[name];
        Near.Equal("prediction", golden.Predictions, Predict(golden, iterations: 4000, 0.2), absolute: 2e-5, relative: 2e-5);
    }

    // A loss with a kink is not met exactly by steps of one length; its least value is met the better the shorter they become.
    [Theory, MemberData(nameof(Quantiles))]
    public void Quantiles_are_those_of_scikit_learn(string name)
    {
        var golden = ModelsByName[name];
        var found = Predict(golden, iterations: 5000, 0.1, 0.01, 0.001, 0.0001);
        Near.Equal("prediction", golden.Predictions, found, absolute: 0.005);
        var tau = ((PinballLoss)golden.ToLoss()).Quantiles[0];
        Assert.Equal(
            MeanPinball(tau, golden.Targets, golden.Predictions), MeanPinball(tau, golden.Targets, [.. found.Select(p => (double)p)]),
            2e-5);
    }

    private static float[] Predict(Model golden, int iterations, params double[] learningRates)
    {
        var rows = golden.Targets.Length;
        var options = new TrainingOptions
        {
            Loss = golden.ToLoss(),
            Optimizer = new Sgd(),
            NumberOfIterations = iterations,
            BatchSize = TrainingOptions.FullBatch,
            NumberOfThreads = 1,
        };
        var network = Network.FullyConnected(Features, [], golden.Predictions.Length / rows, new Identity());
        var examples = new ExampleSet(Golden.Features, Features, golden.Targets);
        TrainedNetwork? trained = null;
        foreach (var learningRate in learningRates)
            trained = new Trainer(options with { LearningRate = learningRate }).Train(network, examples, initial: trained).Network;
        return trained!.CreateScorer(rows).Predict(new ReadOnlyMatrix(Golden.Features, rows, Features)).Values.ToArray();
    }

    private static double MeanPinball(double tau, float[] targets, double[] predictions) =>
        targets.Zip(predictions, (y, p) => y > p ? tau * (y - p) : (1 - tau) * (p - y)).Average();

    private sealed record Contents(float[] Features, Model[] LinearModels);

    private sealed record Model(JsonElement Loss, float[] Targets, double[] Predictions)
    {
        public Loss ToLoss() => Loss.Deserialize<Loss>(HeaderJson.Options)!;
    }
}
