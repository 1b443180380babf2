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

    /// <summary>A metric of a network.</summary>
    public double Measure(Metric metric, TrainedNetwork trained)
    {
        Score(trained);
        int rows = validation.Count, outputs = trained.Network.Outputs;
        var predictions = new Matrix(_predictions, rows, outputs);
        _scores.CopyTo(_predictions, 0);
        trained.Loss.Predict(predictions);
        return metric.Measure(new Matrix(_scores, rows, outputs), predictions, validation.Targets, validation.Weights);
    }

    /// <summary>The best threshold for a metric of two classes.</summary>
    public Real Threshold(IDecisionMetric metric, TrainedNetwork trained)
    {
        Score(trained);
        return ThresholdChoice.Best(metric, new Matrix(_scores, validation.Count, 1), validation.Targets, validation.Weights);
    }

    private void Score(TrainedNetwork trained)
    {
        int rows = validation.Count, outputs = trained.Network.Outputs;
        if (_scores.Length == 0) (_scores, _predictions) = (new Real[checked(rows * outputs)], new Real[rows * outputs]);
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
            _sparse ??= new SparseBatch(validation.FeatureCount);
            _sparse.Clear();
            for (var row = 0; row < count; row++) validation.AddTo(_sparse, first + row, trained.SparseFactors);
            return scorer.ScoreSparse(_sparse);
        }
        var features = new Matrix(new Real[count * validation.FeatureCount], count, validation.FeatureCount);
        for (var row = 0; row < count; row++) validation.CopyFeatures(first + row, features.Row(row));
        return scorer.Score(features, folds);
    }
}
