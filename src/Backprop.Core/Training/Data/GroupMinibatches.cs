using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Divides examples into batches of whole groups, in the order of the groups or in a random one. Allocates only in the
/// constructor.</summary>
/// <remarks>
/// Every epoch has the same number of batches, because schedules count steps: as many as batches of single rows, but at most one for each
/// group. So the batches have about the same number of rows. A batch ends at the border of groups that is nearest to its share of the rows.
/// It may have more rows than the batch size, by at most the largest group.
/// </remarks>
internal sealed class GroupMinibatches : Minibatches
{
    private readonly int[] _firstRows; // of each group, in the order of the data; then the number of rows
    private readonly int[] _groups; // the groups in the order of the epoch
    private readonly int[] _starts; // the first row of each group in the order of the epoch; then the number of rows
    private readonly int[] _batches; // the first group of each batch in the order of the epoch; then the number of groups

    /// <param name="examples">The examples; with groups.</param>
    /// <param name="batchSize">The number of rows of a batch.</param>
    /// <param name="inputs">How features are standardized; null for not at all.</param>
    /// <param name="targets">How targets are standardized; null for not at all.</param>
    /// <param name="takesSparse">Whether the network accepts sparse rows.</param>
    public GroupMinibatches(
        ExampleSet examples, int batchSize, Standardization? inputs, Standardization? targets, bool takesSparse = false)
        : this(examples, examples.GroupStarts(), batchSize, inputs, targets, takesSparse)
    {
    }

    private GroupMinibatches(
        ExampleSet examples, int[] firstRows, int batchSize, Standardization? inputs, Standardization? targets, bool takesSparse)
        : base(
            examples, MaxRows(firstRows, batchSize), examples.Count, inputs, targets, mixes: false, takesSparse,
            count: CountOf(firstRows, batchSize))
    {
        _firstRows = firstRows;
        _groups = [.. Enumerable.Range(0, firstRows.Length - 1)];
        _starts = new int[firstRows.Length];
        _batches = new int[Count + 1];
        Arrange();
    }

    /// <summary>The number of batches in an epoch.</summary>
    /// <param name="firstRows">[groups + 1]: the first row of each group, then the number of rows.</param>
    /// <param name="batchSize">The number of rows of a batch.</param>
    public static int CountOf(int[] firstRows, int batchSize) => Math.Min(CountOf(firstRows[^1], batchSize), firstRows.Length - 1);

    /// <inheritdoc/>
    public override void BeginPass(int pass, RandomSequence? order)
    {
        if (order is null) return;
        for (var i = 0; i < _groups.Length; i++) _groups[i] = i;
        order.Shuffle(_groups, Stop?.Work);
        Arrange();
    }

    /// <inheritdoc/>
    public override BatchPartition PartitionOf(int index) =>
        BatchPartition.OfSome(_starts, _batches[index], _batches[index + 1] - _batches[index]);

    /// <summary>The total weight of the groups of a batch. A group has the weight of its rows.</summary>
    /// <inheritdoc/>
    public override void TotalWeights(int index, Span<double> totals)
    {
        double total = 0;
        for (var group = _batches[index]; group < _batches[index + 1]; group++) total += WeightOf(Order[_starts[group]]);
        totals[0] = total;
    }

    private protected override (int First, int Count) RangeOf(int index)
    {
        var first = _starts[_batches[index]];
        return (first, _starts[_batches[index + 1]] - first);
    }

    // A batch has at most half of a group more than its share at each end.
    private static int MaxRows(int[] firstRows, int batchSize)
    {
        int rows = firstRows[^1], batches = CountOf(firstRows, batchSize), largest = 0;
        for (var group = 1; group < firstRows.Length; group++) largest = Math.Max(largest, firstRows[group] - firstRows[group - 1]);
        return (int)Math.Min(rows, rows / batches + 1L + largest);
    }

    private void Arrange()
    {
        var next = 0;
        for (var i = 0; i < _groups.Length; i++)
        {
            _starts[i] = next;
            var (first, end) = (_firstRows[_groups[i]], _firstRows[_groups[i] + 1]);
            for (var row = first; row < end; row++) Order[next++] = row;
        }
        _starts[^1] = next;
        for (var batch = 1; batch < Count; batch++) _batches[batch] = EndOf(batch);
        _batches[^1] = _groups.Length;
    }

    // The border of groups nearest to the end of the share of a batch. Every batch has at least one group.
    private int EndOf(int batch)
    {
        var rows = (long)batch * _starts[^1] / Count;
        var last = _groups.Length - (Count - batch);
        var group = _batches[batch - 1] + 1;
        while (group < last && _starts[group + 1] - rows <= rows - _starts[group]) group++;
        return group;
    }
}
