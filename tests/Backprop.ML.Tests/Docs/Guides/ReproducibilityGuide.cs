using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

public class ReproducibilityGuide() : GuidePage("reproducibility")
{
    [Fact]
    public void Two_fits_have_the_same_bits()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        var data = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train).Transform(train);
        #region seed-fits
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "IsLate", Seed = 42 };
        var first = ml.BinaryClassification.Trainers.Backprop(options).Fit(data);

        options.NumberOfThreads = 1;
        var second = ml.BinaryClassification.Trainers.Backprop(options).Fit(data);

        var same = first.Model.Network.Parameters.SequenceEqual(second.Model.Network.Parameters);
        Console.WriteLine($"the same parameters: {same}");
        #endregion
        Assert.True(same);
        AssertPrinted();
    }

    [Fact]
    public void Without_a_seed_the_context_decides_when_the_trainer_is_made()
    {
        var data = Parcel.View(new MLContext(), 40);
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, LabelColumnName = "IsLate", NumberOfIterations = 1 };
        (float[] First, float[] Again, float[] Other) Fits()
        {
            #region seed-context
            var ml = new MLContext(seed: 1);
            var trainer = ml.BinaryClassification.Trainers.Backprop(options);
            var other = ml.BinaryClassification.Trainers.Backprop(options);
            #endregion
            var prepared = ml.Transforms.Concatenate("Features", "Weight", "Distance").Fit(data).Transform(data);
            return (Parameters(trainer), Parameters(trainer), Parameters(other));

            float[] Parameters(BackpropTrainer each) => each.Fit(prepared).Model.Network.Parameters.ToArray();
        }
        var (run, next) = (Fits(), Fits());
        Assert.Equal(run.First, run.Again);
        Assert.NotEqual(run.First, run.Other);
        Assert.Equal(run, next, (a, b) => a.First.SequenceEqual(b.First) && a.Other.SequenceEqual(b.Other));
    }
}
