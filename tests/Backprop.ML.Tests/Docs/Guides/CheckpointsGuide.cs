using Backprop.ML.Tests.Scenarios;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Docs.Guides;

public sealed class CheckpointsGuide() : GuidePage("checkpoints"), IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("backprop-guide-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Fit_continues_from_the_file_and_refuses_that_of_another_training()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        var data = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train).Transform(train);
        var straight = Fit(new MLContext(), Options());
        var file = Path.Combine(_folder.FullName, "parcels.checkpoint");
        Assert.Throws<PowerCut>(() => Fit(ml, Options(file, cutAt: 3)));

        var notes = Messages(ml, ChannelMessageKind.Info);
        Assert.Equal(straight, Fit(ml, Options(file)));
        var resumed = Assert.Single(notes, note => note.StartsWith("Resumed", StringComparison.Ordinal));
        AssertQuoted(resumed.Replace(file, "parcels.checkpoint"));

        var other = Options(file);
        other.BatchSize = 8;
        var problem = Assert.Throws<InvalidOperationException>(() => Fit(ml, other));
        AssertQuoted(problem.Message.Replace(file, "parcels.checkpoint"));

        float[] Fit(MLContext context, BackpropTrainer.Options options) =>
            context.BinaryClassification.Trainers.Backprop(options).Fit(data).Model.Network.Parameters.ToArray();
    }

    [Fact]
    public void A_file_is_one_option()
    {
        var (ml, train, _) = Parcel.Split(train: 40);
        var data = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train).Transform(train);
        var options = Options();
        var before = Directory.GetCurrentDirectory();
        var path = Path.Combine(before, "parcels.checkpoint");
        try
        {
            #region checkpoint
            options.Checkpoint = new Checkpoint("parcels.checkpoint") { Every = TimeSpan.FromMinutes(1) };
            var model = ml.BinaryClassification.Trainers.Backprop(options).Fit(data);
            #endregion
            var newData = data;
            #region memory
            options.Checkpoint = null;
            options.OptimizerMemory = OptimizerMemory.FromCheckpoint("parcels.checkpoint");
            var continued = ml.BinaryClassification.Trainers.Backprop(options).Fit(newData, null, model.Model);
            #endregion
            Assert.NotEqual(model.Model.Network.Parameters.ToArray(), continued.Model.Network.Parameters.ToArray());
            Assert.Equal(5, model.Model.History.Count);
            Assert.True(File.Exists(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static BackpropTrainer.Options Options(string? file = null, int? cutAt = null) => new()
    {
        Preset = Preset.Plain,
        LabelColumnName = "IsLate",
        HiddenLayers = [8],
        NumberOfIterations = 5,
        BatchSize = 16,
        Seed = 1,
        Checkpoint = file is null ? null : new Checkpoint(file) { Every = 1 },
        Progress = new Listener<EpochReport>(report =>
        {
            if (report.Epoch == cutAt) throw new PowerCut();
        }),
    };

    private sealed class PowerCut : Exception;
}
