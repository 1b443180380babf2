using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The order of the predictions for the slots of a label, by their names.</summary>
internal static class SlotOrder
{
    /// <summary>The slot of every prediction, in the order of the label's slots.</summary>
    /// <param name="context">For the error messages.</param>
    /// <param name="labels">The slot names of the label.</param>
    /// <param name="predictions">The slot names of the predictions: those of the label, or, if there are several for each, "label
    /// something".</param>
    /// <param name="column">The column of the predictions.</param>
    /// <param name="label">The label column.</param>
    /// <returns>The slots; null if the order is the same, or one side has no names.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The names differ; the message lists them.</exception>
    public static int[]? Of(
        IExceptionContext context, IReadOnlyList<string> labels, IReadOnlyList<string> predictions, string column, string label)
    {
        if (labels.Count == 0 || predictions.Count == 0 || predictions.Count % labels.Count != 0) return null;
        var each = predictions.Count / labels.Count;
        var first = Enumerable.Range(0, labels.Count).Select(i => predictions[i * each]);
        string[] found = [.. each == 1 ? first : first.Select(prediction => LabelOf(prediction, labels))];
        if (labels.SequenceEqual(found)) return null;
        if (NameDifference.Of(labels, found) is { } problem)
        {
            throw context.ExceptParam(
                "data",
                "The slots of column '{0}' have other names than those of label column '{1}': {2}. "
                + "Slots are matched by name; without slot names, they are matched by position.",
                column, label, problem);
        }
        var indexOf = found.Index().ToDictionary(name => name.Item, name => name.Index);
        return [.. labels.SelectMany(name => Enumerable.Range(indexOf[name] * each, each))];
    }

    // The name of one label may be the beginning of another.
    private static string LabelOf(string prediction, IReadOnlyList<string> labels) =>
        labels.Where(label => prediction.StartsWith(label + " ", StringComparison.Ordinal)).MaxBy(label => label.Length) ?? prediction;
}
