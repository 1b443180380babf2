using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Each way to keep weights or steps small, through the options.</summary>
public class RegularizationTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public RegularizationTests() => _data = Synthetic.Prepared(_ml, 300);

    public static TheoryData<string> Names => [.. Settings.Keys];

    private static Dictionary<string, Action<BackpropTrainer.Options>> Settings { get; } = new()
    {
        ["L1"] = options => options.L1Regularization = 0.05,
        ["L2"] = options => options.L2Regularization = 0.05,
        ["weight decay"] = options => options.WeightDecay = 5,
        ["maximum norm"] = options => options.MaximumNorm = 0.5,
    };

    [Theory, MemberData(nameof(Names))]
    public void Weights_come_out_smaller(string name)
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.NumberOfIterations = 20;
        double free = SumOfSquares(options);
        Settings[name](options);
        Assert.InRange(SumOfSquares(options), 0, 0.8 * free);
    }

    // At this rate the steps throw the weights so far that the loss is lost; short steps keep it.
    [Fact]
    public void Clipped_gradients_survive_a_learning_rate_that_diverges_without()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        (options.Optimizer, options.LearningRate, options.NumberOfIterations) = (new Backprop.Optimizers.Sgd(), 30, 20);
        Assert.Throws<TrainingDivergedException>(() => new BackpropTrainer(_ml, options).Fit(_data));
        options.GradientClipping = new(ClippingMeasure.GlobalNorm, 0.001);
        Assert.InRange(new BackpropTrainer(_ml, options).Fit(_data).Model.History[^1].TrainingLoss, 0, 1);
    }

    private double SumOfSquares(BackpropTrainer.Options options)
    {
        var model = new BackpropTrainer(_ml, options).Fit(_data).Model;
        return model.Layers.Sum(layer => layer.Weights.ToArray().Sum(weight => (double)weight * weight));
    }
}
