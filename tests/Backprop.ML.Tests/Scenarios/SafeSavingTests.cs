using Backprop.Losses;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Atomic saving: whatever happens meanwhile, the file holds a whole model.</summary>
public sealed class SafeSavingTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-").FullName;
    private readonly IDataView _data;

    public SafeSavingTests() => _data = Synthetic.Prepared(_ml, 50);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_model_replaces_the_earlier_one()
    {
        Save(Model(seed: 1));
        var second = Model(seed: 2);
        Save(second);
        Assert.Equal(second.Transform(_data).ScoreBits(), Load().Transform(_data).ScoreBits());
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void The_earlier_model_stays_whole_when_saving_the_next_one_ends_early()
    {
        var first = Model(seed: 1);
        Save(first);
        // No file can name the loss, so saving ends when the file was begun already.
        var unsaved = new BackpropTrainer(_ml, Options(seed: 2, new Wrapped<SquaredError>())).Fit(_data);
        Assert.Throws<NotSupportedException>(() => Save(unsaved));
        Assert.Equal(first.Transform(_data).ScoreBits(), Load().Transform(_data).ScoreBits());
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_path_that_is_a_folder_or_has_none_is_named()
    {
        var model = Model(seed: 1);
        var folder = Assert.ThrowsAny<ArgumentException>(() => _ml.Model.SaveAtomically(model, _data.Schema, _folder));
        Assert.Contains($"'{_folder}' is a folder", folder.Message);
        var path = Path.Combine(_folder, "nowhere", "model.zip");
        var missing = Assert.ThrowsAny<ArgumentException>(() => _ml.Model.SaveAtomically(model, _data.Schema, path));
        Assert.Contains($"The folder of '{path}' does not exist", missing.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    // Otherwise the way would not be needed.
    [Fact]
    public void Saving_to_the_path_itself_would_lose_it()
    {
        Save(Model(seed: 1));
        var unsaved = new BackpropTrainer(_ml, Options(seed: 2, new Wrapped<SquaredError>())).Fit(_data);
        Assert.Throws<NotSupportedException>(() => _ml.Model.Save(unsaved, _data.Schema, ModelPath));
        Assert.ThrowsAny<Exception>(Load);
    }

    private string ModelPath => Path.Combine(_folder, "model.zip");

    private void Save(ITransformer model) => _ml.Model.SaveAtomically(model, _data.Schema, ModelPath);

    private ITransformer Load() => _ml.Model.Load(ModelPath, out _);

    private BackpropTransformer Model(int seed) => new BackpropTrainer(_ml, Options(seed)).Fit(_data);

    private static BackpropTrainer.Options Options(int seed, Loss? loss = null)
    {
        var options = Synthetic.Brief(Synthetic.Value);
        (options.Seed, options.LossFunction) = (seed, loss);
        return options;
    }
}
