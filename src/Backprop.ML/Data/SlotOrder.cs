using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>Where the predictions for the slots of a label stand, by their names.</summary>
internal static class SlotOrder
{
    /// <summary>The slot of every prediction, in the order of the label's slots.</summary>
    /// <param name="context">For the error messages.</param>
    /// <param name="labels">What the slots of the label are called.</param>
    /// <param name="predictions">What those of the predictions are called: as the label's, or, where there are several for each, "label
    /// something".</param>
    /// <param name="column">The column of the predictions.</param>
    /// <param name="label">The label column.</param>
    /// <returns>Null where the order is the same, or one side has no names.</returns>
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
                + "Slots are matched by name; without slot names, positions decide.",
                column, label, problem);
        }
        var placeOf = found.Index().ToDictionary(name => name.Item, name => name.Index);
        return [.. labels.SelectMany(name => Enumerable.Range(placeOf[name] * each, each))];
    }

    // One label may be called as another one begins.
    private static string LabelOf(string prediction, IReadOnlyList<string> labels) =>
        labels.Where(label => prediction.StartsWith(label + " ", StringComparison.Ordinal)).MaxBy(label => label.Length) ?? prediction;
}
