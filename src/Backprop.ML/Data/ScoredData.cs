using Backprop.Numerics;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Columns of scored data, read together into memory. The first holds the labels. The others hold the predictions for the same
/// rows. If the labels are a vector, the predictions have the order of its slots.</summary>
internal sealed class ScoredData
{
    private readonly List<float>[] _columns;

    /// <summary>Reads the columns. Rows with a missing label are skipped, and reported. Of several targets, some may be missing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type; the message names it.</exception>
    /// <exception cref="InvalidOperationException">No row is left, or a prediction is not finite.</exception>
    public ScoredData(IHost host, IDataView data, params ReadOnlySpan<ScoredColumn> columns)
    {
        host.CheckValue(data, nameof(data));
        var found = new DataViewSchema.Column[columns.Length];
        for (var i = 0; i < columns.Length; i++) found[i] = columns[i].In(host, data.Schema);
        LabelNames = SlotNames.Of(found[0]);
        int[]?[] orders = [.. found.Select((column, i) => i == 0 ? null : OrderOf(column))];
        _columns = [.. found.Select(_ => new List<float>())];

        using var channel = host.Start("Evaluation");
        using var cursor = data.GetRowCursor(found);
        LabelGetter[] getters = [.. found.Select(column => LabelGetters.Make(cursor, column))];
        float[][] values = [.. found.Select(column => new float[ColumnChecks.WidthOf(column)])];
        long skipped = 0, incomplete = 0;
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            for (var i = 0; i < getters.Length; i++) getters[i](values[i]);
            if (!ExampleSet.AreTargets(values[0]))
            {
                skipped++;
                continue;
            }
            if (Array.Exists(values[0], float.IsNaN)) incomplete++;
            for (var i = 0; i < values.Length; i++)
            {
                if (i > 0 && !ExampleSet.AreFinite(values[i]))
                    throw host.Except("Row {0} has a value in column '{1}' that is not finite.", cursor.Position, found[i].Name);
                _columns[i].AddRange(orders[i] is { } order ? [.. order.Select(slot => values[i][slot])] : values[i]);
            }
            Rows++;
        }
        if (skipped > 0)
            channel.Warning(MessageSensitivity.None, "Skipped {0} of {1} rows with a missing label.", skipped, skipped + Rows);
        if (incomplete > 0)
            channel.Warning(
                MessageSensitivity.None, "{0} of {1} rows lack some targets. Each target is measured on the rows that have it.",
                incomplete, skipped + Rows);
        if (Rows == 0) throw host.Except("The data has no row with a label in column '{0}'.", found[0].Name);

        int[]? OrderOf(DataViewSchema.Column column) => SlotOrder.Of(host, LabelNames, SlotNames.Of(column), column.Name, found[0].Name);
    }

    /// <summary>The slot names of the label; empty if it has none.</summary>
    public IReadOnlyList<string> LabelNames { get; }

    /// <summary>Number of rows that were read.</summary>
    public int Rows { get; }

    /// <summary>[rows × width] of one of the columns.</summary>
    public ReadOnlyMatrix this[int column] => new(_columns[column].ToArray(), Rows, _columns[column].Count / Rows);
}
