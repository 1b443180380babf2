using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Scores that go no further than the labels of training, wherever rows are scored.</summary>
public class ClampedPredictionTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Scores_of_rows_far_from_all_others_stay_between_the_labels_of_training()
    {
        var examples = Synthetic.Examples(200);
        var (least, most) = (examples.Min(example => example.Value), examples.Max(example => example.Value));
        Example[] far = [
            .. Synthetic.Examples(40, seed: 2).Select(
                (example, i) => new Example { Main = example.Main, Side = (i % 2 == 0 ? 50 : -50) * example.Side, Kind = example.Kind })];
        var options = Synthetic.Brief(Synthetic.Value);
        var free = Chain(options).Fit(_ml.Data.LoadFromEnumerable(examples));
        options.ClampPredictions = true;
        var model = Chain(options).Fit(_ml.Data.LoadFromEnumerable(examples));

        var data = _ml.Data.LoadFromEnumerable(far);
        float[] expected = [.. free.Transform(data).Scores().Select(score => Math.Clamp(score, least, most))];
        Assert.Contains(least, expected);
        Assert.Contains(most, expected);
        Assert.Contains(expected, score => score > least && score < most);
        Assert.Equal(expected, model.Transform(data).Scores());
        var loaded = _ml.SaveAndLoad(model, data.Schema);
        Assert.Equal(expected, loaded.Transform(data).Scores());
        using var engine = _ml.Model.CreatePredictionEngine<Example, Scored>(loaded);
        Assert.Equal(expected, far.Select(example => engine.Predict(example).Score));
    }

    [Theory, InlineData(Synthetic.Flag), InlineData(Synthetic.Kind)]
    public void Classification_refuses_it_by_name(string label)
    {
        var options = Synthetic.Brief(label);
        options.ClampPredictions = true;
        var problem = Assert.Throws<ArgumentOutOfRangeException>(
            nameof(options.ClampPredictions), () => new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 30)));
        Assert.Contains("Classification", problem.Message, StringComparison.Ordinal);
    }

    private EstimatorChain<BackpropTransformer> Chain(BackpropTrainer.Options options) =>
        _ml.Transforms.Concatenate("Features", Synthetic.FeatureNames).Append(new BackpropTrainer(_ml, options));

    private sealed class Scored
    {
        public float Score { get; set; }
    }
}
