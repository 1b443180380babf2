using Backprop.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Reads an <c>IDataView</c> once, into memory: rows × (features + label + weight) × 4 bytes.</summary>
internal sealed class DataViewReader(IHost host, IChannel channel, TrainingPlan plan, MemoryBudget budget)
{
    /// <summary>Reads features, label and, where the data has one, weight. Rows with values that are not finite, and weights not above 0, are left out and counted.</summary>
    /// <param name="data">The columns and their roles.</param>
    /// <param name="name">"training" or "validation".</param>
    /// <exception cref="InvalidOperationException">No row is left, there are more than the budget or one array can hold, or the loss does not allow a label: its row is named.</exception>
    public ExampleSet Read(RoleMappedData data, string name)
    {
        using var cursor = new ExampleCursor(data, plan);
        var all = MakeBuffer(data, name);
        Read(cursor, data, name, _ => all);
        return Finish(all);
    }

    /// <summary>The same, but some of the rows are kept apart, to validate on.</summary>
    /// <param name="data">The columns and their roles.</param>
    /// <param name="rule">Which rows.</param>
    /// <exception cref="InvalidOperationException">As for <see cref="Read(RoleMappedData, string)"/>; or one of the two parts would have no row.</exception>
    public (ExampleSet Training, ExampleSet Validation) ReadAndSplit(RoleMappedData data, HoldOut rule)
    {
        ExampleBuffer training = MakeBuffer(data, "training"), validation = new(plan, TargetCount(data), data.Schema.Weight.HasValue, 1024);
        var split = new ValidationSplit(rule.Fraction, rule.Seed);
        ExampleSet? all = null;
        if (rule.SamplingKeyColumnName is { } key)
        {
            var (view, column) = GroupColumn.AddTo(host, data.Data, key, rule.Seed);
            using var cursor = new ExampleCursor(data, plan, view, column);
            Read(cursor, data, "training", row => split.TakesGroup(row.Group, GroupColumn.Count) ? validation : training);
        }
        else
        {
            using var cursor = new ExampleCursor(data, plan);
            if (rule.Rows == ValidationRows.Last)
            {
                Read(cursor, data, "training", _ => training);
                all = Finish(training);
            }
            else
            {
                Read(cursor, data, "training", row => split.Takes(plan.Task.HasClasses ? row.Targets[0] : 0) ? validation : training);
            }
        }

        var validating = all is null ? validation.Count : split.Last(all.Count);
        var learning = (all?.Count ?? training.Count + validation.Count) - validating;
        if (validating == 0 || learning == 0)
            throw host.Except("{0} = {1} would keep {2} of {3} rows from training; at least one must be, and one must not.", nameof(BackpropTrainer.Options.ValidationFraction), rule.Fraction, validating, learning + validating);
        return all is null ? (Finish(training), Finish(validation)) : (all.Slice(0, learning), all.Slice(learning, validating));
    }

    private int TargetCount(RoleMappedData data) => plan.Task.TargetColumns(data.Schema.Label!.Value);

    private int Columns(RoleMappedData data) => plan.FeatureCount + TargetCount(data) + (data.Schema.Weight.HasValue ? 1 : 0);

    private ExampleBuffer MakeBuffer(RoleMappedData data, string name)
    {
        var (columns, announced) = (Columns(data), data.Data.GetRowCount());
        var mostRows = budget.MostRows(columns);
        if (announced > mostRows && !ExampleBuffer.MayBeSparse(plan)) throw budget.Exceeded(name, $"{announced}", announced.Value, columns);
        return new ExampleBuffer(plan, TargetCount(data), data.Schema.Weight.HasValue, (int)Math.Min(announced ?? 1024, Math.Min(mostRows, Array.MaxLength / columns)));
    }

    private void Read(ExampleCursor cursor, RoleMappedData data, string name, Func<ExampleCursor, ExampleBuffer> bufferFor)
    {
        var columns = Columns(data);
        var mostRows = budget.MostRows(columns);
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            plan.CancellationToken.ThrowIfCancellationRequested();
            if (!plan.Loss.AllowsTargets(cursor.Targets, plan.Outputs))
                throw host.Except("Row {0} of the {1} data has {2} in label column '{3}'; {4} takes {5}.", cursor.Position, name, string.Join(", ", cursor.Targets.ToArray()), data.Schema.Label!.Value.Name, plan.Loss.GetType().Name, plan.Loss.AllowedTargets);
            var buffer = bufferFor(cursor);
            buffer.Add(cursor);
            if (buffer.IsSparse) budget.CheckSparse(name, buffer.Count, buffer.Bytes);
            else if (cursor.Kept > mostRows) throw budget.Exceeded(name, $"more than {mostRows}", mostRows + 1, columns);
        }

        var (kept, skipped) = (cursor.Kept, cursor.Skipped);
        if (kept + skipped == 0) throw host.Except("The {0} data has no rows.", name);
        if (kept == 0) throw host.Except("No valid instances in the {0} data: all {1} rows were skipped ({2}).", name, skipped, cursor.Reasons);
        if (skipped > 0) channel.Warning(MessageSensitivity.None, "Skipped {0} of {1} rows of the {2} data ({3}).", skipped, kept + skipped, name, cursor.Reasons);
    }

    private ExampleSet Finish(ExampleBuffer buffer)
    {
        var examples = buffer.ToExamples();
        budget.Take(buffer.Bytes + (long)buffer.Count * (examples.TargetCount + (examples.Weights.IsEmpty ? 0 : 1)) * sizeof(float));
        return examples;
    }
}
