using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>The trainer as one step among ML.NET's own.</summary>
public class PipelineTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public PipelineTests() => _data = _ml.Data.LoadFromEnumerable(Synthetic.Examples(300));

    [Fact]
    public void A_cache_checkpoint_before_the_trainer_changes_no_bit()
    {
        var trainer = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Kind));
        var plain = Synthetic.Preparation(_ml).Append(trainer).Fit(_data);
        var cached = Synthetic.Preparation(_ml).AppendCacheCheckpoint(_ml).Append(trainer).Fit(_data);

        Assert.Equal(plain.LastTransformer.Bits(), cached.LastTransformer.Bits());
    }

    [Fact]
    public void Features_may_be_normalized_upstream_as_well()
    {
        var pipeline = Synthetic.Preparation(_ml).Append(_ml.Transforms.NormalizeMinMax("Features"))
            .Append(_ml.Regression.Trainers.Backprop(Synthetic.Plain(Synthetic.Value, iterations: 50)));
        Assert.InRange(_ml.Quality(pipeline.Fit(_data).Transform(_data), Synthetic.Value), 0.95, 1);
    }

    [Fact]
    public void Predicted_keys_map_back_to_the_labels_text()
    {
        var model = Synthetic.Preparation(_ml).Append(_ml.MulticlassClassification.Trainers.Backprop(Synthetic.Plain(Synthetic.Kind)))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
                .Append(_ml.Transforms.Conversion.MapKeyToValue(Synthetic.Kind)).Fit(_data);
        var scored = _ml.SaveAndLoad(model, _data.Schema).Transform(_data);
        string[] truth = [.. scored.GetColumn<string>(Synthetic.Kind)], predicted = [.. scored.GetColumn<string>("PredictedLabel")];

        Assert.Equal(["high", "low", "middle"], predicted.Distinct().Order());
        Assert.InRange(truth.Zip(predicted).Count(pair => pair.First == pair.Second), 270, 300);
    }

    [Theory]
    [InlineData(Synthetic.Flag, 1)]
    [InlineData(Synthetic.Kind, 3)]
    [InlineData(Synthetic.Value, 1)]
    public void Layers_can_be_inspected(string label, int outputs)
    {
        var options = Synthetic.Brief(label);
        options.HiddenLayers = [8, 5];
        var model = Synthetic.Preparation(_ml).Append(new BackpropTrainer(_ml, options)).Fit(_data).LastTransformer.Model;

        Assert.Equal([(3, 8), (8, 5), (5, outputs)], model.Layers.Select(layer => (layer.Inputs, layer.Outputs)));
        Assert.Equal([24, 40, 5 * outputs], model.Layers.Select(layer => layer.Weights.Length));
        Assert.Equal([8, 5, outputs], model.Layers.Select(layer => layer.Biases.Length));
        Assert.Equal(model.Network.Parameters.Length, model.Layers.Sum(layer => layer.Weights.Length + layer.Biases.Length));
    }

    [Fact]
    public void The_layers_of_a_nested_pipeline_can_be_inspected()
    {
        var inner = _ml.Transforms.NormalizeMinMax("Features").Append(new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value)));
        var model = Synthetic.Preparation(_ml).Append(inner).Fit(_data);

        Assert.Equal("3-8-1", model.LastTransformer.LastTransformer.Model.Network.Network.ToString());
    }

    [Fact]
    public void One_networks_output_can_be_anothers_input()
    {
        var first = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Flag));
        var options = Synthetic.Brief(Synthetic.Value);
        options.FeatureColumnName = "Both";
        var model = Synthetic.Preparation(_ml).Append(first)
            .Append(_ml.Transforms.Concatenate("Both", "Features", "Probability"))
            .Append(new BackpropTrainer(_ml, options)).Fit(_data);
        var loaded = _ml.SaveAndLoad(model, _data.Schema);

        Assert.Equal(4, model.LastTransformer.Model.Layers[0].Inputs);
        Assert.Equal(model.Transform(_data).ScoreBits(), loaded.Transform(_data).ScoreBits());
        Assert.Equal(model.Transform(_data).GetColumn<float>("Probability"), loaded.Transform(_data).GetColumn<float>("Probability"));
    }

    [Fact]
    public void A_data_view_is_scored_only_when_it_is_read()
    {
        var model = Synthetic.Preparation(_ml).Append(new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value))).Fit(_data);
        var rows = 0;
        IEnumerable<Example> Source()
        {
            foreach (var example in Synthetic.Examples(10))
            {
                rows++;
                yield return example;
            }
        }
        var scored = model.Transform(_ml.Data.LoadFromEnumerable(Source()));

        Assert.Equal(0, rows);
        Assert.Equal(10, scored.Scores().Length);
        Assert.Equal(10, rows);
    }
}
