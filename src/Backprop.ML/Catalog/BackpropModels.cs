using Backprop.ML;
using Microsoft.ML.Runtime;

// In ML.NET's own namespace, not in the folder's: users find prediction methods there.
namespace Microsoft.ML;

/// <summary>Adds to <c>ml.Model</c> what it lacks.</summary>
public static class BackpropModels
{
    /// <summary>Makes a predictor of single rows that any number of threads may use at once; a <c>PredictionEngine</c> is for one thread at
    /// a time.</summary>
    /// <typeparam name="TSrc">A class with the input columns.</typeparam>
    /// <typeparam name="TDst">A class with those output columns that are of interest.</typeparam>
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
