using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Divides examples into batches, standardized, in the order of the rows or in a random one. Allocates only in the
/// constructor.</summary>
internal class Minibatches : IDisposable
{
    // A small step waits a twelfth of its time for rows that are not in the second-level cache. For large steps, this time does not matter.
    private const int MaxValuesToPrefetch = 8 * 1024;

    private readonly ExampleSet _examples;
    private readonly Standardization? _inputs, _targets;
    private readonly int _batchSize;
    private readonly bool _isEven;
    private readonly int[] _order;
    private readonly Real[] _x, _y, _weights, _partnerX, _partnerY;
    private SparseBatch? _sparse;

    /// <param name="examples">The examples.</param>
    /// <param name="batchSize">Maximum number of examples in a batch.</param>
    /// <param name="inputs">How features are standardized; null for not at all.</param>
    /// <param name="targets">How targets are standardized; null for not at all.</param>
    /// <param name="mixes">Whether examples are mixed with others.</param>
    /// <param name="takesSparse">Whether the network accepts sparse rows (<see cref="Network.TakesSparse"/>).</param>
    /// <param name="isEven">Whether batches are of the same size (<see cref="TrainingOptions.EvenBatches"/>).</param>
    public Minibatches(
        ExampleSet examples, int batchSize, Standardization? inputs, Standardization? targets, bool mixes = false, bool takesSparse = false,
        bool isEven = false)
        : this(examples, batchSize, examples.Count, inputs, targets, mixes, takesSparse, isEven)
    {
    }

    /// <summary>For examples that are not all in memory, or for several examples in a row.</summary>
    private protected Minibatches(
        ExampleSet examples, int batchSize, int exampleCount, Standardization? inputs, Standardization? targets, bool mixes,
        bool takesSparse = false, bool isEven = false, int examplesPerRow = 1, int? count = null, bool hasOwnExamples = false)
    {
        if (examples.IsSparse && takesSparse && !mixes && inputs is not { KeepsZeros: false })
            _sparse = new SparseBatch(examples.FeatureCount);
        (_examples, _inputs, _targets, ExampleCount) = (examples, inputs, targets, exampleCount);
        (ExamplesPerRow, _isEven, HasOwnExamples) = (examplesPerRow, isEven, hasOwnExamples);
        _batchSize = Math.Min(batchSize, exampleCount);
        Count = count ?? CountOf(exampleCount, batchSize);
        _order = hasOwnExamples
            ? new int[checked(exampleCount * examplesPerRow)]
            : [.. Enumerable.Range(0, Math.Max(examples.Count, _batchSize))];
        var together = checked(_batchSize * examplesPerRow);
        _x = _sparse is not null ? [] : new Real[checked(together * examples.FeatureCount)];
        _y = new Real[checked(together * examples.TargetCount)];
        (_partnerX, _partnerY) = mixes ? (new Real[_x.Length], new Real[_y.Length]) : ([], []);
        _weights = examples.Weights.IsEmpty && !hasOwnExamples ? [] : new Real[together];
    }

    /// <summary>The number of batches in an epoch.</summary>
    public static int CountOf(int examples, int batchSize) => (examples - 1) / Math.Min(batchSize, examples) + 1;

    /// <summary>The number of batches in an epoch; the last may be smaller, unless all are even.</summary>
    public int Count { get; }

    /// <summary>Maximum number of rows in a batch.</summary>
    public int BatchSize => _batchSize;

    /// <summary>Examples of a row: 1, or one for every member of an ensemble, adjacent in memory.</summary>
    public int ExamplesPerRow { get; }

    /// <summary>Whether each member of an ensemble has examples of its own.</summary>
    public bool HasOwnExamples { get; }

    /// <summary>Begins an epoch over the examples.</summary>
    /// <param name="pass">The epoch: 1, 2, 3, …</param>
    /// <param name="order">The random numbers that determine the order of the examples; null for the order of the data. The order depends
    /// only on this sequence, not on earlier orders. So any epoch can be repeated by itself.</param>
    public virtual void BeginPass(int pass, RandomSequence? order)
    {
        if (order is null) return;
        for (var i = 0; i < _order.Length; i++) _order[i] = i;
        order.Shuffle(_order, Stop?.Work);
    }

    /// <summary>Must be called before any other use of a batch; batches come one after another.</summary>
    /// <returns>False if training must end before the rows of the batch are there.</returns>
    public virtual bool Prepare(int index) => true;

    /// <summary>Ends the wait for rows; null for never.</summary>
    public StopCondition? Stop { get; set; }

    /// <summary>Ends the epoch.</summary>
    public virtual void Dispose()
    {
    }

    /// <summary>One batch: the rows that <see cref="Gather"/> has copied. Its values are valid until the next batch is gathered.</summary>
    public Minibatch this[int index]
    {
        get
        {
            var count = RowsOf(index).Length;
            return new Minibatch(
                _sparse is not null ? default : new Matrix(_x.AsSpan(0, count * _examples.FeatureCount), count, _examples.FeatureCount),
                new Matrix(_y.AsSpan(0, count * _examples.TargetCount), count, _examples.TargetCount),
                _weights.AsSpan(0, Math.Min(_weights.Length, count)),
                new Matrix(
                    _partnerY.AsSpan(0, Math.Min(_partnerY.Length, count * _examples.TargetCount)), _partnerY.Length == 0 ? 0 : count,
                    _examples.TargetCount));
        }
    }

    /// <summary>The number of rows in an epoch.</summary>
    public int ExampleCount { get; }

    /// <summary>The number of rows in a batch.</summary>
    public int SizeOf(int index) => RangeOf(index).Count;

    /// <summary>The rows of a shard of a batch. A batch with fewer rows than shards has shards without rows.</summary>
    /// <param name="index">Which batch: the one that was prepared last.</param>
    /// <param name="shard">Which shard.</param>
    /// <param name="shards">S, the number of shards.</param>
    public virtual (int First, int Count) RowsOfShard(int index, int shard, int shards) => Network.Share(SizeOf(index), shard, shards);

    /// <summary>Whether this process has the rows of all shards.</summary>
    public virtual bool HasAllRows => true;

    /// <summary>Whether examples have weights.</summary>
    public bool HasWeights => _weights.Length > 0;

    /// <summary>The parts of a batch that threads do not divide.</summary>
    public virtual BatchPartition PartitionOf(int index) => BatchPartition.OfRows(SizeOf(index));

    /// <summary>The total weight Σ w of a batch: of the first examples of its rows, of the second examples, …</summary>
    /// <param name="index">Which batch.</param>
    /// <param name="totals">[<see cref="ExamplesPerRow"/>], overwritten.</param>
    public virtual void TotalWeights(int index, Span<double> totals) => TotalWeights(index, 0, SizeOf(index), totals);

    /// <summary>The same for some rows of a batch whose parts are single rows.</summary>
    public void TotalWeights(int index, int first, int count, Span<double> totals)
    {
        totals.Clear();
        (first, count) = (first * ExamplesPerRow, count * ExamplesPerRow);
        var rows = RowsOf(index).Slice(first, count);
        if (_weights.Length == 0) totals[0] = rows.Length;
        else for (var i = 0; i < rows.Length; i++) totals[i % ExamplesPerRow] += WeightOf(index, first + i, rows[i]);
    }

    /// <summary>The features of one batch, if they are sparse and the network accepts sparse features; valid until the next
    /// call. Null where <see cref="Minibatch.X"/> has them.</summary>
    public SparseBatch? Sparse(int index)
    {
        if (_sparse is null) return null;
        _sparse.Clear();
        foreach (var row in RowsOf(index)) _examples.AddTo(_sparse, row, _inputs is null ? [] : _inputs.Factors);
        return _sparse;
    }

    /// <summary>Copies some rows of a batch, and prefetches the same rows of the next batch.</summary>
    /// <param name="index">Which batch.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="mixture">How other examples are mixed in.</param>
    public void Gather(int index, int first, int count, Mixture mixture = default)
    {
        (first, count) = (first * ExamplesPerRow, count * ExamplesPerRow);
        if (index + 1 < Count && _x.Length <= MaxValuesToPrefetch && !_examples.IsSparse)
            Prefetch.Rows(_examples.FeatureRows, AtMost(RowsOf(index + 1), first, count));
        var rows = RowsOf(index).Slice(first, count);
        if (_sparse is null) CopyFeatures(_examples, rows, _inputs, _x.AsSpan(first * _examples.FeatureCount));
        GatherTargets(index, first, rows);
        if (mixture.PartnerShare > 0) Mix(index, first, count, mixture);
    }

    /// <summary>Copies the targets and weights of a batch, without its features.</summary>
    public void GatherTargets(int index) => GatherTargets(index, first: 0, RowsOf(index));

    private void GatherTargets(int index, int first, ReadOnlySpan<int> rows)
    {
        CopyTargets(_examples, rows, _targets, _y.AsSpan(first * _examples.TargetCount));
        for (var i = 0; i < rows.Length && _weights.Length > 0; i++) _weights[first + i] = WeightOf(index, first + i, rows[i]);
    }

    /// <summary>Sets the replacements of missing values in sparse rows; must be called before the first batch.</summary>
    public void Impute(SparseReplacements? replacements)
    {
        if (_sparse is null || replacements is null) return;
        _sparse = new SparseBatch(replacements.Columns) { Replacements = replacements };
    }

    /// <summary>Whether an example of a batch has an effect. The others are padding, because a member has no more examples.</summary>
    public bool Counts(int index, int position) =>
        !HasOwnExamples || !IsPadding(RangeOf(index).First + position / ExamplesPerRow, position % ExamplesPerRow);

    /// <summary>Whether an example is padding.</summary>
    /// <param name="row">Index of the row in the epoch.</param>
    /// <param name="member">Index of the example in the row.</param>
    private protected virtual bool IsPadding(int row, int member) => false;

    /// <summary>The weight of an example; 1 if all weights are equal.</summary>
    private protected Real WeightOf(int example) => _examples.Weights.IsEmpty ? 1 : _examples.Weights[example];

    private Real WeightOf(int index, int position, int example) =>
        Counts(index, position) ? WeightOf(example) : 0;

    // The thread that copies examples also copies their partners, so no thread waits for another.
    private void Mix(int index, int first, int count, Mixture mixture)
    {
        int features = _examples.FeatureCount, targets = _examples.TargetCount;
        var firstOfBatch = RangeOf(index).First;
        for (var i = first; i < first + count; i++)
        {
            var place = mixture.Shards > 1
                ? firstOfBatch + PartnerOf(index, i, mixture)
                : mixture.PartnerOf(firstOfBatch + i, (0, PossiblePartners));
            var partner = _order.AsSpan(place, 1);
            CopyFeatures(_examples, partner, _inputs, _partnerX.AsSpan(i * features));
            CopyTargets(_examples, partner, _targets, _partnerY.AsSpan(i * targets));
        }
        var x = _x.AsSpan(first * features, count * features);
        Elementwise.Zip(
            new Arithmetic.PartOfTheWay((Real)mixture.PartnerShare), x, _partnerX.AsSpan(first * features, count * features), x);
    }

    /// <summary>The position of a row's partner in its batch, if there are several shards.</summary>
    private protected virtual int PartnerOf(int index, int position, Mixture mixture) => mixture.PartnerOf(position, SizeOf(index));

    /// <summary>How many examples of <see cref="Order"/>, from the first on, may be partners, if there is one shard.</summary>
    private protected virtual int PossiblePartners => _order.Length;

    /// <summary>The indices of the examples, in the order of the epoch.</summary>
    private protected int[] Order => _order;

    /// <summary>The first row of a batch in <see cref="Order"/>, and its number of rows.</summary>
    private protected virtual (int First, int Count) RangeOf(int index) =>
        _isEven ? Network.Share(ExampleCount, index, Count) : (index * _batchSize, Math.Min(_batchSize, ExampleCount - index * _batchSize));

    /// <summary>The indices of the examples of a batch.</summary>
    public ReadOnlySpan<int> RowsOf(int index)
    {
        var (first, count) = RangeOf(index);
        return _order.AsSpan(first * ExamplesPerRow, count * ExamplesPerRow);
    }

    private static ReadOnlySpan<int> AtMost(ReadOnlySpan<int> rows, int first, int count) =>
        first < rows.Length ? rows.Slice(first, Math.Min(count, rows.Length - first)) : [];

    /// <summary>Copies the features of some rows, standardized.</summary>
    public static void CopyFeatures(ExampleSet from, ReadOnlySpan<int> rows, Standardization? standardization, Span<Real> to)
    {
        var columns = from.FeatureCount;
        if (!from.IsSparse)
        {
            CopyRows(from.FeatureRows, rows, standardization, to);
            return;
        }
        for (var i = 0; i < rows.Length; i++)
        {
            var row = to.Slice(i * columns, columns);
            from.CopyFeatures(rows[i], row);
            standardization?.Apply(row, row);
        }
    }

    /// <summary>Copies the targets of some rows, standardized.</summary>
    public static void CopyTargets(ExampleSet from, ReadOnlySpan<int> rows, Standardization? standardization, Span<Real> to) =>
        CopyRows(from.Targets, rows, standardization, to);

    private static void CopyRows<TRows>(TRows from, ReadOnlySpan<int> rows, Standardization? standardization, Span<Real> to)
        where TRows : IRows, allows ref struct
    {
        var columns = from.Columns;
        for (var i = 0; i < rows.Length; i++)
            Standardization.ApplyOrCopy(standardization, from.Row(rows[i]), to.Slice(i * columns, columns));
    }
}

/// <summary>A few examples that are processed together.</summary>
internal readonly ref struct Minibatch
{
    public Minibatch(ReadOnlyMatrix x, ReadOnlyMatrix y, ReadOnlySpan<Real> weights, ReadOnlyMatrix partnerY)
    {
        PartnerY = partnerY;
        X = x;
        Y = y;
        Weights = weights;
    }

    /// <summary>[rows × features], standardized.</summary>
    public ReadOnlyMatrix X { get; }

    /// <summary>[rows × target columns], standardized where the loss allows it.</summary>
    public ReadOnlyMatrix Y { get; }

    /// <summary>[rows], or empty if all weights are equal.</summary>
    public ReadOnlySpan<Real> Weights { get; }

    /// <summary>[rows × target columns] of the examples that were mixed in; undefined if none were.</summary>
    public ReadOnlyMatrix PartnerY { get; }
}
