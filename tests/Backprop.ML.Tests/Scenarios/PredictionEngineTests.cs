using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

public class PredictionEngineTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _train;
    private readonly Example[] _unseen = Synthetic.Examples(50, seed: 2);

    public PredictionEngineTests() => _train = _ml.Data.LoadFromEnumerable(Synthetic.Examples(400));

    [Fact]
    public void Binary_predictions_have_score_probability_and_label()
    {
        var model = Synthetic.Preparation(_ml).Append(_ml.BinaryClassification.Trainers.Backprop(Synthetic.Plain(Synthetic.Flag)))
            .Fit(_train);
        using var engine = _ml.Model.CreatePredictionEngine<Example, FlagPrediction>(model);
        var predictions = _unseen.Select(engine.Predict).ToArray();

        Assert.All(predictions, prediction => Assert.Equal(1 / (1 + Math.Exp(-prediction.Score)), prediction.Probability, 1e-6));
        Assert.All(predictions, prediction => Assert.Equal(prediction.Score > 0, prediction.PredictedLabel));
        Assert.InRange(predictions.Zip(_unseen).Count(pair => pair.First.PredictedLabel == pair.Second.Flag), 45, 50);
        Assert.Equal(model.Transform(_ml.Data.LoadFromEnumerable(_unseen)).Scores(), predictions.Select(prediction => prediction.Score));
    }

    [Fact]
    public void Multiclass_predictions_come_back_as_the_labels_own_text()
    {
        var model = Synthetic.Preparation(_ml).Append(_ml.MulticlassClassification.Trainers.Backprop(Synthetic.Plain(Synthetic.Kind)))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(_train);
        using var engine = _ml.Model.CreatePredictionEngine<Example, KindPrediction>(model);
        // The engine may reuse its buffers: each array is copied before the next prediction.
        var predictions = _unseen.Select(
            example => { var p = engine.Predict(example); return (p.PredictedLabel, Score: p.Score.ToArray()); }).ToArray();
        string[] kinds = ["high", "low", "middle"];

        Assert.All(predictions, prediction => Assert.Equal(1, prediction.Score.Sum(), 1e-5));
        Assert.All(
            predictions,
            prediction => Assert.Equal(kinds[Array.IndexOf(prediction.Score, prediction.Score.Max())], prediction.PredictedLabel));
        Assert.InRange(predictions.Zip(_unseen).Count(pair => pair.First.PredictedLabel == pair.Second.Kind), 45, 50);
    }

    [Fact]
    public void Regression_predictions_are_near_the_truth()
    {
        var model = Synthetic.Preparation(_ml).Append(_ml.Regression.Trainers.Backprop(Synthetic.Plain(Synthetic.Value))).Fit(_train);
        using var engine = _ml.Model.CreatePredictionEngine<Example, ValuePrediction>(_ml.SaveAndLoad(model, _train.Schema));

        Assert.All(_unseen, example => Assert.Equal(example.Value, engine.Predict(example).Score, 0.3f));
        Assert.InRange(_unseen.Average(example => Math.Abs(engine.Predict(example).Score - example.Value)), 0, 0.08);
    }

    [Fact]
    public void An_engine_that_is_disposed_leaves_the_model_in_order()
    {
        var model = Synthetic.Preparation(_ml).Append(new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value))).Fit(_train);
        var engine = _ml.Model.CreatePredictionEngine<Example, ValuePrediction>(model);
        var before = engine.Predict(_unseen[0]).Score;
        engine.Dispose();

        using var second = _ml.Model.CreatePredictionEngine<Example, ValuePrediction>(model);
        Assert.Equal(before, second.Predict(_unseen[0]).Score);
    }

    private sealed class FlagPrediction
    {
        public float Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class KindPrediction
    {
        public float[] Score { get; set; } = [];

        public string PredictedLabel { get; set; } = "";
    }

    private sealed class ValuePrediction
    {
        public float Score { get; set; }
    }
}
