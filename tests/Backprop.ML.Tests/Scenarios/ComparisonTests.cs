using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>A user tries several trainers on the same data and keeps the best. ML.NET's linear ones cannot follow the wave.</summary>
public class ComparisonTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_network_beats_logistic_regression_on_a_curve() =>
        Compare(
            Synthetic.Flag, _ml.BinaryClassification.Trainers.LbfgsLogisticRegression(Synthetic.Flag),
            _ml.BinaryClassification.Trainers.Backprop(Synthetic.Flag));

    [Fact]
    public void A_network_beats_maximum_entropy_on_curves() =>
        Compare(
            Synthetic.Kind, _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(Synthetic.Kind),
            _ml.MulticlassClassification.Trainers.Backprop(Synthetic.Kind));

    [Fact]
    public void A_network_beats_linear_regression_on_a_wave() =>
        Compare(
            Synthetic.Value, _ml.Regression.Trainers.OnlineGradientDescent(Synthetic.Value),
            _ml.Regression.Trainers.Backprop(Synthetic.Value));

    private void Compare(string label, IEstimator<ITransformer> linear, BackpropTrainer network)
    {
        IDataView train = Synthetic.Prepared(_ml, 400), test = Synthetic.Prepared(_ml, 300, seed: 2);
        var linearQuality = _ml.Quality(linear.Fit(train).Transform(test), label);
        var networkQuality = _ml.Quality(network.Fit(train).Transform(test), label);

        Assert.InRange(linearQuality, 0.3, 0.93);
        Assert.True(networkQuality > linearQuality + 0.03, $"network {networkQuality:F3}, linear {linearQuality:F3}");
    }
}
