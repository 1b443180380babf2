using Backprop.Accuracy.Data;

namespace Backprop.Accuracy.Protocols;

/// <summary>Five random splits of California housing into 64 % for training, 16 % for validation and 20 % for test, as published
/// comparisons have it.</summary>
/// <remarks>Split k takes the rows in the order of <see cref="RowOrder"/> with seed k. Learners that choose nothing by validation rows do
/// not see them: they learn from the same 64 %.</remarks>
internal sealed record California8Splits() : Protocol(California8.Name, Repetitions)
{
    private const int Repetitions = 5;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sets(Manifest manifest) => [California8.Name];

    /// <inheritdoc/>
    public override DataSet Open(Manifest manifest, string set) => California8.Of(manifest.Open("california_housing"));

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Splits(Manifest manifest, DataSet set) =>
    [
        .. Enumerable.Range(1, Repetitions).Select(number =>
        {
            var rows = RowOrder.Shuffled(set.Rows.Length, (uint)number);
            int train = (int)(0.64 * rows.Length), learned = (int)(0.8 * rows.Length);
            return new Split(number, rows[..train], rows[train..learned], rows[learned..]);
        }),
    ];
}
