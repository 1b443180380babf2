using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Reads an <c>IDataView</c> once, into memory: rows × (features + label + weight) × 4 bytes.</summary>
internal sealed class DataViewReader(IHost host, IChannel channel, TrainingPlan plan, MemoryBudget budget)
{
    /// <summary>Reads features, label and, where the data has one, weight. Rows with values that are not finite, and weights not above 0, are left out and counted.</summary>
    /// <param name="data">The columns and their roles.</param>
    /// <param name="name">"training" or "validation".</param>
    /// <param name="mayStream">Whether there is another way for data that does not fit.</param>
    /// <returns>The examples; null for data that does not fit, if there is another way.</returns>
    /// <exception cref="InvalidOperationException">No row is left, there are more than the budget or one array can hold, or the loss does not allow a label: its row is named.</exception>
    public ExampleSet? Read(RoleMappedData data, string name, bool mayStream)
    {
        if (MakeBuffer(data, name, mayStream) is not { } all) return null;
        using var cursor = new ExampleCursor(data, plan) { CheckAlive = plan.CheckAlive };
        return Read(cursor, data, name, _ => all, mayStream) ? Finish(all) : null;
    }

    /// <summary>The same, but some of the rows are kept apart, to validate on.</summary>
    /// <param name="data">The columns and their roles.</param>
    /// <param name="rule">Which rows.</param>
    /// <param name="mayStream">Whether there is another way for data that does not fit.</param>
    /// <exception cref="InvalidOperationException">As for <see cref="Read(RoleMappedData, string, bool)"/>; or one of the two parts would have no row.</exception>
    public (ExampleSet Training, ExampleSet Validation)? ReadAndSplit(RoleMappedData data, HoldOut rule, bool mayStream)
    {
        if (MakeBuffer(data, "training", mayStream) is not { } training) return null;
        var validation = MakeValidationBuffer(data);
        var split = new ValidationSplit(rule.Fraction, rule.Seed);
        var groups = rule.SamplingKeyColumnName is { } key ? GroupColumn.AddTo(host, data.Data, key, rule.Seed) : default;
        using var cursor = new ExampleCursor(data, plan, groups.Data, groups.Column) { CheckAlive = plan.CheckAlive };
        Func<ExampleCursor, bool> isKept = groups.Column is not null ? row => split.TakesGroup(row.Group, GroupColumn.Count)
            : rule.Rows == ValidationRows.Last ? _ => false
            : row => split.Takes(plan.Task.HasClasses ? row.Targets[0] : 0);
        if (!Read(cursor, data, "training", row => isKept(row) ? validation : training, mayStream)) return null;

        if (groups.Column is not null || rule.Rows != ValidationRows.Last)
            return training.Count > 0 && validation.Count > 0 ? (Finish(training), Finish(validation)) : throw NothingKept(rule.Fraction, validation.Count, training.Count);
        var all = Finish(training);
        var kept = split.Last(all.Count);
        return kept > 0 && kept < all.Count ? (all.Slice(0, all.Count - kept), all.Slice(all.Count - kept, kept)) : throw NothingKept(rule.Fraction, kept, all.Count - kept);
    }

    /// <summary>The error for a fraction that leaves one part without rows.</summary>
    public Exception NothingKept(double fraction, int kept, int learned) => host.Except(
        "{0} = {1} would keep {2} of {3} rows from training; at least one must be, and one must not.", nameof(BackpropTrainer.Options.ValidationFraction), fraction, kept, learned + kept);

    /// <summary>Room for rows that are kept from training, however many there will be.</summary>
    public ExampleBuffer MakeValidationBuffer(RoleMappedData data) => new(plan, TargetCount(data), data.Schema.Weight.HasValue, rows: 1024);

    /// <summary>Keeps a row from training, if there is memory for it.</summary>
    public void AddToValidation(ExampleCursor row, ExampleBuffer buffer)
    {
        buffer.Add(row);
        var columns = plan.FeatureCount + row.Targets.Length;
        if (!buffer.IsSparse && buffer.Count > budget.MostRows(columns)) throw budget.Exceeded("validation", $"more than {buffer.Count - 1}", buffer.Count, columns);
    }

    /// <summary>Refuses a row that the loss does not allow, and looks whether anybody still wants the others.</summary>
    public void Check(ExampleCursor row, RoleMappedData data, string name)
    {
        host.CheckAlive();
        plan.CancellationToken.ThrowIfCancellationRequested();
        if (plan.Columns.Classes is { } classes && row.Targets[0] < 0) throw UnknownClass(row, data.Schema.Label!.Value, classes, name);
        if (!plan.Loss.AllowsTargets(row.Targets, plan.Outputs))
            throw host.Except("Row {0} of the {1} data has {2} in label column '{3}'; {4} takes {5}.", row.Position, name, string.Join(", ", row.Targets.ToArray()), data.Schema.Label!.Value.Name, plan.Loss.GetType().Name, plan.Loss.AllowedTargets);
    }

    /// <summary>Reports the rows that were skipped, once all have been read.</summary>
    /// <exception cref="InvalidOperationException">No row is left.</exception>
    public void Report(ExampleCursor cursor, string name)
    {
        var (kept, skipped) = (cursor.Kept, cursor.Skipped);
        if (kept + skipped == 0) throw host.Except("The {0} data has no rows.", name);
        if (kept == 0) throw host.Except("The {0} data has no row to use. All {1} rows were skipped: {2}.", name, skipped, cursor.Reasons);
        if (skipped > 0) channel.Warning(MessageSensitivity.None, "Skipped {0} of {1} rows of the {2} data: {3}.", skipped, kept + skipped, name, cursor.Reasons);
    }

    /// <summary>The examples of a buffer; what they take is taken from the budget.</summary>
    public ExampleSet Finish(ExampleBuffer buffer)
    {
        var examples = buffer.ToExamples();
        budget.Take(buffer.Bytes + (long)buffer.Count * (examples.TargetCount + (examples.Weights.IsEmpty ? 0 : 1)) * sizeof(float));
        return examples;
    }

    private Exception UnknownClass(ExampleCursor row, DataViewSchema.Column label, KeyList classes, string name) => host.Except(
        "Row {0} of the {1} data has class '{2}' in label column '{3}', for which there is no output. The classes are {4}. "
        + "Leave out such rows, or train a new model on data that has them.",
        row.Position, name, KeyNames.Of(label)[(int)row.Class - 1], label.Name, NameDifference.List(classes.NamesOrNumbers));

    private int TargetCount(RoleMappedData data) => plan.Task.TargetColumns(data.Schema.Label!.Value);

    private int Columns(RoleMappedData data) => plan.FeatureCount + TargetCount(data) + (data.Schema.Weight.HasValue ? 1 : 0);

    private ExampleBuffer? MakeBuffer(RoleMappedData data, string name, bool mayStream)
    {
        var (columns, announced) = (Columns(data), data.Data.GetRowCount());
        var mostRows = budget.MostRows(columns);
        if (announced > mostRows && !ExampleBuffer.MayBeSparse(plan)) return mayStream ? null : throw budget.Exceeded(name, $"{announced}", announced.Value, columns);
        return new ExampleBuffer(plan, TargetCount(data), data.Schema.Weight.HasValue, (int)Math.Min(announced ?? 1024, Math.Min(mostRows, Array.MaxLength / columns)));
    }

    private bool Read(ExampleCursor cursor, RoleMappedData data, string name, Func<ExampleCursor, ExampleBuffer> bufferFor, bool mayStream)
    {
        var columns = Columns(data);
        var mostRows = budget.MostRows(columns);
        while (cursor.MoveNext())
        {
            Check(cursor, data, name);
            var buffer = bufferFor(cursor);
            buffer.Add(cursor);
            var fits = buffer.IsSparse ? budget.Fits(buffer.Bytes) : cursor.Kept <= mostRows;
            if (fits) continue;
            if (mayStream) return false;
            throw buffer.IsSparse ? budget.ExceededSparse(name, buffer.Count, buffer.Bytes) : budget.Exceeded(name, $"more than {mostRows}", mostRows + 1, columns);
        }
        Report(cursor, name);
        return true;
    }
}
