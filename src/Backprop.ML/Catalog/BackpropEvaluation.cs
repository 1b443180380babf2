using Backprop.Distribution;
using Backprop.Metrics;
using Backprop.ML;
using Backprop.ML.Data;
using Backprop.Numerics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

// In ML.NET's own namespace, not in the folder's: users find evaluators there.
namespace Microsoft.ML;

/// <summary>Evaluation and cross-validation for tasks without an ML.NET evaluator: several targets, several labels, and decisions by the
/// threshold of a model.</summary>
public static class BackpropEvaluation
{
    /// <summary>Evaluates scored data of a multi-target regression.</summary>
    /// <param name="catalog">The regression catalog.</param>
    /// <param name="data">The scored data. Rows without any target are skipped, and reported on <c>MLContext.Log</c>. Each target is
    /// measured on the rows that have it.</param>
    /// <param name="labelColumnName">The targets: a vector of Single of known size.</param>
    /// <param name="scoreColumnName">The predictions: a vector of the same size. If its size is a multiple, the first prediction of each
    /// target is measured.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type, or the two do not fit.</exception>
    /// <exception cref="InvalidOperationException">No row has a label, or a prediction is not finite.</exception>
    public static MultiTargetRegressionMetrics EvaluateMultiTarget(
        this RegressionCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string scoreColumnName = DefaultColumnNames.Score)
    {
        var host = CatalogHost.Of(catalog, nameof(BackpropEvaluation));
        var scored = new ScoredData(
            host, data, ScoredColumn.Vector("label", labelColumnName, NumberDataViewType.Single),
            ScoredColumn.Vector("score", scoreColumnName, NumberDataViewType.Single));
        return MultiTargetRegressionMetrics.Measure(scored[1], scored[0], scored.LabelNames, new WorkMeter(host.CheckAlive));
    }

    /// <summary>Evaluates scored data of a multi-label classification.</summary>
    /// <param name="catalog">The multiclass catalog.</param>
    /// <param name="data">The scored data.</param>
    /// <param name="labelColumnName">The labels: a vector of Boolean of known size.</param>
    /// <param name="scoreColumnName">The scores: a vector of Single of the same size.</param>
    /// <param name="predictedLabelColumnName">The predicted labels: a vector of Boolean of the same size.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type, or they do not fit.</exception>
    /// <exception cref="InvalidOperationException">There is no row, or a score is not finite.</exception>
    public static MultiLabelClassificationMetrics EvaluateMultiLabel(
        this MulticlassClassificationCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string scoreColumnName = DefaultColumnNames.Score, string predictedLabelColumnName = DefaultColumnNames.PredictedLabel)
    {
        var host = CatalogHost.Of(catalog, nameof(BackpropEvaluation));
        var scored = new ScoredData(
            host, data, ScoredColumn.Vector("label", labelColumnName, BooleanDataViewType.Instance),
            ScoredColumn.Vector("score", scoreColumnName, NumberDataViewType.Single),
            ScoredColumn.Vector("predicted label", predictedLabelColumnName, BooleanDataViewType.Instance));
        return MultiLabelClassificationMetrics.Measure(scored[1], scored[2], scored[0], scored.LabelNames, new WorkMeter(host.CheckAlive));
    }

    /// <summary>Evaluates scored data of a binary classification by <c>PredictedLabel</c>, so that it follows the model's
    /// threshold.</summary>
    /// <remarks>
    /// ML.NET's <c>Evaluate</c> calls a row positive if its score is above 0, whatever the value of <c>PredictedLabel</c>. It ignores
    /// <see cref="BackpropTrainer.Options.ThresholdMetric"/> and <see cref="BackpropTransformer.WithThreshold"/>. This method computes
    /// accuracy, F1, precision, recall and the confusion matrix from <c>PredictedLabel</c>. AUC, log-loss and the other metrics of scores
    /// and probabilities are ML.NET's own.
    /// </remarks>
    /// <param name="catalog">The binary catalog.</param>
    /// <param name="data">The scored data. Rows whose score is not finite or whose label is missing are skipped.</param>
    /// <param name="labelColumnName">The label: Boolean.</param>
    /// <param name="scoreColumnName">The scores: Single.</param>
    /// <param name="probabilityColumnName">The probabilities: Single.</param>
    /// <param name="predictedLabelColumnName">The decisions: Boolean.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type.</exception>
    public static CalibratedBinaryClassificationMetrics EvaluatePredictedLabel(
        this BinaryClassificationCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string scoreColumnName = DefaultColumnNames.Score,
        string probabilityColumnName = DefaultColumnNames.Probability,
            string predictedLabelColumnName = DefaultColumnNames.PredictedLabel) =>
        DecidedMetrics.Measure(
            CatalogHost.Of(catalog, nameof(BackpropEvaluation)), data, labelColumnName, scoreColumnName, probabilityColumnName,
            predictedLabelColumnName);

    /// <summary>Cross-validates a binary classification by <c>PredictedLabel</c>: each fold is evaluated by
    /// <see cref="EvaluatePredictedLabel"/>.</summary>
    /// <inheritdoc cref="CrossValidateMultiTarget"/>
    public static IReadOnlyList<TrainCatalogBase.CrossValidationResult<CalibratedBinaryClassificationMetrics>> CrossValidatePredictedLabel(
        this BinaryClassificationCatalog catalog, IDataView data, IEstimator<ITransformer> estimator, int numberOfFolds = 5,
        string labelColumnName = DefaultColumnNames.Label, string? samplingKeyColumnName = null, int? seed = null,
        ICommunicator? communicator = null) =>
        CrossValidate(
            CatalogHost.Of(catalog, nameof(BackpropEvaluation)), data, estimator, numberOfFolds, samplingKeyColumnName, seed, communicator,
            (model, scored, fold) => new TrainCatalogBase.CrossValidationResult<CalibratedBinaryClassificationMetrics>(
                model, catalog.EvaluatePredictedLabel(scored, labelColumnName), scored, fold));

    /// <summary>Cross-validates a multi-target regression: for every fold of the data, trains on the other folds, and evaluates on this
    /// fold.</summary>
    /// <param name="catalog">The regression catalog.</param>
    /// <param name="data">The data.</param>
    /// <param name="estimator">The estimator to train.</param>
    /// <param name="numberOfFolds">At least 2.</param>
    /// <param name="labelColumnName">The targets.</param>
    /// <param name="samplingKeyColumnName">A column of groups: rows with equal values are in the same fold. Null for none.</param>
    /// <param name="seed">The seed of the random split; null for that of the context.</param>
    /// <param name="communicator">Ranks that share the folds: each trains some, and all return all results. All must call this method with
    /// the same data and the same seed. Null for this process alone.</param>
    /// <returns>Model, metrics and scored hold-out set of every fold.</returns>
    /// <exception cref="ArgumentException">An argument is out of range, or a column is missing or has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">The ranks have different data or seeds.</exception>
    public static IReadOnlyList<TrainCatalogBase.CrossValidationResult<MultiTargetRegressionMetrics>> CrossValidateMultiTarget(
        this RegressionCatalog catalog, IDataView data, IEstimator<ITransformer> estimator, int numberOfFolds = 5,
        string labelColumnName = DefaultColumnNames.Label, string? samplingKeyColumnName = null, int? seed = null,
        ICommunicator? communicator = null) =>
        CrossValidate(
            CatalogHost.Of(catalog, nameof(BackpropEvaluation)), data, estimator, numberOfFolds, samplingKeyColumnName, seed, communicator,
            (model, scored, fold) =>
                new TrainCatalogBase.CrossValidationResult<MultiTargetRegressionMetrics>(
                    model, catalog.EvaluateMultiTarget(scored, labelColumnName), scored, fold));

    /// <summary>Cross-validates a multi-label classification.</summary>
    /// <inheritdoc cref="CrossValidateMultiTarget"/>
    public static IReadOnlyList<TrainCatalogBase.CrossValidationResult<MultiLabelClassificationMetrics>> CrossValidateMultiLabel(
        this MulticlassClassificationCatalog catalog, IDataView data, IEstimator<ITransformer> estimator, int numberOfFolds = 5,
        string labelColumnName = DefaultColumnNames.Label, string? samplingKeyColumnName = null, int? seed = null,
        ICommunicator? communicator = null) =>
        CrossValidate(
            CatalogHost.Of(catalog, nameof(BackpropEvaluation)), data, estimator, numberOfFolds, samplingKeyColumnName, seed, communicator,
            (model, scored, fold) =>
                new TrainCatalogBase.CrossValidationResult<MultiLabelClassificationMetrics>(
                    model, catalog.EvaluateMultiLabel(scored, labelColumnName), scored, fold));

    // As in ML.NET's catalogs, with ML.NET's split.
    private static TResult[] CrossValidate<TResult>(
        IHost host, IDataView data, IEstimator<ITransformer> estimator, int numberOfFolds, string? samplingKey, int? seed,
        ICommunicator? communicator, Func<ITransformer, IDataView, int, TResult> evaluate)
    {
        host.CheckValue(data, nameof(data));
        host.CheckValue(estimator, nameof(estimator));
        if (numberOfFolds < 2) throw ValueRange.Refusal(nameof(numberOfFolds), numberOfFolds, "must be at least 2");
        var original = data;
        var splitColumn = DataOperationsCatalog.CreateSplitColumn(host, ref data, samplingKey, seed, fallbackInEnvSeed: true);
        var splits = DataOperationsCatalog.CrossValidationSplit(host, data, splitColumn, numberOfFolds).ToArray();
        var models = communicator is null
            ? splits.Select(split => estimator.Fit(split.TrainSet))
            : DistributedFit.Run(
                host, communicator, numberOfFolds, (fold, _) => estimator.Fit(splits[fold].TrainSet), ranksPerModel: 1,
                FactsOfFolds(host, communicator, original, seed));
        return [.. models.Select((model, fold) => evaluate(model, model.Transform(splits[fold].TestSet), fold))];
    }

    // Ranks with other seeds or data would have other folds.
    private static IEnumerable<KeyValuePair<string, string>> FactsOfFolds(
        IHost host, ICommunicator communicator, IDataView data, int? seed)
    {
        var used = seed ?? ((IHostEnvironmentInternal)host).Seed;
        if (used is null && communicator.Size > 1)
            throw host.ExceptParam(
                nameof(seed), "{0} is null, and the MLContext has no seed, so each rank would have other folds. Set one.", nameof(seed));
        yield return KeyValuePair.Create("the seed of the folds", $"{used}");
        yield return KeyValuePair.Create("the columns of the data", string.Join(", ", data.Schema.Select(column => $"{column}")));
        yield return KeyValuePair.Create("the number of rows", $"{data.GetRowCount()}");
    }
}
