using Backprop.Layers;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.ML.Data;

/// <summary>Examples that are read one by one, into arrays of some megabytes. If most of many features are 0, only the others are
/// stored.</summary>
/// <remarks>The values of the first rows decide whether features are stored in sparse form. Their representation in the view does not
/// matter.</remarks>
internal sealed class ExampleBuffer
{
    // With fewer features, training on dense rows is as fast.
    private const int MinFeaturesOfSparse = 1000, RowsThatDecide = 1024, MaxSharesOfSparse = 10;

    private readonly int _featureCount, _targetCount;
    private readonly bool _allowsMissing;
    private readonly GrowingRows<float> _targets;
    private readonly GrowingRows<float>? _weights;
    private GrowingRows<float>? _features;
    private SparseRows? _sparse;

    /// <param name="plan">Determines the number of features, and whether they may be missing.</param>
    /// <param name="targetCount">Number of target columns.</param>
    /// <param name="hasWeights">Whether rows have weights.</param>
    /// <param name="rows">The expected number of rows; 0 if it is unknown.</param>
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

    /// <summary>Number of rows that were added.</summary>
    public int Count { get; private set; }

    /// <summary>Whether only values that are not 0 are stored.</summary>
    public bool IsSparse => _sparse is not null;

    /// <summary>Bytes that the features need. Sparse features need an index and a value each.</summary>
    public long Bytes =>
        _sparse is not null ? _sparse.ValueCount * (sizeof(int) + sizeof(float)) : (long)Count * _featureCount * sizeof(float);

    /// <summary>Whether the arrays of sparse features may have no room for another row.</summary>
    public bool IsFull => _sparse is not null && _sparse.ValueCount > Array.MaxLength - _featureCount;

    /// <summary>Adds the current row of a cursor.</summary>
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
            ? new ExampleSet(
                _sparse.ToMatrix(_featureCount, _allowsMissing), _targets.ToArray(), _targetCount, _weights?.ToArray(),
                allowsMissing: true) // targets were checked when they were read
            : new ExampleSet(
                new RowBlocks(_features!.ToBlocks(), _featureCount, Count), _targets.ToArray(), _targetCount, _weights?.ToArray());
    }

    private void Decide()
    {
        if (_sparse is null || _sparse.ValueCount * MaxSharesOfSparse <= (long)Count * _featureCount) return;
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
        private int _valueCount;

        public SparseRows() => _starts.Add()[0] = 0;

        public long ValueCount => _valueCount;

        public void Add(SparseRow row)
        {
            for (var i = 0; i < row.Values.Length; i++)
            {
                if (row.Values[i] == 0) continue;
                _columns.Add()[0] = row.Indices.IsEmpty ? i : row.Indices[i];
                _values.Add()[0] = row.Values[i];
                _valueCount = checked(_valueCount + 1);
            }
            _starts.Add()[0] = _valueCount;
        }

        public SparseMatrix ToMatrix(int columns, bool allowsMissing) =>
            new(_starts.ToArray(), _columns.ToArray(), _values.ToArray(), columns, allowsMissing);
    }
}
