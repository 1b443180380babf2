using Backprop.Losses;
using Backprop.ML.Tasks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The outputs of a model, and the one that is drawn where one must be chosen.</summary>
internal sealed class ReportOutput
{
    /// <param name="context">For the error messages.</param>
    /// <param name="model">The model.</param>
    /// <param name="scored">The columns of scored data.</param>
    /// <param name="name">The name of the output; null for the first.</param>
    /// <exception cref="ArgumentException">There is no such output; the message lists the existing ones.</exception>
    public ReportOutput(IExceptionContext context, BackpropTransformer model, DataViewSchema scored, string? name)
    {
        var task = model.Model.Task;
        Names = NamesOf(model);
        var isOne = task.TargetKind != TargetKind.Class && !task.HasSeveralTargets;
        if (name is not null && isOne)
            throw context.ExceptParam(
                nameof(ModelReportOptions.OutputName), "The model has one output, so {0} must be null, not '{1}'.",
                nameof(ModelReportOptions.OutputName), name);
        Index = name is null ? 0 : Names.Index().Where(each => each.Item == name).Select(each => each.Index).DefaultIfEmpty(-1).First();
        if (Index < 0)
            throw context.ExceptParam(
                nameof(ModelReportOptions.OutputName), "The model has no output '{0}'. Set {1} to one of {2}.", name!,
                nameof(ModelReportOptions.OutputName), NameDifference.List(Names));
        Name = isOne ? null : Names[Index];

        var hasProbability = scored.GetColumnOrNull(DefaultColumnNames.Probability) is not null;
        ColumnName = hasProbability ? DefaultColumnNames.Probability : DefaultColumnNames.Score;
        var column = scored[ColumnName];
        if (column.Type is VectorDataViewType vector) SlotName = NameOfSlot(column, SlotOf(model, vector.Size));
    }

    /// <summary>The names of classes, labels or targets; "false" and "true" for a binary classification.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The index of the chosen one. 0 for a binary classification, which has one score.</summary>
    public int Index { get; }

    /// <summary>The name of the chosen one; null if there is one output.</summary>
    public string? Name { get; }

    /// <summary>The column of predictions.</summary>
    public string ColumnName { get; }

    /// <summary>The slot of the column, as <see cref="ScoredOutput"/> names it; null if the column has one value.</summary>
    public string? SlotName { get; }

    private static IReadOnlyList<string> NamesOf(BackpropTransformer model)
    {
        var label = model.TrainedLabel;
        if (model.Model.Columns.Classes is { } classes) return classes.NamesOrKeys;
        if (label.Type is not VectorDataViewType vector)
            return model.Model.Task == LearningTask.BinaryClassification ? ["false", "true"] : [label.Name];
        var names = SlotNames.Of(label);
        return names.Count > 0 ? names : [.. Enumerable.Range(0, vector.Size).Select(slot => $"{slot}")];
    }

    // Classes have the slots of their key values. Of several predictions of a target, the first one is used.
    private int SlotOf(BackpropTransformer model, int slots) =>
        model.Model.Columns.Classes is { } classes ? (int)classes[Index] - 1 : Index * (slots / Names.Count);

    private static string NameOfSlot(DataViewSchema.Column column, int slot)
    {
        var names = SlotNames.Of(column);
        return names.Count > 0 ? names[slot] : $"{slot}";
    }
}
