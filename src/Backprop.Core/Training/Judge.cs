using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Scores the validation data, for whatever is measured there; examples with folds by the member that did not learn from each.</summary>
internal sealed class Judge(ExampleSet validation)
{
    private const int RowsAtOnce = 256;

    private Real[] _scores = [], _predictions = [];
    private SparseBatch? _sparse;

    /// <summary>Takes note of scores that were computed anyway, for the loss: to score the rows twice would be the most costly part of an epoch after the steps.</summary>
    /// <param name="batches">What deals out the validation data.</param>
    /// <param name="index">Of which batch they are.</param>
    /// <param name="scores">[examples × outputs], in units of the targets as they were trained on.</param>
    public void Take(Minibatches batches, int index, ReadOnlyMatrix scores)
    {
        MakeRoom(scores.Columns);
        var rows = batches.RowsOf(index);
        for (var i = 0; i < rows.Length; i++)
            if (batches.Counts(index, i)) scores.Row(i).CopyTo(_scores.AsSpan(rows[i] * scores.Columns));
    }

    /// <summary>A metric of the network that gave all the scores that were taken.</summary>
    public double Measure(Metric metric, TrainedNetwork trained)
    {
        int rows = validation.Count, outputs = trained.Network.Outputs;
        Matrix scores = new(_scores, rows, outputs), predictions = new(_predictions, rows, outputs);
        trained.Finish(scores);
        _scores.CopyTo(_predictions, 0);
        trained.Loss.Predict(predictions);
        return metric.Measure(scores, predictions, validation.Targets, validation.Weights);
    }

    /// <summary>The best temperature, with weights that may not be those of the examples alone; 1 where all examples are of one class, which shows no mistaken confidence.</summary>
    public double Temperature(TrainedNetwork trained, ReadOnlySpan<Real> weights)
    {
        if (IsOfOneClass) return 1;
        Score(trained);
        return TemperatureChoice.Best(trained.Loss, new Matrix(_scores, validation.Count, trained.Network.Outputs), validation.Targets, weights);
    }

    /// <summary>The best threshold for a metric of two classes; null where all examples are of one class: any threshold that gives it to all rows would do.</summary>
    public Real? Threshold(IDecisionMetric metric, TrainedNetwork trained)
    {
        if (IsOfOneClass) return null;
        Score(trained);
        return ThresholdChoice.Best(metric, new Matrix(_scores, validation.Count, 1), validation.Targets, validation.Weights);
    }

    private bool IsOfOneClass => MetricNeeds.AreOfOneClass(validation.Targets);

    private void MakeRoom(int outputs)
    {
        if (_scores.Length == 0) (_scores, _predictions) = (new Real[checked(validation.Count * outputs)], new Real[validation.Count * outputs]);
    }

    private void Score(TrainedNetwork trained)
    {
        int rows = validation.Count, outputs = trained.Network.Outputs;
        MakeRoom(outputs);
        var scorer = trained.CreateScorer(Math.Min(rows, RowsAtOnce));
        for (var first = 0; first < rows; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, rows - first);
            Score(scorer, trained, first, count).Values.CopyTo(_scores.AsSpan(first * outputs));
        }
    }

    private Matrix Score(NetworkScorer scorer, TrainedNetwork trained, int first, int count)
    {
        var folds = validation.Folds.IsEmpty ? [] : validation.Folds.Slice(first, count);
        if (!validation.IsSparse) return scorer.Score(validation.Features.RowRange(first, count), folds);
        if (trained.TakesSparse)
        {
            _sparse ??= trained.MakeSparseBatch();
            _sparse.Clear();
            for (var row = 0; row < count; row++) validation.AddTo(_sparse, first + row, trained.SparseFactors);
            return scorer.ScoreSparse(_sparse);
        }
        var features = new Matrix(new Real[count * validation.FeatureCount], count, validation.FeatureCount);
        for (var row = 0; row < count; row++) validation.CopyFeatures(first + row, features.Row(row));
        return scorer.Score(features, folds);
    }
}
