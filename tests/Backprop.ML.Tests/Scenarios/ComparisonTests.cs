using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>A user tries several trainers on the same data and keeps the best. ML.NET's linear ones cannot follow a curve.</summary>
public class ComparisonTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_network_beats_logistic_regression_on_a_curve() =>
        Compare(Synthetic.Flag, _ml.BinaryClassification.Trainers.LbfgsLogisticRegression(Synthetic.Flag));

    [Fact]
    public void A_network_beats_maximum_entropy_on_curves() =>
        Compare(Synthetic.Kind, _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(Synthetic.Kind));

    [Fact]
    public void A_network_beats_linear_regression_on_a_curve() =>
        Compare(Synthetic.Value, _ml.Regression.Trainers.OnlineGradientDescent(Synthetic.Value));

    private void Compare(string label, IEstimator<ITransformer> linear)
    {
        IDataView train = Synthetic.Prepared(_ml, DefaultFits.TrainingRows), test = Synthetic.Prepared(_ml, DefaultFits.TestRows);
        var linearQuality = _ml.Quality(linear.Fit(train).Transform(test), label);
        var networkQuality = _ml.Quality(DefaultFits.Scored(label), label);

        Assert.InRange(linearQuality, 0.3, 0.93);
        Assert.True(networkQuality > linearQuality + 0.03, $"network {networkQuality:F3}, linear {linearQuality:F3}");
    }
}
