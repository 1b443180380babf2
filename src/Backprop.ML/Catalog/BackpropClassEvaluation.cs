using Backprop.ML;
using Backprop.ML.Data;
using Microsoft.ML.Data;

// In ML.NET's own namespace, not in the folder's: users find evaluators there.
namespace Microsoft.ML;

/// <summary>Evaluation of classifications whose label key has many more values than occur.</summary>
public static class BackpropClassEvaluation
{
    /// <summary>Evaluates scored data as <c>Evaluate</c> does, but only for the classes that occur: as a label, as a prediction, or with
    /// a score other than 0.</summary>
    /// <remarks>
    /// ML.NET's <c>Evaluate</c> needs classes² × 8 bytes for its confusion matrix: 800 MB for 10,000 key values. This method needs memory
    /// only for the classes that occur. The metrics are the same. Class indices in the result are those among the classes that occur.
    /// </remarks>
    /// <param name="catalog">The multiclass catalog.</param>
    /// <param name="data">The scored data. Its rows are kept in memory.</param>
    /// <param name="labelColumnName">The label: a key.</param>
    /// <param name="scoreColumnName">The scores: a vector of Single with one slot for every key value.</param>
    /// <param name="predictedLabelColumnName">The predicted label: a key.</param>
    /// <param name="topKPredictionCount">The k of the top-k accuracy; 0 for none.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type.</exception>
    public static MulticlassClassificationMetrics EvaluateClassesInUse(
        this MulticlassClassificationCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string scoreColumnName = DefaultColumnNames.Score, string predictedLabelColumnName = DefaultColumnNames.PredictedLabel,
        int topKPredictionCount = 0)
    {
        var host = CatalogHost.Of(catalog, nameof(BackpropClassEvaluation));
        var scored = new ScoredClasses(host, data, labelColumnName, scoreColumnName, predictedLabelColumnName);
        var view = scored.ToView(host, labelColumnName, scoreColumnName, predictedLabelColumnName);
        return catalog.Evaluate(view, labelColumnName, scoreColumnName, predictedLabelColumnName, topKPredictionCount);
    }
}
