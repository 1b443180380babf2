using System.Globalization;
using Backprop.ML.Data;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML;

/// <summary>Names the column with values that are too large for single precision, if they are the cause of a divergence.</summary>
internal static class DivergenceCause
{
    /// <summary>The error with its cause; null if no value is extreme.</summary>
    /// <param name="problem">The error without a cause.</param>
    /// <param name="examples">The training data, or a sample of it.</param>
    /// <param name="known">The slots of features and targets.</param>
    /// <param name="schema">The columns of the data.</param>
    public static TrainingDivergedException? Of(
        TrainingDivergedException problem, ExampleSet examples, ModelColumns known, RoleMappedSchema schema)
    {
        if (ExtremeValues.Feature(examples) is { } feature && schema.Feature is { } features)
            return Explain(
                problem, features, (known.Features.SlotOf(feature.Column), feature.Value), "Features are added, multiplied and squared");
        if (ExtremeValues.Target(examples) is { } target && schema.Label is { } label)
            return Explain(problem, label, (known.Targets?.SlotOf(target.Column) ?? target.Column, target.Value), "Errors are squared");
        return null;
    }

    private static TrainingDivergedException Explain(
        TrainingDivergedException problem, DataViewSchema.Column column, (int Slot, float Value) found, string reason)
    {
        var names = SlotNames.Of(column);
        var name = found.Slot < names.Count && names[found.Slot].Length > 0 ? $" ('{names[found.Slot]}')" : "";
        var location = column.Type is VectorDataViewType
            ? $"slot {found.Slot}{name} of column '{column.Name}'"
            : $"column '{column.Name}'";
        return new TrainingDivergedException(problem, string.Create(CultureInfo.InvariantCulture,
            $"The value {found.Value} in {location} is too large: {reason} in single precision, whose maximum is 3.4E+38. Divide the " +
                $"column by a constant, use its logarithm, or remove such rows."));
    }
}
