using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Reads an <c>IDataView</c> once, into memory: rows × (features + label + weight) × 4 bytes.</summary>
internal sealed class DataViewReader(IHost host, IChannel channel, TrainingPlan plan, MemoryBudget budget)
{
    /// <summary>Reads features, label and, if the data has one, the weight. Rows with values that are not finite, or with a weight that is
    /// not above 0, are skipped and counted.</summary>
    /// <param name="data">The columns and their roles.</param>
    /// <param name="name">"training" or "validation".</param>
    /// <param name="mayStream">Whether data that does not fit may be streamed instead.</param>
    /// <param name="groups">The same data with a column of group hashes, and the name of that column; null for none.</param>
    /// <returns>The rows; null for data that does not fit, if it may be streamed.</returns>
    /// <exception cref="InvalidOperationException">No row is left, the rows do not fit into the budget, or the loss does not allow a label.
    /// The message names the row.</exception>
    public RowsInMemory? Read(RoleMappedData data, string name, bool mayStream, (IDataView? View, string? Column) groups = default)
    {
        try
        {
            return ReadAll(data, name, mayStream, groups);
        }
        catch (OutOfMemoryException) when (mayStream)
        {
            return null; // other work has used the memory in the meantime
        }
    }

    /// <summary>Creates a buffer for held-out rows, for any number of rows.</summary>
    public ExampleBuffer MakeValidationBuffer(RoleMappedData data) => new(plan, TargetCount(data), data.Schema.Weight.HasValue, rows: 0);

    /// <summary>Adds a held-out row.</summary>
    /// <returns>Whether the row fits into the budget.</returns>
    public bool AddToValidation(ExampleCursor row, ExampleBuffer buffer)
    {
        buffer.Add(row);
        return Fits(buffer, plan.FeatureCount + row.Targets.Length);
    }

    /// <summary>The error for validation rows of a stream that do not fit into memory.</summary>
    public InvalidOperationException ValidationExceeded(RoleMappedData data, ExampleBuffer buffer) =>
        Exceeded("validation", buffer, Columns(data));

    /// <summary>Throws if the loss does not allow the row, or if reading was cancelled.</summary>
    public void Check(ExampleCursor row, RoleMappedData data, string name)
    {
        host.CheckAlive();
        plan.CancellationToken.ThrowIfCancellationRequested();
        if (plan.Columns.Classes is { } classes && row.Targets[0] < 0) throw UnknownClass(row, data.Schema.Label!.Value, classes, name);
        if (!plan.Loss.AllowsKnown(row.Targets, plan.Outputs))
            throw host.Except("Row {0} of the {1} data has {2} in label column '{3}', but {4} needs {5}.", row.Position, name,
                string.Join(", ", row.Targets.ToArray()), data.LabelOrNone.Name, plan.Loss.GetType().Name,
                plan.Loss.AllowedTargets);
    }

    /// <summary>Reports the rows that were skipped, after all have been read.</summary>
    /// <exception cref="InvalidOperationException">No row is left.</exception>
    public void Report(ExampleCursor cursor, string name)
    {
        var (kept, skipped) = (cursor.Kept, cursor.Skipped);
        if (kept + skipped == 0) throw host.Except("The {0} data has no rows.", name);
        if (kept == 0)
            throw host.Except(
                "The {0} data has no row to use. All {1} rows were skipped: {2}.{3}", name, skipped, cursor.Reasons,
                cursor.SkippedMissing ? $" {SkippedRows.TextIsMissing}." : "");
        if (skipped > 0)
            channel.Warning(
                MessageSensitivity.None, "Skipped {0} of {1} rows of the {2} data: {3}.", skipped, kept + skipped, name, cursor.Reasons);
        if (cursor.Incomplete is { Count: > 0 } incomplete)
            channel.Warning(
                MessageSensitivity.None,
                "{0} of {1} rows of the {2} data lack some targets, first row {3}, slot {4}. A missing target adds nothing to the loss. "
                    + "The other targets of these rows are used.",
                incomplete.Count, kept + skipped, name, incomplete.First, incomplete.Slot);
    }

    /// <summary>The examples of a buffer. Reserves their memory in the budget.</summary>
    public ExampleSet Finish(ExampleBuffer buffer)
    {
        var examples = buffer.ToExamples();
        budget.Reserve(buffer.Bytes + (long)buffer.Count * (examples.TargetCount + (examples.Weights.IsEmpty ? 0 : 1)) * sizeof(float));
        return examples;
    }

    private Exception UnknownClass(ExampleCursor row, DataViewSchema.Column label, KeyList classes, string name) => host.Except(
        "Row {0} of the {1} data has class '{2}' in label column '{3}', but the network has no output for it. The classes are {4}. "
        + "Remove such rows, set {5} to give it an output, or train a new model on data with this class.",
        row.Position, name, KeyNames.Of(label)[(int)row.Class - 1], label.Name, NameDifference.List(classes.NamesOrKeys),
        nameof(BackpropTrainer.Options.AddNewClasses));

    private int TargetCount(RoleMappedData data) => plan.Task.TargetColumns(data.LabelOrNone);

    /// <summary>The number of values of a row: features, label and, if the data has one, the weight.</summary>
    private int Columns(RoleMappedData data) => plan.FeatureCount + TargetCount(data) + (data.Schema.Weight.HasValue ? 1 : 0);

    private RowsInMemory? ReadAll(RoleMappedData data, string name, bool mayStream, (IDataView? View, string? Column) groupColumn)
    {
        if (plan.Task.HasGroups) groupColumn = (data.Data, plan.Options.RowGroupColumnName);
        int columns = Columns(data);
        var announced = data.Data.GetRowCount();
        if (!ExampleBuffer.MayBeSparse(plan))
        {
            if (announced > budget.MaxRows(columns)) budget.Measure(used: 0);
            if (announced > budget.MaxRows(columns)) return mayStream ? null
                : throw budget.Exceeded(name, $"{announced}", announced.Value, columns);
        }
        var buffer = new ExampleBuffer(plan, TargetCount(data), data.Schema.Weight.HasValue, announced ?? 0);
        var groups = groupColumn.Column is null ? null : new GrowingRows<uint>(1, announced ?? 0);
        using var cursor = new ExampleCursor(data, plan, groupColumn.View, groupColumn.Column) { CheckAlive = plan.CheckAlive };
        var isMeasured = false;
        while (cursor.MoveNext())
        {
            Check(cursor, data, name);
            buffer.Add(cursor);
            if (groups is not null) groups.Add()[0] = cursor.Group;
            if (Fits(buffer, columns)) continue;
            if (!isMeasured) budget.Measure(buffer.Bytes);
            isMeasured = true;
            if (Fits(buffer, columns)) continue;
            if (mayStream) return null;
            throw Exceeded(name, buffer, columns);
        }
        Report(cursor, name);
        var (examples, ofRows) = (Finish(buffer), groups?.ToArray() ?? []);
        if (plan.Task.HasGroups)
            examples = RowGroups.Gather(host, channel, data, plan.Options.RowGroupColumnName!, examples, ofRows, name);
        return new RowsInMemory(examples, ofRows, cursor.Kept + cursor.Skipped);
    }

    private InvalidOperationException Exceeded(string name, ExampleBuffer buffer, int columns) => buffer.IsSparse
        ? budget.ExceededSparse(name, buffer.Count, buffer.Bytes)
        : budget.Exceeded(name, $"more than {buffer.Count - 1}", buffer.Count, columns);

    private bool Fits(ExampleBuffer buffer, int columns) => buffer.IsSparse ? budget.Fits(buffer.Bytes) && !buffer.IsFull
        : buffer.Count <= budget.MaxRows(columns);
}
