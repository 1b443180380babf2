using Backprop.Accuracy.Data;

namespace Backprop.Accuracy.Protocols;

/// <summary>A rule for which rows are learned from and which are predicted, and the sets that it is for.</summary>
/// <param name="Name">Its name on the command line and in the results.</param>
/// <param name="Count">How many splits it makes of a set.</param>
internal abstract record Protocol(string Name, int Count)
{
    /// <summary>The sets that it is for, the smallest first.</summary>
    public abstract IReadOnlyList<string> Sets(Manifest manifest);

    /// <summary>The rows of a set.</summary>
    public virtual DataSet Open(Manifest manifest, string set) => manifest.Open(set);

    /// <summary>The splits of a set.</summary>
    public abstract IReadOnlyList<Split> Splits(Manifest manifest, DataSet set);

    /// <summary>All protocols.</summary>
    public static IReadOnlyList<Protocol> All { get; } = [
        new FiveFolds(), new PublishedSplits(), new OriginalTest(), new California8Splits(), new GeneratedSets()];
}
