using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Deals out examples in batches, standardized, in the order of the rows or in a random one. Allocates only when made.</summary>
internal class Minibatches : IDisposable
{
    // A small step waits for its rows a twelfth of its time, when they lie beyond the second cache; a large one does not notice.
    private const int MostNumbersToPrefetch = 8 * 1024;

    private readonly ExampleSet _examples;
    private readonly Standardization? _inputs, _targets;
    private readonly int _batchSize;
    private readonly int[] _order, _folds;
    private readonly Real[] _x, _y, _weights, _partnerX, _partnerY;
    private readonly SparseBatch? _sparse;

    /// <param name="examples">What is dealt out.</param>
    /// <param name="batchSize">Most examples of one batch.</param>
    /// <param name="inputs">How features are standardized; null for not at all.</param>
    /// <param name="targets">How targets are.</param>
    /// <param name="mixes">Whether examples are mixed with others.</param>
    /// <param name="takesSparse">Whether the network takes sparse rows as they are (<see cref="Network.TakesSparse"/>).</param>
    public Minibatches(ExampleSet examples, int batchSize, Standardization? inputs, Standardization? targets, bool mixes = false, bool takesSparse = false)
        : this(examples, batchSize, examples.Count, inputs, targets, mixes, takesSparse)
    {
    }

    /// <summary>Deals out more examples than there are at any time.</summary>
    private protected Minibatches(ExampleSet examples, int batchSize, int exampleCount, Standardization? inputs, Standardization? targets, bool mixes, bool takesSparse = false)
    {
        if (examples.IsSparse && takesSparse && !mixes && inputs is not { KeepsZeros: false }) _sparse = new SparseBatch(examples.FeatureCount);
        (_examples, _inputs, _targets, ExampleCount) = (examples, inputs, targets, exampleCount);
        _batchSize = Math.Min(batchSize, exampleCount);
        Count = CountOf(exampleCount, batchSize);
        _order = [.. Enumerable.Range(0, examples.Count)];
        _x = _sparse is not null ? [] : new Real[checked(_batchSize * examples.FeatureCount)];
        _y = new Real[checked(_batchSize * examples.TargetCount)];
        (_partnerX, _partnerY) = mixes ? (new Real[_x.Length], new Real[_y.Length]) : ([], []);
        _weights = examples.Weights.IsEmpty ? [] : new Real[_batchSize];
        _folds = examples.Folds.IsEmpty ? [] : new int[_batchSize];
    }

    /// <summary>Batches of one pass over examples, of up to so many each.</summary>
    public static int CountOf(int examples, int batchSize) => (examples - 1) / Math.Min(batchSize, examples) + 1;

    /// <summary>Batches of one pass; the last may be smaller.</summary>
    public int Count { get; }

    /// <summary>Most examples of one batch.</summary>
    public int BatchSize => _batchSize;

    /// <summary>Begins a pass over the examples.</summary>
    /// <param name="pass">1, 2, 3, …</param>
    /// <param name="order">What their order is drawn from; null for that of the data. It depends on the sequence alone, not on earlier orders, so any pass can be repeated by itself.</param>
    public virtual void BeginPass(int pass, RandomSequence? order)
    {
        if (order is null) return;
        for (var i = 0; i < _order.Length; i++) _order[i] = i;
        order.Shuffle(_order);
    }

    /// <summary>Must be called before anything else is asked of a batch; batches come one after another.</summary>
    public virtual void Prepare(int index)
    {
    }

    /// <summary>Ends the pass.</summary>
    public virtual void Dispose()
    {
    }

    /// <summary>One batch, whose numbers are valid until the next is gathered: those rows that were given to <see cref="Gather"/>.</summary>
    public Minibatch this[int index]
    {
        get
        {
            var count = RowsOf(index).Length;
            return new Minibatch(
                _sparse is not null ? default : new Matrix(_x.AsSpan(0, count * _examples.FeatureCount), count, _examples.FeatureCount),
                new Matrix(_y.AsSpan(0, count * _examples.TargetCount), count, _examples.TargetCount),
                _weights.AsSpan(0, Math.Min(_weights.Length, count)),
                new Matrix(_partnerY.AsSpan(0, Math.Min(_partnerY.Length, count * _examples.TargetCount)), _partnerY.Length == 0 ? 0 : count, _examples.TargetCount),
                _folds.AsSpan(0, Math.Min(_folds.Length, count)));
        }
    }

    /// <summary>Examples of one pass.</summary>
    public int ExampleCount { get; }

    /// <summary>Examples of one batch.</summary>
    public int SizeOf(int index) => RowsOf(index).Length;

    /// <summary>What a batch counts for in a mean over many: Σ w.</summary>
    public double TotalWeight(int index)
    {
        var rows = RowsOf(index);
        if (_weights.Length == 0) return rows.Length;
        var weights = _examples.Weights;
        double total = 0;
        foreach (var row in rows) total += weights[row];
        return total;
    }

    /// <summary>Whether the members of an ensemble learn from different rows.</summary>
    public bool HasFolds => _folds.Length > 0;

    /// <summary>Σ w of the rows of a batch that each member learns from: all but its own fold.</summary>
    /// <param name="index">Which batch.</param>
    /// <param name="totals">[members], overwritten.</param>
    public void TotalWeightsOfLearners(int index, Span<double> totals)
    {
        totals.Clear();
        ReadOnlySpan<int> folds = _examples.Folds;
        foreach (var row in RowsOf(index))
            for (var member = 0; member < totals.Length; member++)
                if (member != folds[row]) totals[member] += _weights.Length == 0 ? 1 : _examples.Weights[row];
    }

    /// <summary>The features of one batch, if they are sparse and the network takes them so; valid until the next is asked for. Null where <see cref="Minibatch.X"/> has them.</summary>
    public SparseBatch? Sparse(int index)
    {
        if (_sparse is null) return null;
        _sparse.Clear();
        foreach (var row in RowsOf(index)) _examples.AddTo(_sparse, row, _inputs is null ? [] : _inputs.Factors);
        return _sparse;
    }

    /// <summary>Fetches some rows of a batch, and has the same of the next batch brought nearer meanwhile.</summary>
    public void Gather(int index, int first, int count, Mixture mixture = default)
    {
        if (index + 1 < Count && _x.Length <= MostNumbersToPrefetch && !_examples.IsSparse) Prefetch.Rows(_examples.Features, AtMost(RowsOf(index + 1), first, count));
        var rows = RowsOf(index).Slice(first, count);
        if (_sparse is null) CopyFeatures(_examples, rows, _inputs, _x.AsSpan(first * _examples.FeatureCount));
        CopyTargets(_examples, rows, _targets, _y.AsSpan(first * _examples.TargetCount));
        if (mixture.PartnerShare > 0) Mix(index, first, count, mixture);
        var weights = _examples.Weights;
        for (var i = 0; i < rows.Length && _weights.Length > 0; i++) _weights[first + i] = weights[rows[i]];
        var folds = _examples.Folds;
        for (var i = 0; i < rows.Length && _folds.Length > 0; i++) _folds[first + i] = folds[rows[i]];
    }

    // Partners are fetched by whoever fetches the examples, so no thread waits for another's rows.
    private void Mix(int index, int first, int count, Mixture mixture)
    {
        int features = _examples.FeatureCount, targets = _examples.TargetCount;
        for (var i = first; i < first + count; i++)
        {
            var partner = _order.AsSpan((int)(((long)FirstOf(index) + i + mixture.Distance) % _order.Length), 1);
            CopyFeatures(_examples, partner, _inputs, _partnerX.AsSpan(i * features));
            CopyTargets(_examples, partner, _targets, _partnerY.AsSpan(i * targets));
        }
        var x = _x.AsSpan(first * features, count * features);
        Elementwise.Zip(new Arithmetic.PartOfTheWay((Real)mixture.PartnerShare), x, _partnerX.AsSpan(first * features, count * features), x);
    }

    /// <summary>The places of the examples, in the order in which they are dealt.</summary>
    private protected int[] Order => _order;

    /// <summary>Where a batch begins in <see cref="Order"/>.</summary>
    private protected virtual int FirstOf(int index) => index * _batchSize;

    private ReadOnlySpan<int> RowsOf(int index) => _order.AsSpan(FirstOf(index), (int)Math.Min(_batchSize, ExampleCount - (long)index * _batchSize));

    private static ReadOnlySpan<int> AtMost(ReadOnlySpan<int> rows, int first, int count) => first < rows.Length ? rows.Slice(first, Math.Min(count, rows.Length - first)) : [];

    /// <summary>Writes the features of some rows one after the other, standardized.</summary>
    public static void CopyFeatures(ExampleSet from, ReadOnlySpan<int> rows, Standardization? standardization, Span<Real> to)
    {
        var columns = from.FeatureCount;
        if (!from.IsSparse)
        {
            CopyRows(from.Features, rows, standardization, to);
            return;
        }
        for (var i = 0; i < rows.Length; i++)
        {
            var row = to.Slice(i * columns, columns);
            from.CopyFeatures(rows[i], row);
            standardization?.Apply(row, row);
        }
    }

    /// <summary>The same of the targets.</summary>
    public static void CopyTargets(ExampleSet from, ReadOnlySpan<int> rows, Standardization? standardization, Span<Real> to) => CopyRows(from.Targets, rows, standardization, to);

    private static void CopyRows(ReadOnlyMatrix from, ReadOnlySpan<int> rows, Standardization? standardization, Span<Real> to)
    {
        var columns = from.Columns;
        for (var i = 0; i < rows.Length; i++) Standardization.ApplyOrCopy(standardization, from.Row(rows[i]), to.Slice(i * columns, columns));
    }
}

/// <summary>A few examples that are worked on together.</summary>
internal readonly ref struct Minibatch
{
    public Minibatch(ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlySpan<Real> weights, ReadOnlyMatrix partnerY, ReadOnlySpan<int> folds)
    {
        Folds = folds;
        PartnerY = partnerY;
        X = x;
        Y = y;
        Weights = weights;
    }

    /// <summary>[rows × features], standardized.</summary>
    public ReadOnlyMatrix X { get; }

    /// <summary>[rows × target columns], standardized where the loss allows it.</summary>
    public ReadOnlyMatrix Y { get; }

    /// <summary>[rows], or empty when all count the same.</summary>
    public ReadOnlySpan<Real> Weights { get; }

    /// <summary>[rows]: which member of an ensemble does not learn from the row; or empty, where all do.</summary>
    public ReadOnlySpan<int> Folds { get; }

    /// <summary>[rows × target columns] of the examples that were mixed in; without meaning where none were.</summary>
    public ReadOnlyMatrix PartnerY { get; }
}
