using Backprop.Schedules;
using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class LearningRatesGuide
{
    [Fact]
    public void A_range_test_suggests_a_rate()
    {
        var (ml, data) = LearnRows.Load(300);
        #region learning-rates-find
        var options = new BackpropTrainer.Options { Preset = Preset.Plain };
        var curve = ml.BinaryClassification.Trainers.Backprop(options).FindLearningRate(data);
        options.LearningRate = curve.Valley;
        #endregion
        Assert.InRange(curve.Valley, 1e-5, 0.1);
        Assert.True(curve.Points.Count > 20);
    }

    [Fact]
    public void A_schedule_is_an_option()
    {
        var (ml, data) = LearnRows.Load(300);
        #region learning-rates-schedule
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LearningRate = 0.01,
            LearningRateSchedule = new CosineDecay { WarmUpShare = 0.1 },
            NumberOfIterations = 10,
        };
        #endregion
        var history = ml.BinaryClassification.Trainers.Backprop(options).Fit(data).Model.History;
        Assert.Equal(10, history.Count);
        Assert.True(history[^1].LearningRate < 0.1 * history[1].LearningRate);
    }
}
