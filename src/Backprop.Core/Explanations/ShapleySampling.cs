using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>Shapley values: the contribution of a column is the mean change of the explained value when the column enters a set of others.
/// The mean is over all orders in which columns can enter. Columns outside the set are at the baseline.</summary>
/// <remarks>
/// Štrumbelj and Kononenko (2014), "Explaining prediction models and individual predictions with feature contributions". Orders are drawn
/// at random, each together with its reverse: Mitchell, Cooper, Frank and Holmes (2022), "Sampling permutations for Shapley value
/// estimation", arXiv:2104.12199. If all sets of columns are no more than the sets of these orders, all are scored, and the result is
/// exact. All sets of a row are scored in batches. The same orders serve every row.
/// </remarks>
internal sealed class ShapleySampling : Explainer
{
    /// <summary>The largest number of columns for which all sets are scored.</summary>
    public const int MaxExactColumns = 16;

    private const int Capacity = 256;

    private readonly int[][] _orders;
    private readonly Real[] _only, _point, _points;
    private readonly List<double> _values = [];
    private readonly double[] _means, _squares, _changes;
    private readonly int[] _entering, _active, _index;
    private Real[] _steps = [];
    private int _count;

    /// <param name="explained">The network.</param>
    /// <param name="columns">Maps features to columns.</param>
    /// <param name="explainsPredictions">Whether predictions are explained; otherwise scores.</param>
    /// <param name="pairs">Number of random orders; each is used together with its reverse.</param>
    /// <param name="seed">The seed of the orders.</param>
    public ShapleySampling(ExplainedNetwork explained, FeatureColumns columns, bool explainsPredictions, int pairs, int seed)
        : base(explained, columns, explainsPredictions, rows: 1, Capacity, withGradients: false)
    {
        _orders = [.. Enumerable.Range(0, pairs).Select(OrderOf)];
        (_only, _point) = (new Real[explained.Width], new Real[Function.Inputs]);
        _points = new Real[checked(Capacity * Function.Inputs)];
        (_means, _squares, _changes) = (new double[Columns], new double[Columns], new double[Columns]);
        (_entering, _active, _index) = (new int[Columns], new int[Columns], new int[Columns]);

        int[] OrderOf(int pair)
        {
            int[] order = [.. Enumerable.Range(0, Columns)];
            new RandomSequence(seed, RandomPurpose.Explanation, pair).Shuffle(order);
            return order;
        }
    }

    /// <summary>How far the contributions of the last row vary with the random orders; 0 where the result is exact.</summary>
    public override ReadOnlySpan<double> StandardErrors => _squares;

    /// <inheritdoc/>
    protected override void ExplainPrepared(
        ReadOnlyMatrix prepared, ReadOnlySpan<int> outputs, Matrix contributions, Span<ExplainedRow> rows)
    {
        var path = Affine.Forward(prepared);
        Score(path, outputs, rows);
        for (var row = 0; row < prepared.Rows; row++)
        {
            _means.AsSpan().Clear();
            _squares.AsSpan().Clear();
            if (double.IsFinite(rows[row].Value)) ExplainRow(prepared.Row(row), rows[row]);
            for (var column = 0; column < Columns; column++) contributions.Row(row)[column] = (Real)_means[column];
        }
    }

    private void ExplainRow(ReadOnlySpan<Real> prepared, ExplainedRow row)
    {
        var count = FindActive(prepared);
        if (count == 0) return;
        MeasureSteps(prepared, count);
        _values.Clear();
        if (count <= MaxExactColumns && 1L << count <= 2L * _orders.Length * (count - 1) + 2) ExplainBySets(count, row);
        else ExplainByOrders(count, row);
    }

    // Columns that are not at the baseline. All others have contribution 0.
    private int FindActive(ReadOnlySpan<Real> prepared)
    {
        _index.AsSpan().Fill(-1);
        ReadOnlySpan<Real> baseline = Explained.Baseline;
        ReadOnlySpan<int> columns = ColumnsOfPrepared;
        for (var i = 0; i < prepared.Length; i++) if (prepared[i] != baseline[i]) _index[columns[i]] = 0;
        var count = 0;
        for (var column = 0; column < Columns; column++)
        {
            if (_index[column] < 0) continue;
            _index[column] = count;
            _active[count++] = column;
        }
        return count;
    }

    // The change of every active column behind the affine layers, which add up.
    private void MeasureSteps(ReadOnlySpan<Real> prepared, int count)
    {
        var width = Function.Inputs;
        if (_steps.Length < count * width) _steps = new Real[checked(count * width)];
        ReadOnlySpan<Real> baseline = Explained.Baseline;
        ReadOnlySpan<int> columns = ColumnsOfPrepared;
        for (var i = 0; i < count; i++)
        {
            for (var k = 0; k < _only.Length; k++) _only[k] = columns[k] == _active[i] ? prepared[k] : baseline[k];
            var moved = Affine.Forward(new ReadOnlyMatrix(_only, 1, _only.Length)).Values;
            var step = StepOf(i);
            for (var k = 0; k < width; k++) step[k] = moved[k] - PathStart.Values[k];
        }
    }

    // φᵢ = Σ over sets S without i of |S|!·(n − |S| − 1)!/n!·(v(S ∪ i) − v(S)).
    private void ExplainBySets(int count, ExplainedRow row)
    {
        for (var set = 0; set < 1 << count; set++)
        {
            PathStart.Values.CopyTo(_point);
            for (var i = 0; i < count; i++) if ((set >> i & 1) == 1) Enter(i);
            AddPoint(row.Output);
        }
        ScorePoints(row.Output);
        (_values[0], _values[^1]) = (row.Baseline, row.Value); // without the rounding of the steps
        var weights = new double[count];
        weights[0] = 1.0 / count;
        for (var size = 1; size < count; size++) weights[size] = weights[size - 1] * size / (count - size);
        for (var set = 0; set < 1 << count; set++)
            for (var i = 0; i < count; i++)
                if ((set >> i & 1) == 0)
                    _means[_active[i]] += weights[int.PopCount(set)] * (_values[set | 1 << i] - _values[set]);
    }

    private void ExplainByOrders(int count, ExplainedRow row)
    {
        foreach (var order in _orders)
        {
            SetOrder(order);
            AddSets(count, row.Output);
            _entering.AsSpan(0, count).Reverse();
            AddSets(count, row.Output);
        }
        ScorePoints(row.Output);
        var at = 0;
        foreach (var order in _orders)
        {
            SetOrder(order);
            _changes.AsSpan().Clear();
            at = AddChanges(at, count, row);
            _entering.AsSpan(0, count).Reverse();
            at = AddChanges(at, count, row);
            for (var i = 0; i < count; i++)
            {
                var change = _changes[_active[i]] / 2;
                _means[_active[i]] += change;
                _squares[_active[i]] += change * change;
            }
        }
        var pairs = _orders.Length;
        for (var i = 0; i < count; i++)
        {
            var column = _active[i];
            var mean = _means[column] /= pairs;
            var variance = Math.Max(0, _squares[column] / pairs - mean * mean) * pairs / Math.Max(1, pairs - 1);
            _squares[column] = Math.Sqrt(variance / pairs);
        }
    }

    // The active columns in some order.
    private void SetOrder(int[] order)
    {
        var count = 0;
        foreach (var column in order) if (_index[column] >= 0) _entering[count++] = _index[column];
    }

    // The sets between none and all, as columns enter.
    private void AddSets(int count, int output)
    {
        PathStart.Values.CopyTo(_point);
        for (var i = 0; i < count - 1; i++)
        {
            Enter(_entering[i]);
            AddPoint(output);
        }
    }

    private int AddChanges(int at, int count, ExplainedRow row)
    {
        var before = row.Baseline;
        for (var i = 0; i < count; i++)
        {
            var after = i == count - 1 ? row.Value : _values[at++];
            _changes[_active[_entering[i]]] += after - before;
            before = after;
        }
        return at;
    }

    private Span<Real> StepOf(int active) => _steps.AsSpan(active * Function.Inputs, Function.Inputs);

    private void Enter(int active) => Elementwise.Zip(new Arithmetic.Sum(), _point, StepOf(active), _point);

    private void AddPoint(int output)
    {
        if (_count == Capacity) ScorePoints(output);
        _point.CopyTo(_points, _count++ * _point.Length);
    }

    private void ScorePoints(int output)
    {
        if (_count == 0) return;
        var width = Function.Inputs;
        var values = Function.Forward(new ReadOnlyMatrix(_points.AsSpan(0, _count * width), _count, width));
        for (var i = 0; i < _count; i++) _values.Add(values.Row(i)[output]);
        _count = 0;
    }
}
