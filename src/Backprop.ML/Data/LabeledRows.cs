using Backprop.Metrics;
using Backprop.ML.Transformers;
using Backprop.Numerics;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Labels of scored data, with another column of the same rows. Rows with a missing label, or without a prediction, are skipped
/// and reported. Of several targets, some may be missing. If the labels are a vector, the other column has the order of its slots.
/// </summary>
internal sealed class LabeledRows
{
    /// <summary>Reads the columns.</summary>
    /// <param name="host">For messages.</param>
    /// <param name="data">The scored data.</param>
    /// <param name="label">The label column.</param>
    /// <param name="other">The other column.</param>
    /// <param name="classes">The index of every class in the other column, −1 for none; null if the indices are equal.</param>
    /// <exception cref="InvalidOperationException">No row is left.</exception>
    public LabeledRows(
        IHost host, IDataView data, DataViewSchema.Column label, DataViewSchema.Column other, int[]? classes = null)
    {
        using var channel = host.Start("Evaluation");
        float[] ofLabel = new float[ColumnChecks.WidthOf(label)], values = new float[ColumnChecks.WidthOf(other)];
        var order = OrderOf(host, label, other);
        // A row without a prediction has a score that is NaN, but its sets are only empty.
        var score = ScoreOf(data.Schema) ?? other;
        using var cursor = data.GetRowCursor([label, other, score]);
        LabelGetter getLabel = LabelGetters.Make(cursor, label), getOther = LabelGetters.Make(cursor, other);
        var getScore = LabelGetters.Make(cursor, score);
        var scores = new float[ColumnChecks.WidthOf(score)];
        long skipped = 0;
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            getLabel(ofLabel);
            getOther(values);
            getScore(scores);
            if (classes is not null && float.IsFinite(ofLabel[0]))
                ofLabel[0] = classes[(int)ofLabel[0]] is >= 0 and var index ? index : float.NaN;
            if (!ExampleSet.AreTargets(ofLabel) || Array.Exists(values, float.IsNaN) || Array.Exists(scores, float.IsNaN))
            {
                skipped++;
                continue;
            }
            Labels.AddRange(ofLabel);
            Values.AddRange(order is null ? values : [.. order.Select(slot => values[slot])]);
            Count++;
        }
        if (skipped > 0)
            channel.Warning(
                MessageSensitivity.None, "Skipped {0} of {1} rows with a missing label or prediction.", skipped, skipped + Count);
        if (Count == 0) throw host.Except("The data has no row with a label in column '{0}' and a prediction.", label.Name);
    }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>[rows · labels], row after row; a class counts from 0 on.</summary>
    public List<float> Labels { get; } = [];

    /// <summary>[rows · width of the other column], row after row.</summary>
    public List<float> Values { get; } = [];

    /// <summary>Measures the intervals in the other column.</summary>
    /// <param name="names">[targets], or empty.</param>
    public IntervalMetrics MeasureIntervals(IReadOnlyList<string> names)
    {
        var targets = Labels.Count / Count;
        return IntervalMetrics.Measure(
            new ReadOnlyMatrix(Values.ToArray(), Count, 2 * targets), new ReadOnlyMatrix(Labels.ToArray(), Count, targets), names);
    }

    /// <summary>Measures the prediction sets in the other column.</summary>
    /// <param name="classes">Number of classes of each label.</param>
    public PredictionSetMetrics MeasureSets(int classes) => PredictionSetMetrics.Measure(
        new ReadOnlyMatrix(Values.ToArray(), Labels.Count, classes), [.. Labels.Select(label => (int)label)]);

    private static int[]? OrderOf(IHost host, DataViewSchema.Column label, DataViewSchema.Column other)
    {
        if (label.Type is not VectorDataViewType) return null;
        IReadOnlyList<string> labels = SlotNames.Of(label), names = SlotNames.Of(other);
        return EndOrder.AreNumbered(names, labels) ? null : SlotOrder.Of(host, labels, names, other.Name, label.Name);
    }

    // Null if another program has made the column.
    private static DataViewSchema.Column? ScoreOf(DataViewSchema schema) =>
        schema.GetColumnOrNull(DefaultColumnNames.Score) is { } column && column.Type.GetItemType().Equals(NumberDataViewType.Single)
            && column.Type is not VectorDataViewType { Size: 0 } ? column : null;
}
