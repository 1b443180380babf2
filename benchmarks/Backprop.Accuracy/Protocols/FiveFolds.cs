using Backprop.Accuracy.Data;

namespace Backprop.Accuracy.Protocols;

/// <summary>Five folds over all rows, published parts pooled: each is predicted once, from the other four.</summary>
/// <remarks>
/// Rows are taken in the order of <see cref="RowOrder"/> with seed 0; for classification, sorted by class (ordinal order of the labels)
/// without
/// disturbing that order within one. The rows are then dealt like cards: the n-th goes to fold n mod 5. So every fold has its share of
/// every
/// class, and a class of two rows or more is never absent from training.
/// </remarks>
internal sealed record FiveFolds() : Protocol("folds", Folds)
{
    /// <summary>The number of folds.</summary>
    public const int Folds = 5;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sets(Manifest manifest) => [.. manifest.Entries.Select(entry => entry.Name)];

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Splits(Manifest manifest, DataSet set)
    {
        Func<int, string>? byClass = set.Task == TaskKind.Regression ? null : row => set.Labels[row];
        var foldOf = RowOrder.Dealt(set.Rows.Length, Folds, seed: 0, byClass, StringComparer.Ordinal);
        return [
            .. Enumerable.Range(0, Folds).Select(
                fold => new Split(fold + 1, Where(other => other != fold), [], Where(other => other == fold)))];

        int[] Where(Func<int, bool> isWanted) => [.. foldOf.Index().Where(pair => isWanted(pair.Item)).Select(pair => pair.Index)];
    }
}
