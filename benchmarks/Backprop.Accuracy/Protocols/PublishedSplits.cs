using Backprop.Accuracy.Data;

namespace Backprop.Accuracy.Protocols;

/// <summary>The twenty splits into 90 % and 10 % that many papers on regression use.</summary>
/// <remarks>Hernández-Lobato and Adams (2015), "Probabilistic backpropagation for scalable learning of Bayesian neural networks"; rows as
/// published with Gal and Ghahramani (2016), "Dropout as a Bayesian approximation".</remarks>
internal sealed record PublishedSplits() : Protocol("splits", 20)
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Sets(Manifest manifest) =>
        [.. manifest.Entries.Select(entry => entry.Name).Where(name => manifest.HasPublishedSplits(name))];

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Splits(Manifest manifest, DataSet set) =>
    [
        .. manifest.PublishedSplits(set.Name).Index().Select(split =>
        {
            var rows = split.Item.Index().ToLookup(pair => pair.Item, pair => pair.Index);
            return new Split(split.Index + 1, [.. rows[false]], [], [.. rows[true]]);
        }),
    ];
}
