using Backprop.ML.Data;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

// In ML.NET's own namespace, not in the folder's: users find operations on data there.
namespace Microsoft.ML;

/// <summary>Data in several parts, for training in several processes.</summary>
public static class BackpropPartitions
{
    /// <summary>The rows of several views, such as files, one view after another.</summary>
    /// <remarks>
    /// <para>With <c>Distributed.Partitioned</c>, the trainer opens only the parts of its own shards, instead of reading all rows. It
    /// recognizes the parts behind transforms of single rows, such as <c>Concatenate</c>. Behind <c>Filter…</c>, <c>ShuffleRows</c> or
    /// <c>Cache</c>, it does not. Binary files (<c>SaveAsBinary</c>) of about the same number of rows are best.</para>
    /// <para>All ranks must have the same parts in the same order. Other trainers read the view as any other one.</para>
    /// </remarks>
    /// <param name="catalog"><c>ml.Data</c>.</param>
    /// <param name="parts">The views. They must have the same columns in the same order, with the same types, key values and slots. For
    /// <c>Distributed.Partitioned</c>, their number must be a power of two.</param>
    /// <exception cref="ArgumentException">There is no part, one is null, or one has other columns than the first. The message names the
    /// part.</exception>
    public static IDataView InPartitions(this DataOperationsCatalog catalog, IReadOnlyList<IDataView> parts)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(parts, nameof(parts));
        var host = CatalogUtils.GetEnvironment(catalog).Register(nameof(InPartitions));
        if (parts.Count == 0) throw host.ExceptParam(nameof(parts), "There are no parts. At least one is needed.");
        for (var part = 0; part < parts.Count; part++)
            if (parts[part] is null) throw host.ExceptParam(nameof(parts), "Part {0} is null. Each part must be a view.", part);
        return new PartitionedView(host, parts);
    }
}
