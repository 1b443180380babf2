using Backprop.ML;
using Backprop.Networks;
using Backprop.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

// In ML.NET's own namespace, not in the folder's: users find prediction methods there.
namespace Microsoft.ML;

/// <summary>Adds a thread-safe predictor, and a safe way to save, to <c>ml.Model</c>.</summary>
public static class BackpropModels
{
    /// <summary>Saves a model so that the file has the earlier model or the new one at every moment, even if the process is
    /// killed.</summary>
    /// <remarks>
    /// <c>ml.Model.Save</c> writes directly to its path, so a process that is killed meanwhile leaves half a file. This method writes to
    /// another file in the same folder, flushes it to the disk, and renames it. A killed process may leave that file behind; its name ends
    /// with <c>.tmp</c>. The time of the model's file is set afterwards, because file watchers, such as that of
    /// <c>PredictionEnginePool</c>, do not notice a rename.
    /// </remarks>
    /// <param name="catalog"><c>ml.Model</c>.</param>
    /// <param name="model">The model: a single step or a chain, of this library or another.</param>
    /// <param name="inputSchema">The columns of the data that the model was trained on; null to save none.</param>
    /// <param name="filePath">The file. Its folder must exist.</param>
    /// <exception cref="ArgumentException">The path is empty or a folder, or its folder does not exist.</exception>
    /// <exception cref="IOException">The disk is full, or the file cannot be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file is read-only.</exception>
    public static void SaveAtomically(
        this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string filePath)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        Contracts.CheckValue(model, nameof(model));
        Contracts.CheckNonWhiteSpace(filePath, nameof(filePath));
        if (Directory.Exists(filePath)) throw Contracts.ExceptParam(nameof(filePath), "'{0}' is a folder. Name a file.", filePath);
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(filePath))))
            throw Contracts.ExceptParam(nameof(filePath), "The folder of '{0}' does not exist. Create it first.", filePath);
        AtomicFile.Write(filePath, $"{filePath}.{Guid.NewGuid():N}.tmp", file => catalog.Save(model, inputSchema, file));
        File.SetLastWriteTimeUtc(filePath, TimeProvider.System.GetUtcNow().UtcDateTime);
    }

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

    /// <summary>Makes a model of a network that was not trained here, for example from <c>NetworkWeights</c> of scikit-learn or
    /// PyTorch.</summary>
    /// <remarks>The model predicts, can be saved, and can be passed to <c>Fit</c> as the initial parameters. It has no history. All slots
    /// of the feature column enter the network, in their order. Category columns are not supported.</remarks>
    /// <param name="catalog"><c>ml.Model</c>.</param>
    /// <param name="network">The network.</param>
    /// <param name="schema">The columns of data: features and label. Their names become part of the model.</param>
    /// <param name="labelColumnName">The column that the network predicts: Boolean, key, Single, or a vector of Single or
    /// Boolean.</param>
    /// <param name="featureColumnName">The column that it predicts from: a vector of Single.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type, or does not fit the network.</exception>
    public static BackpropTransformer FromNetwork(
        this ModelOperationsCatalog catalog, TrainedNetwork network, DataViewSchema schema,
        string labelColumnName = DefaultColumnNames.Label, string featureColumnName = DefaultColumnNames.Features)
    {
        Contracts.CheckValue(catalog, nameof(catalog));
        return ForeignNetwork.ToTransformer(
            CatalogUtils.GetEnvironment(catalog), network, schema, labelColumnName, featureColumnName);
    }
}
