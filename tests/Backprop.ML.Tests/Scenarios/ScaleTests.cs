using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Raw columns as they come: prices around 100,000 from timestamps around a billion.</summary>
public class ScaleTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Prices_are_learnt_from_timestamps_by_default()
    {
        var model = new BackpropTrainer(_ml).Fit(Load(Sales(250, seed: 1)));
        var metrics = _ml.Regression.Evaluate(model.Transform(Load(Sales(300, seed: 2))));

        Assert.InRange(metrics.RSquared, 0.97, 1);
    }

    [Fact]
    public void Without_normalization_the_same_prices_are_out_of_reach()
    {
        // What the default saves users from: no standardization anywhere, and the network finds nothing or blows up.
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, NormalizeFeatures = false, NormalizeLabel = false };
        var model = new BackpropTrainer(_ml, options).Fit(Load(Sales(500, seed: 1)));

        Assert.True(_ml.Regression.Evaluate(model.Transform(Load(Sales(300, seed: 2)))).RSquared < 0.5);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void The_model_carries_what_was_normalized_and_nothing_else(bool features, bool label)
    {
        var options = Synthetic.Brief(Synthetic.Value);
        (options.NormalizeFeatures, options.NormalizeLabel) = (features, label);
        var network = new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100)).Model.Network;

        Assert.Equal(features, network.Inputs is not null);
        Assert.Equal(label, network.Targets is not null);
    }

    [Theory]
    [InlineData(Synthetic.Flag)]
    [InlineData(Synthetic.Kind)]
    public void The_labels_of_a_classification_are_never_normalized(string label) =>
        Assert.Null(new BackpropTrainer(_ml, Synthetic.Brief(label)).Fit(Synthetic.Prepared(_ml, 100)).Model.Network.Targets);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_linear_model_can_be_computed_by_hand(bool normalize)
    {
        var examples = Synthetic.Examples(100);
        foreach (var example in examples) example.Main = 40 + 7 * example.Main;
        var data = Synthetic.Prepared(_ml, examples);
        var options = Synthetic.Brief(Synthetic.Value);
        (options.HiddenLayers, options.NormalizeFeatures, options.NormalizeLabel) = ([], normalize, normalize);
        var model = new BackpropTrainer(_ml, options).Fit(data);

        double[][] x = [.. examples.Select(example => new double[] { example.Main, example.Side, example.Noise })];
        double[] y = [.. examples.Select(example => (double)example.Value)];
        if (normalize) x = [.. x.Select(row => row.Select((value, j) => Standard(value, x.Select(r => r[j]))).ToArray())];
        var layer = model.Model.Layers.Single();
        float[] w = layer.Weights.ToArray(), b = layer.Biases.ToArray();
        var byHand = x.Select(row => row.Zip(w, (value, weight) => value * weight).Sum() + b[0]);
        if (normalize) byHand = byHand.Select(score => score * Deviation(y) + y.Average());

        Assert.Equal(byHand, model.Transform(data).Scores().Select(score => (double)score), (a, c) => Math.Abs(a - c) < 1e-4);
    }

    private static double Standard(double value, IEnumerable<double> column) => (value - column.Average()) / Deviation([.. column]);

    private static double Deviation(double[] column) =>
        Math.Sqrt(column.Average(value => (value - column.Average()) * (value - column.Average())));

    private static IEnumerable<Sale> Sales(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            // One year in seconds, a season within it, and a price that follows the season and the size.
            double year = random.NextDouble(), area = 30 + 170 * random.NextDouble();
            var price = 50_000 + 1_500 * area + 60_000 * Math.Sin(2 * Math.PI * year) + 2_000 * random.NextDouble();
            yield return new Sale { Features = [(float)(1e9 + 3.15e7 * year), (float)area], Label = (float)price };
        }
    }

    private IDataView Load(IEnumerable<Sale> sales) => _ml.Data.LoadFromEnumerable(sales.ToArray());

    private sealed class Sale
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
