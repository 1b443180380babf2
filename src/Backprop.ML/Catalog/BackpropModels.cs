using Backprop.ML;
using Microsoft.ML.Runtime;

// In ML.NET's own namespace, not in the folder's: users find prediction methods there.
namespace Microsoft.ML;

/// <summary>Adds a thread-safe predictor to <c>ml.Model</c>.</summary>
public static class BackpropModels
{
    /// <summary>Creates a predictor of single rows that any number of threads may use at the same time. A <c>PredictionEngine</c> is for
    /// one thread at a time.</summary>
    /// <typeparam name="TSrc">A class with the input columns.</typeparam>
    /// <typeparam name="TDst">A class with the required output columns.</typeparam>
    /// <param name="catalog"><c>ml.Model</c>.</param>
    /// <param name="transformer">The model: a single step or a chain, of this library or another.</param>
    /// <param name="options">As for <c>CreatePredictionEngine</c>, but the model is never disposed with the predictor; null for the
    /// defaults.</param>
    /// <exception cref="ArgumentException">The model does not fit the classes.</exception>
    public static ThreadSafePredictor<TSrc, TDst> CreateThreadSafePredictor<TSrc, TDst>(
        this ModelOperationsCatalog catalog, ITransformer transformer, PredictionEngineOptions? options = null)
        where TSrc : class
        where TDst : class, new()
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(transformer, nameof(transformer));
        var given = options ?? new PredictionEngineOptions();
        var own = new PredictionEngineOptions
        {
            IgnoreMissingColumns = given.IgnoreMissingColumns,
            InputSchemaDefinition = given.InputSchemaDefinition,
            OutputSchemaDefinition = given.OutputSchemaDefinition,
            OwnsTransformer = false,
        };
        return new ThreadSafePredictor<TSrc, TDst>(() => catalog.CreatePredictionEngine<TSrc, TDst>(transformer, own));
    }
}
