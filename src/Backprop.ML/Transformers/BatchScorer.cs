using System.Numerics;
using Backprop.ML.Data;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.ML.Transformers;

/// <summary>Scores all rows of a batch together, when the scores of one of them are first read. Used by one cursor; allocates only when
/// batches become larger.</summary>
internal sealed class BatchScorer(TrainedNetwork network, InputBuffers columns)
{
    private readonly SparseBatch? _sparse = network.IsFedSparse ? network.MakeSparseBatch() : null;
    private RowScorer? _scorer;
    private UncertaintyScorer? _uncertainty;
    private float[] _features = [], _scores = [], _predictions = [];
    private int _capacity, _scored, _predicted, _judged;

    /// <summary>The maximum number of rows of a batch.</summary>
    public int MaxRows { get; } = MaxRowsOf(
        Math.Max(network.IsFedSparse ? 1 : network.Network.Inputs, network.Network.Layers.Max(layer => layer.Outputs)));

    /// <summary>Number of rows that were scored.</summary>
    public long ScoredRows { get; private set; }

    /// <summary>Number of rows that were scored as NaN, because a feature is missing or infinite.</summary>
    public long UndefinedRows { get; private set; }

    private int Outputs => network.Network.Outputs;

    /// <summary>Discards the scores, because the rows have changed.</summary>
    public void Clear() => _scored = _predicted = _judged = 0;

    /// <summary>The raw scores of one row of a batch with this number of rows.</summary>
    public ReadOnlySpan<float> Score(int rows, int row)
    {
        if (_scored == 0) ScoreAll(rows);
        return _scores.AsSpan(row * Outputs, Outputs);
    }

    /// <summary>The predictions for one row of a batch with this number of rows: the link function of the loss, applied to its
    /// scores.</summary>
    public ReadOnlySpan<float> Predict(int rows, int row)
    {
        if (_scored == 0) ScoreAll(rows);
        if (_predicted == 0) PredictAll();
        return _predictions.AsSpan(row * Outputs, Outputs);
    }

    /// <summary>The ends of intervals, or the members of sets, for one row of a batch (<see cref="UncertaintyScorer.Ends"/>).</summary>
    public ReadOnlySpan<float> EndsOf(int rows, int row) => Part(JudgedOf(rows).Ends, row, UncertaintyScorer.EndsOf(network));

    /// <summary>The spread of the members for one row of a batch.</summary>
    public ReadOnlySpan<float> SpreadOf(int rows, int row) => Part(JudgedOf(rows).Spread, row, Outputs);

    /// <summary>The activations of a hidden layer for one row of a batch.</summary>
    public ReadOnlySpan<float> HiddenOf(int rows, int row, int index)
    {
        if (_scored == 0) ScoreAll(rows);
        return _scorer!.HiddenOf(index).Row(row);
    }

    // More than 256 rows hardly make matrix products faster. The values of a layer should stay in the cache (512 KB), unless too few rows
    // remain for each reading of the weights. Wide rows must not fill the memory (4 MB).
    private static int MaxRowsOf(int width)
    {
        const int cached = 1 << 17, most = 1 << 20, enough = 64;
        var rows = Math.Min(Math.Max(cached / width, enough), Math.Max(most / width, 1));
        return Math.Min(1 << BitOperations.Log2((uint)rows), 256);
    }

    private static ReadOnlySpan<float> Part(ReadOnlySpan<float> values, int row, int width) =>
        values.IsEmpty ? [] : values.Slice(row * width, width);

    private UncertaintyScorer JudgedOf(int rows)
    {
        Predict(rows, 0);
        if (_judged == 0) _uncertainty!.Compute(_scorer!, new ReadOnlyMatrix(_predictions.AsSpan(0, rows * Outputs), rows, Outputs));
        _judged = _scored;
        return _uncertainty!;
    }

    private void ScoreAll(int rows)
    {
        if (rows > _capacity) Grow(rows);
        (_sparse is not null ? ScoreSparse(rows) : ScoreDense(rows)).Values.CopyTo(_scores);
        _scored = rows;
        ScoredRows += rows;
        for (var row = 0; row < rows; row++)
            if (float.IsNaN(_scores[row * Outputs])) UndefinedRows++;
    }

    private Matrix ScoreDense(int rows)
    {
        var inputs = network.Network.Inputs;
        for (var row = 0; row < rows; row++) columns.CopyTo(row, _features.AsSpan(row * inputs, inputs));
        return _scorer!.Score(new ReadOnlyMatrix(_features.AsSpan(0, rows * inputs), rows, inputs));
    }

    private Matrix ScoreSparse(int rows)
    {
        _sparse!.Clear();
        for (var row = 0; row < rows; row++)
        {
            var features = columns.SparseAt(row);
            _sparse.Add(features.Indices, features.Values, network.SparseFactors);
        }
        return _scorer!.ScoreSparse(_sparse);
    }

    private void PredictAll()
    {
        var count = _scored * Outputs;
        _scores.AsSpan(0, count).CopyTo(_predictions);
        network.Inference.Link.Apply(new Matrix(_predictions.AsSpan(0, count), _scored, Outputs));
        _predicted = _scored;
    }

    private void Grow(int rows)
    {
        _scorer = network.CreateScorer(rows);
        _uncertainty = new UncertaintyScorer(network, rows);
        if (_sparse is null) _features = new float[rows * network.Network.Inputs];
        _scores = new float[rows * Outputs];
        _predictions = new float[rows * Outputs];
        _capacity = rows;
    }
}
