using System.Globalization;
using Backprop.ML.Data;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Transformers;

/// <summary>The columns with activations of hidden layers (<see cref="BackpropTransformer.WithHiddenLayer"/>): vectors of Single.</summary>
internal static class HiddenColumns
{
    private const string Kind = "HiddenLayer";

    /// <summary>The columns of a network.</summary>
    public static IEnumerable<(string Name, DataViewType Type, DataViewSchema.Annotations Annotations)> Of(TrainedNetwork network)
    {
        foreach (var output in network.HiddenOutputs)
        {
            var width = output.WidthIn(network.Network);
            yield return (
                output.Name, new VectorDataViewType(NumberDataViewType.Single, width),
                OutputColumn.Annotations(Kind, Kind, NamesOf(width, network.Network.EnsembleSize)));
        }
    }

    /// <summary>The getter of one of these columns; null for other columns.</summary>
    public static Delegate? MakeGetter(IScores row, string column, TrainedNetwork network)
    {
        var index = IndexOf(column, network);
        return index < 0 ? null : OutputGetters.Vector(row, values => values.HiddenOf(index));
    }

    /// <summary>The tensor of one of these columns; null for other columns.</summary>
    public static string? TensorOf(string column, TrainedNetwork network, IReadOnlyList<string> hidden)
    {
        var index = IndexOf(column, network);
        return index < 0 ? null : hidden[index];
    }

    /// <summary>Checks that a name differs from those of the columns to predict from and of the columns that scoring adds.</summary>
    /// <param name="context">For the error message.</param>
    /// <param name="name">The name of a new column.</param>
    /// <param name="scored">The columns of scored data.</param>
    /// <param name="inputs">The columns to predict from.</param>
    /// <exception cref="ArgumentException">A column has this name; the message lists the names.</exception>
    public static void CheckName(IExceptionContext context, string name, DataViewSchema scored, InputColumns inputs)
    {
        var added = scored.Where(column => column.Annotations.Schema.Any(kind => kind.Name == AnnotationUtils.Kinds.ScoreColumnSetId));
        string[] taken = [.. inputs.Roles.Select(role => role.Value), .. added.Select(column => column.Name)];
        if (taken.Contains(name))
            throw context.ExceptParam(
                "outputColumnName", "The name '{0}' belongs to a column already. Choose another name than {1}.", name,
                string.Join(", ", taken.Distinct()));
    }

    private static int IndexOf(string column, TrainedNetwork network) =>
        network.HiddenOutputs.Index().Where(each => each.Item.Name == column).Select(each => each.Index).DefaultIfEmpty(-1).First();

    // "Unit 3", or "Member 2 Unit 3" of an ensemble.
    private static string[] NamesOf(int width, int members)
    {
        var units = width / members;
        return [.. Enumerable.Range(0, width).Select(i => members == 1
            ? string.Create(CultureInfo.InvariantCulture, $"Unit {i + 1}")
            : string.Create(CultureInfo.InvariantCulture, $"Member {i / units + 1} Unit {i % units + 1}"))];
    }
}
