using Backprop.Layers;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Rows with missing features: skipped, or learned from with something in their place.</summary>
public class MissingValueTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];

    public MissingValueTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind == ChannelMessageKind.Warning) _warnings.Add(message.Message);
    };

    [Fact]
    public void Rows_with_missing_features_are_skipped_unless_something_stands_in()
    {
        var model = Fit(MissingValues.Skip, out var test);
        Assert.Contains(_warnings, warning => warning.Contains("with a missing feature, first in row", StringComparison.Ordinal));
        Assert.Contains(model.Transform(test).Scores(), float.IsNaN);
    }

    [Theory]
    [InlineData(MissingValues.Mean)]
    [InlineData(MissingValues.Median)]
    [InlineData(MissingValues.Learned)]
    public void With_something_in_their_place_all_rows_are_learned_from_and_scored(MissingValues replacement)
    {
        var model = Fit(replacement, out var test);
        Assert.Empty(_warnings);
        foreach (var each in new[] { model, _ml.SaveAndLoad(model, test.Schema) })
        {
            var scores = each.Transform(test).Scores();
            Assert.All(scores, score => Assert.True(float.IsFinite(score)));
            // Where Main is missing the value is 2: nothing but the network's knowledge of that tells it.
            Assert.InRange(_ml.Regression.Evaluate(each.Transform(test), Synthetic.Value).RSquared, 0.9, 1);
        }
        Assert.Equal([0], Assert.IsType<Imputation>(model.Model.Network.Network.Layers[0]).Indicated);
    }

    [Fact]
    public void Infinite_features_are_skipped_all_the_same()
    {
        var examples = Synthetic.Examples(50);
        (examples[0].Main, examples[1].Main) = (float.NaN, float.PositiveInfinity);
        var options = Synthetic.Brief(Synthetic.Value);
        options.MissingValues = MissingValues.Mean;
        new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, examples));
        Assert.Contains(
            _warnings,
            warning =>
                warning.Contains(
                    "Skipped 1 of 50 rows of the training data: 1 with an infinite feature, first in row 1, slot 0 of column 'Features'.",
                    StringComparison.Ordinal));
    }

    [Fact]
    public void Training_goes_on_with_the_slots_that_the_earlier_model_knows()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.MissingValues = MissingValues.Median;
        var first = new BackpropTrainer(_ml, options).Fit(Holes(100, 1));
        var next = new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100, seed: 3), validationData: null, first.Model);
        Assert.Equal(first.Model.Network.Network.Layers, next.Model.Network.Network.Layers);
    }

    private BackpropTransformer Fit(MissingValues replacement, out IDataView test)
    {
        test = Holes(500, 2);
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = Synthetic.Value,
            HiddenLayers = [32],
            LearningRate = 0.01,
            NumberOfIterations = 40,
            Seed = 1,
            MissingValues = replacement
        };
        return new BackpropTrainer(_ml, options).Fit(Holes(1000, 1));
    }

    private IDataView Holes(int count, int seed)
    {
        var examples = Synthetic.Examples(count, seed);
        foreach (var example in examples.Where(example => example.Noise > 0.6f)) (example.Main, example.Value) = (float.NaN, 2);
        return Synthetic.Prepared(_ml, examples);
    }
}
