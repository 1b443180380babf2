using System.Text.Json;
using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Persistence;

namespace Backprop.Core.Tests.Golden;

/// <summary>Networks that scikit-learn and PyTorch trained predict the same here, and networks of this library predict the same in NumPy
/// and PyTorch. tests/golden/exchange.py made the files and predictions of Python.</summary>
public class ExchangeTests
{
    private const float Tolerance = 1e-5f;

    private static readonly string _folder = Path.Combine(Repository.Root, "tests", "golden", "exchange");

    private static readonly Network _network = Network.FullyConnected(4, [6, 5], 2, new ReLU());

    public static TheoryData<string> Cases => [.. GoldenFile.Read<File>("exchange").Cases.Select(model => model.Name)];

    [Theory, MemberData(nameof(Cases))]
    public void A_model_of_Python_predicts_the_same_here(string name)
    {
        var model = GoldenFile.Read<File>("exchange").Cases.Single(model => model.Name == name);
        var outputs = model.Predictions[0].Length;
        var network = Network.FullyConnected(model.Rows[0].Length, model.Hidden, outputs, ActivationOf(model.Activation));
        var path = Path.Combine(_folder, model.File);
        var weights = path.EndsWith(".npz", StringComparison.Ordinal) ? NetworkWeights.LoadNpz(path) : NetworkWeights.LoadSafetensors(path);
        if (name.StartsWith("torch", StringComparison.Ordinal)) weights = weights.FromPyTorch();
        AssertPredicts(weights.ToNetwork(network, LossOf(name)), model.Rows, model.Predictions);
    }

    // BACKPROP_WRITE_EXCHANGE=1 writes the files for exchange.py --check, which writes NumPy's predictions.
    [Fact]
    public void Files_of_this_library_predict_the_same_in_Python()
    {
        var trained = MakeOurs();
        var weights = NetworkWeights.Of(trained);
        if (Environment.GetEnvironmentVariable("BACKPROP_WRITE_EXCHANGE") == "1") Write(trained, weights);
        NetworkWeights[] stored =
        [
            NetworkWeights.LoadNpz(PathOf("ours.npz")), NetworkWeights.LoadJson(PathOf("ours.json")),
            NetworkWeights.LoadSafetensors(PathOf("ours.safetensors")),
            NetworkWeights.LoadSafetensors(PathOf("ours-torch.safetensors")).FromPyTorch(),
        ];
        var python = JsonSerializer.Deserialize<Predictions>(System.IO.File.ReadAllText(PathOf("ours.python.json")))!;
        foreach (var copy in stored)
        {
            Assert.Equal(weights.Select(array => array.ToString()), copy.Select(array => array.ToString()));
            foreach (var array in weights) TestNumbers.AssertClose(array.Values, copy[array.Name].Values, 1e-6f);
            AssertPredicts(copy.ToNetwork(_network, trained.Loss), python.Rows, python.NumPy);
            AssertPredicts(copy.ToNetwork(_network, trained.Loss), python.Rows, python.PyTorch);
        }
    }

    private static TrainedNetwork MakeOurs() => new(
        _network, TestNumbers.Normal(_network.ParameterCount, seed: 5, scale: 0.5), new SquaredError(),
        new Standardization([1, -2, 0.5f, 3], [0.5f, 2, 1.5f, 0.25f]), new Standardization([1, 2], [0.5f, 2]));

    private static void Write(TrainedNetwork trained, NetworkWeights weights)
    {
        weights.SaveNpz(PathOf("ours.npz"));
        weights.SaveJson(PathOf("ours.json"));
        weights.SaveSafetensors(PathOf("ours.safetensors"));
        weights.ToPyTorch().SaveSafetensors(PathOf("ours-torch.safetensors"));
        float[][] rows = [.. Enumerable.Range(0, 5).Select(i => TestNumbers.Normal(4, seed: i, scale: 2))];
        float[][] predictions = [.. rows.Select(row => trained.CreateScorer().Predict(new ReadOnlyMatrix(row, 1, 4)).Values.ToArray())];
        System.IO.File.WriteAllText(PathOf("ours.predictions.json"), JsonSerializer.Serialize(new { rows, predictions }));
    }

    private static string PathOf(string file) => Path.Combine(_folder, file);

    private static void AssertPredicts(TrainedNetwork trained, float[][] rows, double[][] expected)
    {
        var scorer = trained.CreateScorer(rows.Length);
        var predictions = scorer.Predict(new ReadOnlyMatrix([.. rows.SelectMany(row => row)], rows.Length, rows[0].Length));
        TestNumbers.AssertClose([.. expected.SelectMany(row => row).Select(value => (float)value)], predictions.Values, Tolerance);
    }

    private static Activation ActivationOf(string name) => name switch
    {
        "relu" => new ReLU(),
        "tanh" => new Tanh(),
        "logistic" => new Sigmoid(),
        _ => throw new ArgumentException($"{name} is unknown."),
    };

    private static Loss LossOf(string name) => name switch
    {
        "sklearn-iris" => new SoftmaxCrossEntropy(),
        "sklearn-cancer" => new LogisticLoss(),
        _ => new SquaredError(),
    };

    private sealed record File(Dictionary<string, string> Versions, Case[] Cases);

    private sealed record Case(string Name, string File, string Activation, int[] Hidden, float[][] Rows, double[][] Predictions);

    private sealed record Predictions(float[][] Rows, double[][] NumPy, double[][] PyTorch);
}
