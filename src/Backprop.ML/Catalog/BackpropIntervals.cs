using Backprop.Metrics;
using Backprop.ML;
using Backprop.ML.Data;
using Backprop.ML.Transformers;
using Backprop.Numerics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

// In ML.NET's own namespace, not in the folder's: users find evaluators there.
namespace Microsoft.ML;

/// <summary>Evaluation of prediction intervals and prediction sets (<see cref="BackpropTrainer.Options.PredictionIntervals"/>).</summary>
public static class BackpropIntervals
{
    /// <summary>Measures coverage and width of the prediction intervals of a regression.</summary>
    /// <param name="catalog">The regression catalog.</param>
    /// <param name="data">The scored data. Rows with a missing label or without an interval are skipped, and reported. Of several targets,
    /// some may be missing: each target is measured on the rows that have it.</param>
    /// <param name="labelColumnName">The label: Single, or a vector of Single.</param>
    /// <param name="intervalColumnName">The intervals: a vector of Single with a lower and an upper end for each target. If both columns
    /// have slot names, targets are matched by name.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">No row is left.</exception>
    public static IntervalMetrics EvaluateIntervals(
        this RegressionCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string intervalColumnName = UncertaintyColumns.Interval)
    {
        var host = CatalogHost.Of(catalog, nameof(BackpropIntervals));
        var (label, interval) = Find(
            host, data, labelColumnName, NumberDataViewType.Single, intervalColumnName, NumberDataViewType.Single, endsPerLabel: 2);
        return new LabeledRows(host, data, label, interval).MeasureIntervals(SlotNames.Of(label));
    }

    /// <summary>Measures coverage and size of the prediction sets of a binary classification.</summary>
    /// <param name="catalog">The binary catalog.</param>
    /// <param name="data">The scored data. Rows with a missing label, or with a score that is NaN, are skipped, and reported.</param>
    /// <param name="labelColumnName">The label: Boolean.</param>
    /// <param name="predictionSetColumnName">The sets: a vector of Boolean for false and true.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">No row is left.</exception>
    public static PredictionSetMetrics EvaluatePredictionSets(
        this BinaryClassificationCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string predictionSetColumnName = UncertaintyColumns.PredictionSet)
    {
        var host = CatalogHost.Of(catalog, nameof(BackpropIntervals));
        var (label, set) = Find(
            host, data, labelColumnName, BooleanDataViewType.Instance, predictionSetColumnName, BooleanDataViewType.Instance,
            endsPerLabel: 2);
        return new LabeledRows(host, data, label, set).MeasureSets(classes: 2);
    }

    /// <summary>Measures coverage and size of the prediction sets of a multiclass or multi-label classification.</summary>
    /// <param name="catalog">The multiclass catalog.</param>
    /// <param name="data">The scored data. Rows with a missing label, or with a score that is NaN, are skipped, and reported.</param>
    /// <param name="labelColumnName">The label: a key, or a vector of Boolean. Each label of a vector has a set of its own. The names of
    /// the key values are compared with those of the sets' slots, so their order may differ.</param>
    /// <param name="predictionSetColumnName">The sets: a vector of Boolean with a slot for each class; for false and true of each
    /// label.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">No row is left.</exception>
    public static PredictionSetMetrics EvaluatePredictionSets(
        this MulticlassClassificationCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string predictionSetColumnName = UncertaintyColumns.PredictionSet)
    {
        var host = CatalogHost.Of(catalog, nameof(BackpropIntervals));
        host.CheckValue(data, nameof(data));
        if (data.Schema.GetColumnOrNull(labelColumnName)?.Type is KeyDataViewType) return OfClasses();
        var (labels, ofLabels) = Find(
            host, data, labelColumnName, BooleanDataViewType.Instance, predictionSetColumnName, BooleanDataViewType.Instance,
            endsPerLabel: 2);
        return new LabeledRows(host, data, labels, ofLabels).MeasureSets(classes: 2);

        PredictionSetMetrics OfClasses()
        {
            var label = ScoredColumn.Key("label", labelColumnName).In(host, data.Schema);
            var set = ScoredColumn.Vector("prediction set", predictionSetColumnName, BooleanDataViewType.Instance).In(host, data.Schema);
            var rows = new LabeledRows(host, data, label, set);
            var slots = new ScoreSlots(host, label, set).Of([.. rows.Labels]);
            var sets = new ReadOnlyMatrix(rows.Values.ToArray(), rows.Count, rows.Values.Count / rows.Count);
            return PredictionSetMetrics.Measure(sets, [.. slots.Select(slot => (int)slot)]);
        }
    }

    private static (DataViewSchema.Column Label, DataViewSchema.Column Ends) Find(
        IHost host, IDataView data, string labelName, DataViewType labelType, string name, DataViewType type, int endsPerLabel)
    {
        host.CheckValue(data, nameof(data));
        var label = ColumnChecks.Find(host, nameof(data), data.Schema, "label", labelName);
        if (!label.Type.GetItemType().Equals(labelType) || label.Type is VectorDataViewType { Size: 0 })
            throw host.ExceptSchemaMismatch(nameof(data), "label", labelName, $"{labelType}", label.Type.ToString());
        var ends = ColumnChecks.Find(host, nameof(data), data.Schema, "interval or prediction set", name);
        var labels = ColumnChecks.WidthOf(label);
        if (ends.Type is not VectorDataViewType vector || !vector.ItemType.Equals(type) || vector.Size != endsPerLabel * labels)
            throw host.ExceptSchemaMismatch(
                nameof(data), "interval or prediction set", name, $"Vector<{type}, {endsPerLabel * labels}>", ends.Type.ToString());
        return (label, ends);
    }
}
