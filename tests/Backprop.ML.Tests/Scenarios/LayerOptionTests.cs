using Backprop.Activations;
using Backprop.Layers;
using Backprop.Networks;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Normalization and dropout through the options, from training to the loaded model.</summary>
public class LayerOptionTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public LayerOptionTests() => _data = Synthetic.Prepared(_ml, 300);

    [Theory]
    [InlineData(Normalization.Batch, 0.0, 0.0)]
    [InlineData(Normalization.Batch, 0.2, 0.1)]
    [InlineData(Normalization.Layer, 0.2, 0.0)]
    [InlineData(Normalization.None, 0.2, 0.1)]
    public void A_network_with_them_learns_the_same_for_any_number_of_threads_and_scores_the_same_after_loading(
        Normalization normalization, double dropout, double inputDropout)
    {
        var models = new[] { 1, 2, 3 }.Select(threads =>
        {
            var options = Synthetic.Brief(Synthetic.Kind);
            (options.Normalization, options.Dropout, options.InputDropout) = (normalization, dropout, inputDropout);
            (options.NumberOfThreads, options.BatchSize, options.HiddenLayers) = (threads, 53, [201, 203]);
            return new BackpropTrainer(_ml, options).Fit(_data);
        }).ToArray();

        Assert.All(models, model => Assert.Equal(models[0].Bits(), model.Bits()));
        Assert.True(models[0].Model.History[^1].TrainingLoss < models[0].Model.History[0].TrainingLoss);
        Assert.Equal(models[0].Transform(_data).ScoreBits(), _ml.SaveAndLoad(models[0], _data.Schema).Transform(_data).ScoreBits());
    }

    [Fact]
    public void Every_hidden_layer_is_normalized_before_and_dropped_after_its_activation_and_the_output_is_neither()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        (options.Normalization, options.Dropout, options.InputDropout, options.HiddenLayers) = (Normalization.Batch, 0.2, 0.1, [5, 4]);

        var layers = new BackpropTrainer(_ml, options).Fit(_data).Model.Network.Network.Layers;

        Assert.Equal(
            [
                "Dropout 0.1", "Dense", "BatchNormalization", "ActivationLayer", "Dropout 0.2", "Dense", "BatchNormalization",
                "ActivationLayer", "Dropout 0.2", "Dense"],
            layers.Select(layer => layer is Dropout d ? FormattableString.Invariant($"Dropout {d.Rate}") : layer.GetType().Name));
    }

    [Fact]
    public void Every_hidden_layer_can_have_an_activation_of_its_own_and_learn_it()
    {
        var models = new[] { 1, 3 }.Select(threads =>
        {
            var options = Synthetic.Brief(Synthetic.Kind);
            (
                options.HiddenLayers, options.Activations, options.BatchSize,
                options.NumberOfThreads) = ([201, 203, 5], [new PReLU(), new ParametricMix(new Mish()), new GELU()], 53, threads);
            return new BackpropTrainer(_ml, options).Fit(_data);
        }).ToArray();

        var network = models[0].Model.Network.Network;
        Assert.Equal(
            ["Dense", "PReLULayer", "Dense", "ParametricMixLayer", "Dense", "ActivationLayer", "Dense"],
            network.Layers.Select(layer => layer.GetType().Name));
        Assert.DoesNotContain(0.25f, models[0].Model.Network.Parameters[network.ParametersOf(1)].ToArray());
        Assert.DoesNotContain(1f, models[0].Model.Network.Parameters[network.ParametersOf(3)].ToArray());
        Assert.Equal(models[0].Bits(), models[1].Bits());
        Assert.Equal(models[0].Transform(_data).ScoreBits(), _ml.SaveAndLoad(models[0], _data.Schema).Transform(_data).ScoreBits());
    }

    // A linear model of raw features: its weights say what the score is.
    [Fact]
    public void The_weights_of_a_model_with_a_fixed_factor_are_those_that_score()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        (options.HiddenLayers, options.NtkParametrization, options.NormalizeFeatures, options.NormalizeLabel) = ([], true, false, false);
        var model = new BackpropTrainer(_ml, options).Fit(_data);
        var layer = Assert.Single(model.Model.Layers);
        var example = Synthetic.Examples(1)[0];
        var score = layer.Weights[0] * example.Main + layer.Weights[1] * example.Side + layer.Weights[2] * example.Noise + layer.Biases[0];
        Assert.Equal(score, model.Transform(Synthetic.Prepared(_ml, [example])).Scores()[0], 1e-5f);
    }

    // Seventy examples and a wide net: without dropout it learns its examples by heart.
    [Fact]
    public void Dropout_keeps_the_loss_of_training_from_falling_to_nothing()
    {
        var small = Synthetic.Prepared(_ml, 70);
        double[] losses = [.. new[] { 0.0, 0.5 }.Select(rate =>
        {
            var options = Synthetic.Brief(Synthetic.Kind);
            (options.Dropout, options.HiddenLayers, options.NumberOfIterations) = (rate, [64, 64], 100);
            return new BackpropTrainer(_ml, options).Fit(small).Model.History[^1].TrainingLoss;
        })];
        Assert.True(losses[1] > 2 * losses[0], $"{losses[0]} without, {losses[1]} with dropout");
    }

    [Fact]
    public void Training_goes_on_with_the_running_numbers_of_the_earlier_model()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        (options.Normalization, options.LearningRate, options.NumberOfIterations) = (Normalization.Batch, 1e-30, 20);
        var trainer = new BackpropTrainer(_ml, options);
        var first = trainer.Fit(_data);
        options.NumberOfIterations = 1;
        var second = new BackpropTrainer(_ml, options).Fit(_data, null, first.Model);

        float[] before = Statistics(first), after = Statistics(second);
        Assert.NotEqual(before, after);
        for (var i = 0; i < before.Length; i++) Assert.Equal(before[i], after[i], 0.5f);
    }

    private static float[] Statistics(BackpropTransformer model)
    {
        var network = model.Model.Network.Network;
        var layer = Enumerable.Range(0, network.Layers.Count).First(l => network.Layers[l] is BatchNormalization);
        return model.Model.Network.Parameters[network.ParametersOf(layer)].ToArray();
    }
}
