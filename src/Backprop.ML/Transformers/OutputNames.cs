using System.Globalization;
using Backprop.ML.Data;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>The names of a network's outputs: classes, labels, targets, or the predictions of a target.</summary>
internal static class OutputNames
{
    /// <summary>A name for every output. Outputs without a name have the index in the Score column, such as "Score[0]".</summary>
    /// <param name="model">The model.</param>
    /// <param name="score">Its Score column.</param>
    public static IReadOnlyList<string> Of(BackpropModelParameters model, DataViewSchema.Column score)
    {
        var count = model.Network.Network.Outputs;
        if (model.Columns.Classes is { } classes) return classes.NamesOrKeys;
        if (score.Type is not VectorDataViewType) return [score.Name];
        var order = OutputOrder.Of(model.Columns, model.Network, names: []);
        var names = SlotNames.Of(score);
        return [.. Enumerable.Range(0, count).Select(NameOf)];

        string NameOf(int output)
        {
            var position = order.Positions?[output] ?? output;
            return position < names.Count && names[position].Length > 0
                ? names[position]
                : string.Create(CultureInfo.InvariantCulture, $"{score.Name}[{position}]");
        }
    }

    /// <summary>The output of a name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none, or several; the message lists the names.</exception>
    public static int Find(IExceptionContext context, IReadOnlyList<string> names, string name)
    {
        int[] found = [.. names.Index().Where(each => each.Item == name).Select(each => each.Index)];
        if (found.Length == 1) return found[0];
        throw context.ExceptParam(
            "options", "{0} outputs of the model have the name '{1}' of {2}. Its outputs are {3}.", found.Length, name,
            nameof(ExplanationOptions.Output), NameDifference.List([.. names]));
    }
}
