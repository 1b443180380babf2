using Backprop.Accuracy.Data;

namespace Backprop.Accuracy.Protocols;

/// <summary>The published test file is predicted from the published training file; a published validation file is left out.</summary>
internal sealed record OriginalTest() : Protocol("test", 1)
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Sets(Manifest manifest) =>
        [.. manifest.Entries.Where(entry => entry.Files.Length > 1).Select(entry => entry.Name)];

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Splits(Manifest manifest, DataSet set) =>
        [new Split(1, set.RowsOf("train"), [], set.RowsOf("test"))];
}
