using Backprop.Layers;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.ML.Data;

/// <summary>Examples that are read one by one, into arrays of some megabytes. Of many features most of which are 0, only the others are
/// kept.</summary>
/// <remarks>Whether that is so, the first rows decide, by their numbers: how the view represents them does not matter.</remarks>
internal sealed class ExampleBuffer
{
    // Fewer features are learned from as fast with their zeros.
    private const int MinFeaturesOfSparse = 1000, RowsThatDecide = 1024, MaxSharesOfSparse = 10;

    private readonly int _featureCount, _targetCount;
    private readonly bool _allowsMissing;
    private readonly GrowingRows<float> _targets;
    private readonly GrowingRows<float>? _weights;
    private GrowingRows<float>? _features;
    private SparseRows? _sparse;

    /// <param name="plan">Which says how many features there are, and whether they may be missing.</param>
    /// <param name="targetCount">Target columns.</param>
    /// <param name="hasWeights">Whether rows have weights.</param>
    /// <param name="rows">Rows that will come, as far as that is known; 0 otherwise.</param>
    public ExampleBuffer(TrainingPlan plan, int targetCount, bool hasWeights, long rows)
    {
        (_featureCount, _targetCount, _allowsMissing) = (plan.FeatureCount, targetCount, plan.AllowsMissing);
        if (MayBeSparse(plan)) _sparse = new SparseRows();
        else _features = new GrowingRows<float>(_featureCount, rows);
        _targets = new GrowingRows<float>(targetCount, rows);
        _weights = hasWeights ? new GrowingRows<float>(1, rows) : null;
    }

    /// <summary>Whether there are enough features to check whether most values are 0. Learned replacements of missing values need all
    /// values.</summary>
    public static bool MayBeSparse(TrainingPlan plan) =>
        plan.FeatureCount >= MinFeaturesOfSparse && plan.Options.MissingValues != MissingValues.Learned;

    /// <summary>Rows that were added.</summary>
    public int Count { get; private set; }

    /// <summary>Whether only numbers that are not 0 are kept.</summary>
    public bool IsSparse => _sparse is not null;

    /// <summary>Bytes that the features need; for sparse features, an index and a value each.</summary>
    public long Bytes =>
        _sparse is not null ? _sparse.Numbers * (sizeof(int) + sizeof(float)) : (long)Count * _featureCount * sizeof(float);

    /// <summary>Keeps the current row of a cursor.</summary>
    public void Add(ExampleCursor row)
    {
        if (_sparse is not null) _sparse.Add(row.SparseFeatures);
        else row.CopyFeatures(_features!.Add());
        row.Targets.CopyTo(_targets.Add());
        if (_weights is not null) _weights.Add()[0] = row.Weight;
        if (++Count == RowsThatDecide) Decide();
    }

    /// <summary>The examples; nothing can be added afterwards.</summary>
    public ExampleSet ToExamples()
    {
        if (Count < RowsThatDecide) Decide();
        return _sparse is not null
            ? new ExampleSet(_sparse.ToMatrix(_featureCount, _allowsMissing), _targets.ToArray(), _targetCount, _weights?.ToArray())
            : new ExampleSet(
                new RowBlocks(_features!.ToBlocks(), _featureCount, Count), _targets.ToArray(), _targetCount, _weights?.ToArray());
    }

    private void Decide()
    {
        if (_sparse is null || _sparse.Numbers * MaxSharesOfSparse <= (long)Count * _featureCount) return;
        _features = new GrowingRows<float>(_featureCount, Count);
        var rows = _sparse.ToMatrix(_featureCount, _allowsMissing);
        for (var row = 0; row < Count; row++) rows.CopyRow(row, _features.Add());
        _sparse = null;
    }

    /// <summary>Rows without their zeros.</summary>
    private sealed class SparseRows
    {
        private readonly GrowingRows<int> _starts = new(1, 0), _columns = new(1, 0);
        private readonly GrowingRows<float> _values = new(1, 0);
        private int _numbers;

        public SparseRows() => _starts.Add()[0] = 0;

        public long Numbers => _numbers;

        public void Add(SparseRow row)
        {
            for (var i = 0; i < row.Values.Length; i++)
            {
                if (row.Values[i] == 0) continue;
                _columns.Add()[0] = row.Places.IsEmpty ? i : row.Places[i];
                _values.Add()[0] = row.Values[i];
                _numbers = checked(_numbers + 1);
            }
            _starts.Add()[0] = _numbers;
        }

        public SparseMatrix ToMatrix(int columns, bool allowsMissing) =>
            new(_starts.ToArray(), _columns.ToArray(), _values.ToArray(), columns, allowsMissing);
    }
}
