using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>yⱼ = x[orderⱼ]: the same columns in another order.</summary>
public sealed record ColumnOrder : ColumnsLayer, IPreparesFeatures, IDescribesInference
{
    private readonly int[] _order;

    /// <summary>Makes a layer.</summary>
    /// <param name="order">The input of each output: every index from 0 on once. At least one.</param>
    /// <exception cref="ArgumentException">The list is empty, or an index is out of range or occurs twice.</exception>
    public ColumnOrder(IReadOnlyList<int> order) : base(Checked(order), order.Count) => _order = [.. order];

    /// <summary>The input of each output.</summary>
    public IReadOnlyList<int> Order => _order;

    /// <inheritdoc/>
    public override bool ReadsOutput => false;

    int IPreparesFeatures.InputOf(int output) => _order[output];

    // Neighbours that stay neighbours are one slice.
    string IDescribesInference.Describe(InferenceOperations graph, string x, string? earlier, ReadOnlyMemory<Real> parameters)
    {
        var slices = new List<string>();
        for (int first = 0, end; first < _order.Length; first = end)
        {
            for (end = first + 1; end < _order.Length && _order[end] == _order[end - 1] + 1; end++) { }
            slices.Add(graph.Add(new SliceColumns([x], graph.NewName(), end - first, _order[first])));
        }
        return graph.Add(new Concatenate(slices, graph.NewName(), Outputs));
    }

    /// <inheritdoc/>
    internal override void ForwardColumns(ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, MatrixColumns y)
    {
        for (var row = 0; row < x.Rows; row++)
        {
            var from = x.Row(row);
            var to = y.Row(row);
            for (var j = 0; j < _order.Length; j++) to[j] = from[_order[j]];
        }
    }

    /// <inheritdoc/>
    internal override void BackwardInputColumns(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrixColumns x, ReadOnlyMatrixColumns y, ReadOnlyMatrixColumns dy, MatrixColumns dx)
    {
        for (var row = 0; row < dx.Rows; row++)
        {
            var given = dy.Row(row);
            var to = dx.Row(row);
            for (var j = 0; j < _order.Length; j++) to[_order[j]] = given[j];
        }
    }

    /// <summary>Whether the other layer has the same order.</summary>
    public bool Equals(ColumnOrder? other) => other is not null && _order.AsSpan().SequenceEqual(other._order);

    /// <inheritdoc/>
    public override int GetHashCode() => _order.Aggregate(0, HashCode.Combine);

    /// <summary>The order. A checkpoint compares this text.</summary>
    public override string ToString() => $"{Caption}: {string.Join(", ", _order)}";

    private static int Checked(IReadOnlyList<int> order)
    {
        ArgumentNullException.ThrowIfNull(order);
        var isUsed = new bool[order.Count];
        foreach (var input in order)
        {
            if (input < 0 || input >= order.Count || isUsed[input])
                throw new ArgumentOutOfRangeException(
                    nameof(order), input, $"must have every index from 0 to {order.Count - 1} exactly once");
            isUsed[input] = true;
        }
        return order.Count;
    }
}
