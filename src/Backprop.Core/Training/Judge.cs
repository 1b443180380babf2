using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Measures a metric of networks on the validation data.</summary>
internal sealed class Judge(Metric metric, ExampleSet validation)
{
    private const int RowsAtOnce = 256;

    private Real[] _scores = [], _predictions = [];

    public double Measure(TrainedNetwork trained)
    {
        int rows = validation.Count, outputs = trained.Network.Outputs;
        if (_scores.Length == 0) (_scores, _predictions) = (new Real[checked(rows * outputs)], new Real[rows * outputs]);
        var scorer = trained.CreateScorer(Math.Min(rows, RowsAtOnce));
        for (var first = 0; first < rows; first += RowsAtOnce)
        {
            var count = Math.Min(RowsAtOnce, rows - first);
            scorer.Score(validation.Features.RowRange(first, count)).Values.CopyTo(_scores.AsSpan(first * outputs));
        }
        var predictions = new Matrix(_predictions, rows, outputs);
        _scores.CopyTo(_predictions, 0);
        trained.Loss.Predict(predictions);
        return metric.Measure(new Matrix(_scores, rows, outputs), predictions, validation.Targets, validation.Weights);
    }
}
