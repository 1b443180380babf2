using Backprop.ML.Data;
using Backprop.Networks;
using Backprop.Numerics;
using Microsoft.ML;

namespace Backprop.ML.Transformers;

/// <summary>Scores one row after another, each when its scores are read. Used by one reader; allocates only in the constructor.</summary>
internal sealed class SingleRowScorer : IScores
{
    private readonly DataViewRow _row;
    private readonly InputBuffers _inputs;
    private readonly TrainedNetwork _network;
    private readonly RowScorer _scorer;
    private readonly UncertaintyScorer _uncertainty;
    private readonly float[] _features, _scores, _predictions;
    private readonly SparseBatch? _sparse;
    private readonly SoleReader _reader;
    private long _scored = -1, _predicted = -1, _judged = -1;

    /// <summary>Reads the columns of a row that are active.</summary>
    public SingleRowScorer(DataViewRow row, ReadOnlySpan<DataViewSchema.Column> inputs, ModelColumns known, TrainedNetwork network)
    {
        (_row, _network) = (row, network);
        _reader = new SoleReader(row);
        _inputs = InputBuffers.Of(row, inputs, known);
        _sparse = network.IsFedSparse ? network.MakeSparseBatch() : null;
        _scorer = network.CreateScorer();
        _uncertainty = new UncertaintyScorer(network, rows: 1);
        (_features, _scores, _predictions) = (
            new float[network.Network.Inputs], new float[network.Network.Outputs], new float[network.Network.Outputs]);
    }

    public ReadOnlySpan<float> Scores
    {
        get
        {
            Score();
            return _scores;
        }
    }

    public ReadOnlySpan<float> Predictions
    {
        get
        {
            Score();
            if (_predicted != _scored)
            {
                _scores.AsSpan().CopyTo(_predictions);
                _network.Inference.Link.Apply(new Matrix(_predictions, 1, _predictions.Length));
                _predicted = _scored;
            }
            return _predictions;
        }
    }

    public ReadOnlySpan<float> Ends => Judged.Ends;

    public ReadOnlySpan<float> Uncertainties => Judged.Spread;

    public ReadOnlySpan<float> HiddenOf(int index)
    {
        Score();
        return _scorer.HiddenOf(index).Row(0);
    }

    private UncertaintyScorer Judged
    {
        get
        {
            var predictions = Predictions;
            if (_judged != _scored) _uncertainty.Compute(_scorer, new ReadOnlyMatrix(predictions, 1, predictions.Length));
            _judged = _scored;
            return _uncertainty;
        }
    }

    private void Score()
    {
        var position = _row.Position;
        if (_scored == position && position >= 0)
        {
            _reader.Check();
            return;
        }
        _reader.Enter();
        try
        {
            Read();
        }
        finally
        {
            _reader.Leave();
        }
        _scored = position;
        _reader.Check();
    }

    private void Read()
    {
        _scored = _predicted = _judged = -1; // in case reading fails
        _inputs.Read(0);
        if (_sparse is not null)
        {
            _sparse.Clear();
            var features = _inputs.SparseAt(0);
            _sparse.Add(features.Indices, features.Values, _network.SparseFactors);
            _scorer.ScoreSparse(_sparse).Values.CopyTo(_scores);
        }
        else
        {
            _scorer.Score(new ReadOnlyMatrix(_inputs.At(0, _features), 1, _features.Length)).Values.CopyTo(_scores);
        }
    }
}
