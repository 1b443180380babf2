using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

public class ModelFileTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void A_loaded_pipeline_scores_like_the_saved_one(string label)
    {
        var data = _ml.Data.LoadFromEnumerable(Synthetic.Examples(100));
        var model = Synthetic.Preparation(_ml).Append(new BackpropTrainer(_ml, Synthetic.Brief(label))).Fit(data);

        Assert.Equal(model.Transform(data).ScoreBits(), _ml.SaveAndLoad(model, data.Schema).Transform(data).ScoreBits());
    }

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void Parameters_history_and_best_epoch_are_in_the_file(string label)
    {
        IDataView train = Synthetic.Prepared(_ml, 100), validation = Synthetic.Prepared(_ml, 100, seed: 2);
        var saved = new BackpropTrainer(_ml, Synthetic.Brief(label)).Fit(train, validation);
        var loaded = Assert.IsType<BackpropTransformer>(_ml.SaveAndLoad(saved, train.Schema));

        Assert.Equal(saved.Bits(), loaded.Bits());
        Assert.Equal(5, loaded.Model.History.Count);
        Assert.Equal(saved.Model.History, loaded.Model.History);
        Assert.Equal(saved.Model.BestEpoch, loaded.Model.BestEpoch);
        Assert.Equal((label, "Features"), (loaded.LabelColumnName, loaded.FeatureColumnName));
    }

    [Fact]
    public void A_model_travels_with_its_loader()
    {
        string folder = Directory.CreateTempSubdirectory("backprop-").FullName, csv = Path.Combine(folder, "rows.csv");
        try
        {
            File.WriteAllLines(
                csv,
                Synthetic.Examples(100).Select(
                    example => FormattableString.Invariant($"{example.Value:R},{example.Main:R},{example.Side:R}")));
            var source = new MultiFileSource(csv);
            var loader = _ml.Data.CreateTextLoader(
                [new("Label", DataKind.Single, 0), new("Features", DataKind.Single, 1, 2)], ',', dataSample: source);
            var model = _ml.Regression.Trainers.Backprop(hiddenLayers: [8], numberOfIterations: 5).Fit(loader.Load(source));
            _ml.Model.Save(model, loader, Path.Combine(folder, "model.zip"));

            var loaded = _ml.Model.LoadWithDataLoader(Path.Combine(folder, "model.zip"), out var loadedLoader);

            Assert.Equal(model.Transform(loader.Load(source)).ScoreBits(), loaded.Transform(loadedLoader.Load(source)).ScoreBits());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_schema_in_the_file_is_enough_to_make_new_data()
    {
        var data = Synthetic.Prepared(_ml, 100);
        var model = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value)).Fit(data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        _ml.Model.Load(stream, out var schema);

        Assert.Equal(3, ((VectorDataViewType)schema["Features"].Type).Size);
        Assert.Equal(NumberDataViewType.Single, schema[Synthetic.Value].Type);
        VBuffer<ReadOnlyMemory<char>> names = default;
        schema["Features"].GetSlotNames(ref names);
        Assert.Equal(Synthetic.FeatureNames, names.DenseValues().Select(name => name.ToString()));
    }
}
