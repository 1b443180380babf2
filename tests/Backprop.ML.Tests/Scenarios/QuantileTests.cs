using Backprop.Layers;
using Backprop.Presets;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Features that are mostly the same number: which become quantiles, and when.</summary>
public class QuantileTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory, InlineData(nameof(Preset.Default)), InlineData(nameof(Preset.Fast)), InlineData(nameof(Preset.Best))]
    public void Presets_have_them_over_many_rows(string name)
    {
        var preset = Preset.All.Single(each => each.Name == name);
        Assert.False(preset.For(DatasetProfile.Typical with { Rows = 4_000 }).Preparation.QuantileTransform);
        Assert.True(preset.For(DatasetProfile.Typical with { Rows = 4_001 }).Preparation.QuantileTransform);
    }

    [Theory, InlineData(DataCaching.Memory), InlineData(DataCaching.Stream)]
    public void Slots_that_are_mostly_one_number_become_quantiles(DataCaching caching)
    {
        var options = Options();
        options.Caching = caching;
        var model = new BackpropTrainer(_ml, options).Fit(Amounts(400, 1));
        Assert.Equal([0], QuantilesOf(model)!.Features);
        Assert.Null(QuantilesOf(new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 400))));
        Assert.Equal(
            model.Transform(Amounts(50, 2)).ScoreBits(),
            _ml.SaveAndLoad(model, Amounts(50, 2).Schema).Transform(Amounts(50, 2)).ScoreBits());
    }

    // A curve of clusters is smooth all the same; what class a number belongs to need not be.
    [Theory, InlineData(Synthetic.Value, false), InlineData(Synthetic.Flag, true), InlineData(Synthetic.Kind, true)]
    public void Slots_in_clusters_become_quantiles_for_classes_alone(string label, bool expected)
    {
        var examples = Synthetic.Examples(400);
        foreach (var example in examples) example.Side += 100 * MathF.Round(example.Noise);
        var options = Options();
        options.LabelColumnName = label;
        var model = new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, examples));
        Assert.Equal(expected ? [1] : [], QuantilesOf(model)?.Features ?? []);
    }

    // Where nothing else depends on their number, rows are not counted before they are read.
    [Theory, InlineData(4_000, false), InlineData(4_001, true)]
    public void The_default_decides_by_the_number_of_rows(int rows, bool expected)
    {
        var options = new BackpropTrainer.Options
        {
            LabelColumnName = Synthetic.Value,
            HiddenLayers = [4],
            NumberOfIterations = 1,
            EnsembleSize = 1,
            ValidationFraction = 0.1,
            NumericEmbedding = null,
            Seed = 1
        };
        Assert.Equal(expected, QuantilesOf(new BackpropTrainer(_ml, options).Fit(Amounts(rows, 1))) is not null);
    }

    [Fact]
    public void Categories_among_the_features_do_not()
    {
        var options = Options();
        options.Categories = [new EmbeddedCategory(0, 3, 2)];
        Assert.Null(QuantilesOf(new BackpropTrainer(_ml, options).Fit(Amounts(400, 1))));
    }

    [Fact]
    public void Training_goes_on_with_the_quantiles_of_the_earlier_model()
    {
        var first = new BackpropTrainer(_ml, Options()).Fit(Amounts(200, 1));
        var next = new BackpropTrainer(_ml, Options()).Fit(Synthetic.Prepared(_ml, 200, seed: 3), validationData: null, first.Model);
        Assert.Equal(first.Model.Network.Network.Layers, next.Model.Network.Network.Layers);
        var knots = first.Model.Network.Network.ParametersOf(0);
        Assert.Equal(first.Model.Network.Parameters[knots].ToArray(), next.Model.Network.Parameters[knots].ToArray());
        Assert.NotEqual(first.Bits(), next.Bits());
    }

    private static BackpropTrainer.Options Options()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.QuantileTransform = true;
        return options;
    }

    private static QuantileTransform? QuantilesOf(BackpropTransformer model) =>
        model.Model.Network.Network.Layers.OfType<QuantileTransform>().SingleOrDefault();

    // Main is 0 in four rows of five.
    private IDataView Amounts(int count, int seed)
    {
        var examples = Synthetic.Examples(count, seed);
        foreach (var example in examples.Where(example => example.Main < 0.6f)) example.Main = 0;
        return Synthetic.Prepared(_ml, examples);
    }
}
