using Backprop.ModelDamage;
using Microsoft.ML;

namespace Backprop.ML.Tests.Conformance;

/// <summary>What stands in a saved model; docs/reference/model-file.md promises it.</summary>
public class ModelFileTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public ModelFileTests() => _data = _ml.Data.LoadFromEnumerable(EdgeRows.Make(20));

    public static TheoryData<string> Labels => EdgeRows.Labels;

    [Theory, MemberData(nameof(Labels))]
    public void Both_loaders_are_named_by_the_simple_name_of_the_assembly(string label)
    {
        var zip = Save(label);
        Assert.Equal("Backprop.ML", AssemblyNameIn(zip[ModelZip.Transformer]));
        Assert.Equal("Backprop.ML", AssemblyNameIn(zip[ModelZip.Model]));
    }

    [Theory, MemberData(nameof(Labels))]
    public void The_entries_are_those_that_are_documented(string label) =>
        Assert.Equal(
            [ModelZip.Transformer, ModelZip.Model, ModelZip.Network, ModelZip.TrainSchema],
            Save(label).Names.Where(name => name.StartsWith("TransformerChain/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    // Written by another hand: docs/reference/model-file.md is enough to make both checksums.
    [Theory, MemberData(nameof(Labels))]
    public void The_checksums_are_what_the_documentation_says(string label)
    {
        ModelZip zip = Save(label), again = zip.Resealed();
        Assert.All(zip.Names, name => Assert.Equal(zip[name], again[name]));
    }

    // An entry that a later change adds is written by FolderWriter, or fails here.
    [Fact]
    public void Every_entry_of_ours_is_covered_by_a_checksum()
    {
        var data = Samples.Table(_ml);
        var options = Samples.Quick(nameof(SampleRow.Key));
        options.CategoricalFeatureColumnNames = [nameof(SampleRow.Category), nameof(SampleRow.Categories)];
        var zip = ModelZip.Save(_ml, new BackpropTrainer(_ml, options).Fit(data), data);
        var covered = ((string[])[ModelZip.Transformer, ModelZip.Model]).SelectMany(key =>
            SealedKey.EntriesOf(zip[key]).Select(name => key[..^SealedKey.Name.Length] + name).Append(key));
        var ours = zip.Names.Where(name => name.StartsWith("TransformerChain/", StringComparison.Ordinal));
        Assert.Equal(ours.Order(StringComparer.Ordinal), covered.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Labels))]
    public void Saved_again_after_loading_it_has_the_same_bytes(string label)
    {
        var first = Save(label);
        var second = ModelZip.Save(_ml, first.Load(_ml), _data);
        Assert.Equal(first.Names, second.Names);
        Assert.All(first.Names, name => Assert.Equal(first[name], second[name]));
    }

    [Theory, MemberData(nameof(Labels))]
    public void A_loaded_model_is_the_saved_one(string label)
    {
        var model = EdgeRows.Trainer(_ml, label).Fit(_data);
        var loaded = Assert.IsType<BackpropTransformer>(ModelZip.Save(_ml, model, _data).Load(new MLContext()));
        Assert.Equal(EdgeRows.Scores(model.Transform(_data)), EdgeRows.Scores(loaded.Transform(_data)));
        Assert.Equal((model.LabelColumnName, model.FeatureColumnName), (loaded.LabelColumnName, loaded.FeatureColumnName));
        Assert.Equal(model.Model.History, loaded.Model.History);
        Assert.Equal(model.Model.BestEpoch, loaded.Model.BestEpoch);
    }

    private ModelZip Save(string label) => ModelZip.Save(_ml, EdgeRows.Trainer(_ml, label).Fit(_data), _data);

    private static string AssemblyNameIn(byte[] modelKey) => ModelZip.AssemblyNameIn(modelKey).Name;
}
