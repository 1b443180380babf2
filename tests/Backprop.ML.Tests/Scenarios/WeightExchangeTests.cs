using Backprop.Losses;
using Backprop.Networks;
using Backprop.Persistence;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Weights leave a model, and models are made of weights.</summary>
public class WeightExchangeTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public WeightExchangeTests() => _data = Synthetic.Prepared(_ml, 100);

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void A_model_with_its_own_weights_is_the_same(string label)
    {
        var model = new BackpropTrainer(_ml, Synthetic.Brief(label)).Fit(_data);
        Assert.Equal(model.Bits(), model.WithWeights(NetworkWeights.Of(model.Model.Network)).Bits());
    }

    [Fact]
    public void A_model_of_the_default_preset_comes_back_up_to_rounding()
    {
        var options = new BackpropTrainer.Options { LabelColumnName = Synthetic.Value, NumberOfIterations = 2, Seed = 1 };
        var model = new BackpropTrainer(_ml, options).Fit(_data);
        var copy = model.WithWeights(NetworkWeights.Of(model.Model.Network));
        Assert.All(Scores(model).Zip(Scores(copy)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void Weights_change_predictions_and_the_given_model_stays()
    {
        var trainer = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value));
        var model = trainer.Fit(_data);
        var before = Scores(model);
        var zeros = NetworkWeights.Of(model.Model.Network.Network, new float[model.Model.Network.Network.ParameterCount]);
        var changed = Scores(model.WithWeights(zeros));
        Assert.Single(changed.Distinct());
        Assert.Equal(before, Scores(model));
    }

    [Fact]
    public void Weights_of_another_shape_are_refused_by_name()
    {
        var model = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value)).Fit(_data);
        var options = Synthetic.Brief(Synthetic.Value);
        options.HiddenLayers = [5];
        var other = NetworkWeights.Of(new BackpropTrainer(_ml, options).Fit(_data).Model.Network);
        var problem = Assert.ThrowsAny<ArgumentException>(() => model.WithWeights(other));
        Assert.Contains("'layers.0.weights' has shape [3, 5], but [3, 8] is needed", problem.Message);
    }

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void A_network_becomes_a_model_that_predicts_is_saved_and_starts_a_training(string label)
    {
        var trainer = new BackpropTrainer(_ml, Synthetic.Brief(label));
        var model = trainer.Fit(_data);
        var copy = _ml.Model.FromNetwork(model.Model.Network, _data.Schema, label);
        Assert.Equal(Scored(model), Scored(copy));
        Assert.Equal(Scored(model), Scored(_ml.SaveAndLoad(copy, _data.Schema)));
        Assert.Empty(copy.Model.History);
        Assert.Equal(trainer.Fit(_data, null, model.Model).Bits(), trainer.Fit(_data, null, copy.Model).Bits());
    }

    [Fact]
    public void A_network_that_does_not_fit_the_columns_is_refused_by_name()
    {
        var network = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value)).Fit(_data).Model.Network;
        Assert.Contains("SquaredError", Message(network, Synthetic.Flag));
        Assert.Contains("Could not find label column 'Label'", Message(network, "Label"));
        Assert.Contains("expected Vector<Single>, got Single", Message(network, Synthetic.Value, Synthetic.Value));
        Assert.Contains("4 inputs, but feature column 'Features' has 3 slots", Message(Linear(4, 1, new SquaredError()), Synthetic.Value));
        Assert.Contains("2 outputs, but label column 'Kind'", Message(Linear(3, 2, new SoftmaxCrossEntropy()), Synthetic.Kind));
        Assert.Contains("got String", Message(network, nameof(Example.Kind), raw: true));
    }

    // Its score is not that of a regression, although it is a single number.
    [Fact]
    public void An_autoencoder_has_no_label()
    {
        var options = new BackpropTrainer.Options { HiddenLayers = [2], NumberOfIterations = 2, Seed = 1 };
        var network = _ml.AnomalyDetection.Trainers.Backprop(options).Fit(_data).Model.Network;
        Assert.Contains("autoencoder", Message(network, Synthetic.Value));
    }

    private string Message(TrainedNetwork network, string label, string features = "Features", bool raw = false)
    {
        var data = raw
            ? _ml.Transforms.Concatenate("Features", Synthetic.FeatureNames).Fit(Raw()).Transform(Raw())
            : _data;
        return Assert.ThrowsAny<ArgumentException>(() => _ml.Model.FromNetwork(network, data.Schema, label, features)).Message;
    }

    private IDataView Raw() => _ml.Data.LoadFromEnumerable(Synthetic.Examples(3));

    private static TrainedNetwork Linear(int inputs, int outputs, Loss loss)
    {
        var network = Network.FullyConnected(inputs, [], outputs, new Activations.ReLU());
        return new TrainedNetwork(network, new float[network.ParameterCount], loss);
    }

    private float[] Scores(ITransformer model) => [.. model.Transform(_data).GetColumn<float>("Score")];

    private float[] Scored(ITransformer model)
    {
        var scored = model.Transform(_data);
        return scored.Schema["Score"].Type is VectorDataViewType
            ? [.. scored.GetColumn<float[]>("Score").SelectMany(score => score)]
            : [.. scored.GetColumn<float>("Score")];
    }
}
