using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>A model that is continued gets outputs for new classes, if the option says so.</summary>
public class NewClassTests
{
    private static readonly Example[] _all = Synthetic.Examples(300), _some = [.. _all.Where(row => row.Kind != "high")];

    private readonly MLContext _ml = new(seed: 1);

    [Theory, InlineData(1), InlineData(3)]
    public void The_new_class_is_learned_and_the_others_keep_their_outputs(int members)
    {
        var earlier = new BackpropTrainer(_ml, Options(members, 40)).Fit(Synthetic.Prepared(_ml, _some));
        var data = Synthetic.Prepared(_ml, _all);

        // After a step of almost no length, the logits of the earlier classes are those of the earlier model.
        var still = Options(members, 1, learningRate: 1e-9);
        still.AddNewClasses = true;
        var started = new BackpropTrainer(_ml, still).Fit(data, null, earlier.Model);
        Assert.Equal(["low", "middle", "high"], started.Model.Columns.Classes!.Names);
        Assert.Equal(3, started.Model.Network.Network.Outputs);
        // Of several members, the average of probabilities also depends on the new class.
        if (members == 1) AssertSameShares(Probabilities(earlier, data, 2), Probabilities(started, data, 3));

        var options = Options(members, 40);
        options.AddNewClasses = true;
        var model = new BackpropTrainer(_ml, options).Fit(data, null, earlier.Model);
        Assert.InRange(_ml.MulticlassClassification.Evaluate(model.Transform(data), Synthetic.Kind).MicroAccuracy, 0.9, 1);
        Assert.Equal(model.Transform(data).ScoreBits(), _ml.SaveAndLoad(model, data.Schema).Transform(data).ScoreBits());
    }

    [Fact]
    public void Without_the_option_a_row_of_a_new_class_is_an_error_that_names_both()
    {
        var earlier = new BackpropTrainer(_ml, Options(1, 2)).Fit(Synthetic.Prepared(_ml, _some));
        var problem = Assert.Throws<InvalidOperationException>(
            () => new BackpropTrainer(_ml, Options(1, 2)).Fit(Synthetic.Prepared(_ml, _all), null, earlier.Model));
        Assert.Contains("class 'high'", problem.Message);
        Assert.Contains("AddNewClasses", problem.Message);
    }

    [Fact]
    public void Without_a_new_class_nothing_changes()
    {
        var data = Synthetic.Prepared(_ml, _some);
        var earlier = new BackpropTrainer(_ml, Options(1, 5)).Fit(data);
        var options = Options(1, 5);
        var without = new BackpropTrainer(_ml, options).Fit(data, null, earlier.Model);
        options.AddNewClasses = true;
        Assert.Equal(without.Bits(), new BackpropTrainer(_ml, options).Fit(data, null, earlier.Model).Bits());
    }

    private static BackpropTrainer.Options Options(int members, int epochs, double learningRate = 0.02) => new()
    {
        Preset = Preset.Plain,
        LabelColumnName = Synthetic.Kind,
        HiddenLayers = [16],
        EnsembleSize = members,
        LearningRate = learningRate,
        NumberOfIterations = epochs,
        Seed = 1,
    };

    // Low and middle, which come before the new class in the model; the keys of the data have the order of the alphabet.
    private static (float Low, float Middle)[] Probabilities(BackpropTransformer model, IDataView data, int classes)
    {
        var scores = model.Transform(data).GetColumn<VBuffer<float>>("Score").Select(row => row.DenseValues().ToArray());
        return [.. scores.Select(row => classes == 2 ? (row[^2], row[^1]) : (row[1], row[2]))];
    }

    private static void AssertSameShares((float Low, float Middle)[] before, (float Low, float Middle)[] after)
    {
        foreach (var (was, now) in before.Zip(after))
            Assert.Equal(Math.Log(was.Low / (double)was.Middle), Math.Log(now.Low / (double)now.Middle), 1e-3);
    }
}
