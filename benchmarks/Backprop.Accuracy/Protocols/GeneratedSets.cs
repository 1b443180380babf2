using Backprop.Accuracy.Data;

namespace Backprop.Accuracy.Protocols;

/// <summary>Five folds, as <see cref="FiveFolds"/>, of tables that are made by a formula.</summary>
internal sealed record GeneratedSets() : Protocol("generated", FiveFolds.Folds)
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Sets(Manifest manifest) => Generated.Names;

    /// <inheritdoc/>
    public override DataSet Open(Manifest manifest, string set) => Generated.Of(set);

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Splits(Manifest manifest, DataSet set) => new FiveFolds().Splits(manifest, set);
}
