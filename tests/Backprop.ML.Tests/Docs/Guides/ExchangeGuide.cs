using System.Text.Json;
using System.Text.RegularExpressions;
using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Persistence;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public sealed partial class ExchangeGuide() : GuidePage("exchange"), IDisposable
{
    private static readonly string[] _files = ["parcels.npz", "iris.npz", "net.safetensors", "ours.safetensors"];

    private static readonly string _golden = Path.Combine(Repository.Root, "tests", "golden");

    public void Dispose() => Array.ForEach(_files, File.Delete);

    [Fact]
    public void Weights_leave_a_model_and_come_back()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        var data = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train).Transform(train);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = "Days",
            HiddenLayers = [8],
            NumberOfIterations = 3,
            Seed = 1,
        };
        var model = ml.Regression.Trainers.Backprop(options).Fit(data);
        #region exchange-save
        var weights = NetworkWeights.Of(model.Model.Network);
        weights.SaveNpz("parcels.npz");
        #endregion
        #region exchange-names
        foreach (var array in weights) Console.WriteLine(array);
        #endregion
        AssertPrinted();
        #region exchange-back
        var changed = model.WithWeights(NetworkWeights.LoadNpz("parcels.npz"));
        #endregion
        Assert.Equal(Scores(model.Transform(data)), Scores(changed.Transform(data)));
        #region exchange-continue
        var continued = ml.Regression.Trainers.Backprop(options).Fit(data, validationData: null, initialParameters: changed.Model);
        #endregion
        Assert.True(continued.Model.History[0].TrainingLoss < model.Model.History[0].TrainingLoss);
    }

    [Fact]
    public void A_classifier_of_scikit_learn_predicts_here()
    {
        File.Copy(Path.Combine(_golden, "exchange", "sklearn-iris.npz"), "iris.npz", overwrite: true);
        var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(_golden, "exchange.json"))).RootElement.GetProperty("cases")[0];
        var ml = new MLContext(seed: 1);
        var rows = golden.GetProperty("rows").EnumerateArray()
            .Select((row, i) => new Flower { Label = (uint)(i % 3 + 1), Features = row.Deserialize<float[]>()! });
        var data = ml.Data.LoadFromEnumerable(rows);
        #region exchange-sklearn
        var network = Network.FullyConnected(inputs: 4, hiddenLayers: [8], outputs: 3, new ReLU());
        var trained = NetworkWeights.LoadNpz("iris.npz").ToNetwork(network, new SoftmaxCrossEntropy());
        var model = ml.Model.FromNetwork(trained, data.Schema);
        var scored = model.Transform(data);
        #endregion
        var expected = golden.GetProperty("predictions").EnumerateArray().SelectMany(row => row.Deserialize<double[]>()!);
        Assert.All(
            scored.GetColumn<float[]>("Score").SelectMany(score => score).Zip(expected),
            pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    [Fact]
    public void Linear_layers_of_PyTorch_have_another_layout()
    {
        File.Copy(Path.Combine(_golden, "exchange", "torch-linear.safetensors"), "net.safetensors", overwrite: true);
        #region exchange-pytorch
        var network = Network.FullyConnected(inputs: 6, hiddenLayers: [8, 5], outputs: 2, new ReLU());
        var trained = NetworkWeights.LoadSafetensors("net.safetensors").FromPyTorch().ToNetwork(network, new SquaredError());
        NetworkWeights.Of(trained).ToPyTorch().SaveSafetensors("ours.safetensors");
        #endregion
        NetworkWeights given = NetworkWeights.LoadSafetensors("net.safetensors"), ours = NetworkWeights.LoadSafetensors("ours.safetensors");
        Assert.Equal(given.Select(array => array.ToString()), ours.Select(array => array.ToString()));
        Assert.All(given, array => Assert.Equal(array.Values.ToArray(), ours[array.Name].Values.ToArray()));

        AssertQuoted(Assert.Throws<ArgumentException>(() => given.ToParameters(network)).Message);
    }

    // The code of the page in Python is that of the script which made the golden files.
    [Fact]
    public void Code_in_Python_is_that_of_the_script()
    {
        var script = File.ReadAllText(Path.Combine(_golden, "exchange.py"));
        var blocks = PythonBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "guides", "exchange.md")));
        Assert.Equal(4, blocks.Count);
        Assert.All(blocks, block => Assert.Contains(block.Groups[1].Value, script, StringComparison.Ordinal));
    }

    private static float[] Scores(IDataView data) => [.. data.GetColumn<float>("Score")];

    [GeneratedRegex(@"```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex PythonBlock();

    private sealed class Flower
    {
        [KeyType(count: 3)]
        public uint Label { get; set; }

        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }
}
