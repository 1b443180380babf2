using Backprop.Distribution;
using Backprop.Presets;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Docs.Guides;

public class ManyMachinesGuide() : GuidePage("many-machines")
{
    [Fact]
    public void A_program_without_a_launcher_is_one_rank()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        var data = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train).Transform(train);
        var options = OptionsWith(seed: 1);
        Assert.Equal(0, Main());
        Assert.True(File.Exists("model.zip"));
        File.Delete("model.zip");

        int Main()
        {
            #region many-machines-search
            return Mpi.Run(ranks =>
            {
                options.Distributed = new Distributed(ranks);
                var result = new BackpropTuner(ml, options, new Search { MaximumTrials = 4 }).Fit(data);
                if (ranks.Rank == 0) ml.Model.Save(result.Transformer, data.Schema, "model.zip");
            });
            #endregion
        }
    }

    [Fact]
    public void One_training_has_the_bits_of_its_shards()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        var data = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train).Transform(train);
        float[][] all = [Train(ThreadRanks.Alone), .. ThreadRanks.Run(2, Train)];
        Assert.All(all, parameters => Assert.Equal(all[0], parameters));

        float[] Train(ICommunicator ranks)
        {
            var options = OptionsWith(seed: 1);
            #region many-machines-shards
            options.Distributed = new Distributed(ranks) { Shards = 8 };
            options.BatchSize = 1024;
            var model = new BackpropTrainer(ml, options).Fit(data);
            #endregion
            return model.Model.Network.Parameters.ToArray();
        }
    }

    [Fact]
    public void Files_are_read_by_the_rank_of_their_shards()
    {
        var folder = Directory.CreateTempSubdirectory("backprop-guide-");
        var saving = new MLContext(seed: 1);
        string[] files = [.. Parcel.Many(160).Chunk(20).Select((rows, part) =>
        {
            var path = Path.Combine(folder.FullName, $"{part}.idv");
            using var file = File.Create(path);
            saving.Data.SaveAsBinary(saving.Data.LoadFromEnumerable(rows), file);
            return path;
        })];
        float[][] all = [Train(ThreadRanks.Alone), .. ThreadRanks.Run(2, Train)];
        Assert.All(all, parameters => Assert.Equal(all[0], parameters));
        folder.Delete(recursive: true);

        float[] Train(ICommunicator ranks)
        {
            var ml = new MLContext(seed: 1);
            var options = OptionsWith(seed: 1);
            #region many-machines-partitions
            var parts = files.Select(file => ml.Data.LoadFromBinary(file)).ToArray();
            options.Distributed = new Distributed(ranks) { Shards = 8, Partitioned = true };
            options.BatchSize = 1024;
            var model = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
                .Append(new BackpropTrainer(ml, options))
                .Fit(ml.Data.InPartitions(parts));
            #endregion
            return model.LastTransformer.Model.Network.Parameters.ToArray();
        }
    }

    [Fact]
    public void Folds_and_seeds_are_trained_by_any_rank()
    {
        var (ml, train, _) = Parcel.Split(train: 60);
        var data = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train).Transform(train);
        var trainer = ml.BinaryClassification.Trainers.Backprop(OptionsWith(1));
        var ranks = ThreadRanks.Alone;
        #region many-machines-folds
        var folds = ml.BinaryClassification.CrossValidatePredictedLabel(
            data, trainer, numberOfFolds: 5, labelColumnName: "IsLate", communicator: ranks);
        #endregion
        Assert.Equal(5, folds.Count);
        #region many-machines-seeds
        var models = ml.FitDistributed(
            ranks, count: 3, seed => ml.BinaryClassification.Trainers.Backprop(OptionsWith(seed)).Fit(data));
        #endregion
        Assert.Equal(3, models.Count);
    }

    [Fact]
    public void Steps_before_the_training_are_those_of_rank_0()
    {
        var (_, train, _) = Parcel.Split(train: 60);
        var parameters = ThreadRanks.Run(2, ranks =>
        {
            var ml = new MLContext(seed: 1);
            var (data, options) = (train, OptionsWith(seed: 1));
            options.Distributed = new Distributed(ranks);
            #region many-machines-root
            var steps = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops")
                .Append(ml.Transforms.NormalizeMinMax("Features"));
            var prepared = ml.FitOnRoot(ranks, steps, data);
            var model = ml.BinaryClassification.Trainers.Backprop(options).Fit(prepared.Transform(data));
            #endregion
            return model.Model.Network.Parameters.ToArray();
        });
        Assert.Equal(parameters[0], parameters[1]);
    }

    [Fact]
    public void The_members_of_an_ensemble_are_trained_by_some_rank()
    {
        var (_, train, _) = Parcel.Split(train: 60);
        var models = ThreadRanks.Run(2, ranks =>
        {
            var ml = new MLContext(seed: 1);
            var data = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train).Transform(train);
            var options = OptionsWith(seed: 1);
            #region many-machines-members
            options.Distributed = new Distributed(ranks);
            var model = ml.BinaryClassification.Trainers.Backprop(options).Fit(data);
            #endregion
            return model;
        });
        Assert.Equal(models[0].Model.Network.Parameters, models[1].Model.Network.Parameters);
    }

    [Fact]
    public void Groups_have_the_models_of_one_process()
    {
        var (_, train, _) = Parcel.Split(train: 60);
        float[][] all = [Train(ThreadRanks.Alone), .. ThreadRanks.Run(4, Train)];
        Assert.All(all, scores => Assert.Equal(all[0], scores));

        float[] Train(ICommunicator ranks)
        {
            var ml = new MLContext(seed: 1);
            var data = ml.Transforms.Concatenate("Features", "Weight", "Distance", "Stops").Fit(train).Transform(train);
            var options = OptionsWith(seed: 1);
            #region many-machines-groups
            options.Search = new Search();
            options.Distributed = new Distributed(ranks) { RanksPerTrial = 2 };
            var model = ml.BinaryClassification.Trainers.Backprop(options).Fit(data);
            #endregion
            return [.. OfSeeds(ml, ranks, data).Append(model).SelectMany(each => Scores(each, data))];
        }

        static IEnumerable<ITransformer> OfSeeds(MLContext ml, ICommunicator ranks, IDataView data)
        {
            #region many-machines-groups-of-seeds
            var ofSeeds = ml.FitDistributed(ranks, count: 3, (seed, group) =>
            {
                var options = OptionsWith(seed);
                options.Distributed = new Distributed(group);
                return ml.BinaryClassification.Trainers.Backprop(options).Fit(data);
            });
            #endregion
            return ofSeeds;
        }

        static IEnumerable<float> Scores(ITransformer model, IDataView data) => model.Transform(data).GetColumn<float>("Score");
    }

    private static BackpropTrainer.Options OptionsWith(int seed) =>
        new() { LabelColumnName = "IsLate", HiddenLayers = [8], NumberOfIterations = 8, EnsembleSize = 5, Seed = seed };
}
