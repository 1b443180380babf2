using Backprop.Layers;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

public class CustomPartsTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public CustomPartsTests() => _data = Synthetic.Prepared(_ml, 300);

    [Fact]
    public void A_network_of_none_but_custom_parts_learns()
    {
        var trainer = new BackpropTrainer(_ml, new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = Synthetic.Value,
            LossFunction = new Lopsided(0.5) { Price = 2 },
            Optimizer = new SignDescent(),
            Activation = new Softsign(),
            Initializer = new SinCos(),
            HiddenLayers = [32],
            LearningRate = 0.001,
            NumberOfIterations = 400,
        });
        var model = trainer.Fit(_data);

        Assert.InRange(_ml.Quality(model.Transform(Synthetic.Prepared(_ml, 200, seed: 2)), Synthetic.Value), 0.9, 1);
        Assert.Equal(new Lopsided(0.5) { Price = 2 }, model.Model.Network.Loss);
        Assert.Contains(new ActivationLayer(32, new Softsign()), model.Model.Network.Network.Layers);
    }

    [Fact]
    public void A_custom_loss_is_what_is_minimised()
    {
        // Features say nothing, so the best prediction is one number: the median under the loss of the quantile ½, the mean under (z − y)².
        float[] labels = [1, 2, 3, 4, 100];
        var data = Synthetic.Prepared(_ml, labels.Select(label => new Example { Value = label }));
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = Synthetic.Value,
            HiddenLayers = [],
            BatchSize = BackpropTrainer.FullBatch,
            LearningRate = 0.001,
            NumberOfIterations = 2000,
        };
        var mean = new BackpropTrainer(_ml, options).Fit(data).Transform(data).Scores();
        options.LossFunction = new Lopsided(0.5) { Price = 2 };
        var median = new BackpropTrainer(_ml, options).Fit(data).Transform(data).Scores();

        Assert.All(mean, score => Assert.Equal(22, score, 0.1));
        Assert.All(median, score => Assert.Equal(3, score, 0.1));
    }

    [Fact]
    public void A_custom_optimizer_makes_the_steps()
    {
        var options = Synthetic.Brief(Synthetic.Flag);
        (options.Optimizer, options.Initializer, options.BatchSize, options.NumberOfIterations, options.LearningRate) =
            (new SignDescent(), new Constant(0.5f), BackpropTrainer.FullBatch, 1, 0.25);
        var layers = new BackpropTrainer(_ml, options).Fit(_data).Model.Layers;

        Assert.All(
            layers, layer => Assert.All(layer.Weights.ToArray(), weight => Assert.True(weight is 0.25f or 0.5f or 0.75f, $"{weight}")));
        Assert.All(layers, layer => Assert.All(layer.Biases.ToArray(), bias => Assert.True(bias is -0.25f or 0 or 0.25f, $"{bias}")));
        Assert.Contains(layers[0].Weights.ToArray(), weight => weight != 0.5f);
    }

    [Fact]
    public void Units_that_a_custom_initializer_makes_alike_stay_alike()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.Initializer = new Constant(0.1f);
        var first = new BackpropTrainer(_ml, options).Fit(_data).Model.Layers[0];

        for (var input = 0; input < first.Inputs; input++)
            Assert.Single(first.Weights.Slice(input * first.Outputs, first.Outputs).ToArray().Distinct());
        Assert.Equal(3, Enumerable.Range(0, 3).Select(input => first.Weights[input * first.Outputs]).Distinct().Count());
    }

    [Fact]
    public void A_model_is_saved_whatever_optimizer_and_initializer_made_it()
    {
        var options = Synthetic.Brief(Synthetic.Kind);
        (options.Optimizer, options.Initializer) = (new SignDescent(), new SinCos());
        var model = new BackpropTrainer(_ml, options).Fit(_data);

        Assert.Equal(model.Transform(_data).ScoreBits(), _ml.SaveAndLoad(model, _data.Schema).Transform(_data).ScoreBits());
    }

    [Fact]
    public void A_model_with_a_custom_loss_is_saved_with_the_options_of_the_loss()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.LossFunction = new Lopsided(0.25) { Price = 3 };
        var model = new BackpropTrainer(_ml, options).Fit(_data);
        var loaded = Assert.IsType<BackpropTransformer>(_ml.SaveAndLoad(model, _data.Schema));

        Assert.Equal(new Lopsided(0.25) { Price = 3 }, loaded.Model.Network.Loss);
        Assert.Equal(model.Transform(_data).ScoreBits(), loaded.Transform(_data).ScoreBits());
    }

    [Fact]
    public void Saving_a_custom_loss_of_a_generic_type_says_why_it_cannot_be_done()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.LossFunction = new Wrapped<Losses.SquaredError>();
        AssertNotSavable(options, "Wrapped");
    }

    [Fact]
    public void Saving_a_custom_activation_says_why_it_cannot_be_done()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.Activation = new Softsign();
        AssertNotSavable(options, "Softsign");
    }

    private void AssertNotSavable(BackpropTrainer.Options options, string part)
    {
        var model = new BackpropTrainer(_ml, options).Fit(_data);
        using var stream = new MemoryStream();
        var problem = Assert.Throws<NotSupportedException>(() => _ml.Model.Save(model, _data.Schema, stream));
        Assert.Contains(part, problem.Message);
        Assert.Contains("cannot be saved", problem.Message);
    }
}
