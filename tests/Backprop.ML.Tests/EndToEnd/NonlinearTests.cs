using Microsoft.ML;

namespace Backprop.ML.Tests.EndToEnd;

/// <summary>Data that no straight line divides: hidden layers must earn their keep, judged on rows that were not trained on.</summary>
public class NonlinearTests
{
    private readonly MLContext _ml = new(seed: 1);

    // A line is right by chance only. The blur puts one point in a thousand into a wrong quadrant, whatever the model.
    [Fact]
    public void Xor_is_learned_by_a_network_and_not_by_a_linear_model() =>
        AssertBeatsLinearModel(Point.Xor(rows: 400, seed: 1), Point.Xor(rows: 400, seed: 2), networkAtLeast: 0.98, linearAtMost: 0.6);

    // The best line cuts both moons; the gap between them leaves room for a curve that hardly errs.
    [Fact]
    public void Two_moons_are_told_apart_better_by_a_network_than_by_a_linear_model() =>
        AssertBeatsLinearModel(
            Point.TwoMoons(rows: 400, seed: 1), Point.TwoMoons(rows: 400, seed: 2), networkAtLeast: 0.98, linearAtMost: 0.92);

    private void AssertBeatsLinearModel(Point[] training, Point[] test, double networkAtLeast, double linearAtMost)
    {
        var network = Accuracy(
            _ml.BinaryClassification.Trainers.Backprop(new BackpropTrainer.Options { Preset = Preset.Plain, Seed = 1 }), training, test);
        var linear = Accuracy(_ml.BinaryClassification.Trainers.LbfgsLogisticRegression(), training, test);
        Assert.True(network >= networkAtLeast, $"The network is right in {network:P1} of the cases; {networkAtLeast:P1} was expected.");
        Assert.True(linear <= linearAtMost, $"The linear model is right in {linear:P1} of the cases, so this data shows nothing.");
    }

    private double Accuracy<T>(IEstimator<T> trainer, Point[] training, Point[] test) where T : class, ITransformer
    {
        var model = trainer.Fit(_ml.Data.LoadFromEnumerable(training));
        return _ml.BinaryClassification.EvaluateNonCalibrated(model.Transform(_ml.Data.LoadFromEnumerable(test))).Accuracy;
    }
}
