using Backprop.Layers;
using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Columns of text as embedded categories, from the text to the prediction.</summary>
public class CategoryTests
{
    private static readonly string[] Names = ["north", "east", "south", "west", "middle"];
    private static readonly float[] Values = [3, -1, 0.5f, -4, 2];
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Text_becomes_a_number_and_then_a_vector_and_unknown_text_is_scored_like_any_unknown()
    {
        var random = new Random(1);
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 600).Select(_ =>
        {
            var (place, size) = (random.Next(Names.Length), 2 * random.NextSingle() - 1);
            return new Row { Place = Names[place], Size = size, Label = Values[place] + size };
        }));
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            HiddenLayers = [16],
            LearningRate = 0.01,
            NumberOfIterations = 60,
            Seed = 1,
            Categories = [new EmbeddedCategory(Slot: 1, Count: Names.Length, EmbeddedCategory.DefaultDimension(Names.Length))],
        };
        var codes = Names.Select((name, i) => KeyValuePair.Create(name, i + 1f));
        var pipeline = _ml.Transforms.Conversion.MapValue("Code", codes, nameof(Row.Place))
            .Append(_ml.Transforms.Concatenate("Features", nameof(Row.Size), "Code"))
            .Append(new BackpropTrainer(_ml, options));
        var model = pipeline.Fit(data);
        Assert.InRange(_ml.Regression.Evaluate(model.Transform(data)).RSquared, 0.99, 1);

        using var engine = _ml.Model.CreatePredictionEngine<Row, Scored>(model);
        float ScoreOf(string? place) => engine.Predict(new Row { Place = place, Size = 0.5f }).Score;
        for (var place = 0; place < Names.Length; place++) Assert.Equal(Values[place] + 0.5f, ScoreOf(Names[place]), 0.3f);
        Assert.Equal(ScoreOf("nowhere"), ScoreOf("elsewhere"));
        Assert.True(float.IsFinite(ScoreOf("nowhere")));
    }

    [Fact]
    public void A_slot_beyond_the_features_is_refused_by_Fit_with_what_is_allowed()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.Categories = [new EmbeddedCategory(3, 2, 2)];
        var error = Assert.Throws<ArgumentException>(() => new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 30)));
        Assert.Contains("Slot must be from 0 to 2", error.Message);
    }

    private sealed class Row
    {
        public string? Place { get; set; }

        public float Size { get; set; }

        public float Label { get; set; }
    }

    private sealed class Scored
    {
        public float Score { get; set; }
    }
}
