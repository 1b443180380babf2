using Backprop.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Reads an <c>IDataView</c> once, into memory: rows × (features + label + weight) × 4 bytes.</summary>
internal static class DataViewReader
{
    /// <summary>Reads features, label and, where the data has one, weight. Rows with values that are not finite, and weights not above 0, are left out and counted.</summary>
    /// <param name="host">For the error messages.</param>
    /// <param name="channel">Where skipped rows are reported, as a warning.</param>
    /// <param name="data">The columns and their roles.</param>
    /// <param name="name">"training" or "validation".</param>
    /// <param name="budget">What the rows may take; what they do take is taken from it.</param>
    /// <param name="plan">What is read, and for which network.</param>
    /// <exception cref="InvalidOperationException">No row is left, there are more than the budget or one array can hold, or the loss does not allow a label: its row is named.</exception>
    public static ExampleSet Read(IHost host, IChannel channel, RoleMappedData data, string name, MemoryBudget budget, TrainingPlan plan)
    {
        var (featureCount, targetCount) = (plan.Network.Inputs, plan.Task.TargetColumns(data.Schema.Label!.Value));
        var columns = featureCount + targetCount + (data.Schema.Weight.HasValue ? 1 : 0);
        var mostRows = budget.MostRows(columns);
        if (data.Data.GetRowCount() > mostRows) throw budget.Exceeded(name, $"{data.Data.GetRowCount()}", data.Data.GetRowCount()!.Value, columns);

        var rowCount = (int)Math.Min(data.Data.GetRowCount() ?? 1024, Math.Min(mostRows, Array.MaxLength / Math.Max(featureCount, targetCount)));
        RowBuffer features = new(featureCount, rowCount), targets = new(targetCount, rowCount);
        var weights = data.Schema.Weight.HasValue ? new RowBuffer(1, rowCount) : null;

        using var cursor = new ExampleCursor(data, plan.Inputs, plan.Task);
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            if (cursor.Kept > mostRows) throw budget.Exceeded(name, $"more than {mostRows}", mostRows + 1, columns);
            if (!plan.Loss.AllowsTargets(cursor.Targets, plan.Network.Outputs))
                throw host.Except("Row {0} of the {1} data has {2} in label column '{3}'; {4} takes {5}.", cursor.Position, name, string.Join(", ", cursor.Targets.ToArray()), data.Schema.Label!.Value.Name, plan.Loss.GetType().Name, plan.Loss.AllowedTargets);
            cursor.Features.CopyTo(features.Add());
            cursor.Targets.CopyTo(targets.Add());
            if (weights is not null) weights.Add()[0] = cursor.Weight;
        }

        var (kept, skipped) = (cursor.Kept, cursor.Skipped);
        if (kept + skipped == 0) throw host.Except("The {0} data has no rows.", name);
        if (kept == 0) throw host.Except("No valid instances in the {0} data: all {1} rows were skipped ({2}).", name, skipped, cursor.Reasons);
        if (skipped > 0) channel.Warning(MessageSensitivity.None, "Skipped {0} of {1} rows of the {2} data ({3}).", skipped, kept + skipped, name, cursor.Reasons);
        budget.Take(kept, columns);
        return new ExampleSet(features.ToArray(), featureCount, targets.ToArray(), targetCount, weights?.ToArray());
    }

    /// <summary>One array that grows by rows of the same width.</summary>
    private sealed class RowBuffer(int width, int rows)
    {
        private float[] _values = new float[Math.Max(width, width * rows)];
        private int _length;

        public Span<float> Add()
        {
            if (_length + (long)width > Array.MaxLength)
                throw new InvalidOperationException($"The data does not fit into one array: {_length / width} rows of {width} numbers were read, and there are more.");
            if (_length + width > _values.Length)
                Array.Resize(ref _values, (int)Math.Clamp(2L * _values.Length, _length + width, Array.MaxLength));
            _length += width;
            return _values.AsSpan(_length - width, width);
        }

        public float[] ToArray()
        {
            if (_length < _values.Length) Array.Resize(ref _values, _length);
            return _values;
        }
    }
}
