using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

/// <summary>The host of a catalog.</summary>
internal static class CatalogHost
{
    /// <summary>A host with a name, for the log.</summary>
    /// <exception cref="ArgumentNullException">There is no catalog.</exception>
    public static IHost Of(TrainCatalogBase catalog, string name)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        return ((IInternalCatalog)catalog).Environment.Register(name);
    }
}
