using Backprop.Training;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

public class LearningRateFinderTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void The_rate_that_it_suggests_trains_better_than_one_a_thousand_times_as_small(string label)
    {
        var data = Synthetic.Prepared(_ml, 300);
        var options = Synthetic.Brief(label);
        var curve = new BackpropTrainer(_ml, options).FindLearningRate(data, new LearningRateRangeTest { Steps = 60 });
        Assert.InRange(curve.Points.Count, 30, 60);
        options.LearningRate = curve.Valley;
        var suggested = Loss();
        options.LearningRate = curve.Valley / 1000;
        Assert.True(suggested < 0.9 * Loss(), $"{suggested} at {curve.Valley}");

        double Loss() => new BackpropTrainer(_ml, options).Fit(data).Model.History[^1].TrainingLoss;
    }

    [Fact]
    public void A_missing_column_is_named()
    {
        var trainer = new BackpropTrainer(_ml, new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "Nowhere" });
        var problem = Assert.Throws<ArgumentOutOfRangeException>(() => trainer.FindLearningRate(Synthetic.Prepared(_ml, 20)));
        Assert.Contains("Nowhere", problem.Message, StringComparison.Ordinal);
    }
}
