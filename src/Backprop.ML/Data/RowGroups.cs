using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The column of groups for ranking: a key, or an integer above 0, that is the same for all rows of a group.</summary>
internal static class RowGroups
{
    /// <summary>The role of the column, for error messages.</summary>
    public const string Role = "row group";

    private const string Allowed = "Key<UInt32> or UInt32";

    /// <summary>Checks that the column exists and has an allowed type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or has another type; the message names both types.</exception>
    public static void Check(IExceptionContext context, string argument, SchemaShape schema, string name)
    {
        var found = ColumnChecks.Find(context, argument, schema, Role, name);
        var isScalar = found.Kind == SchemaShape.Column.VectorKind.Scalar;
        if (!isScalar || !found.ItemType.Equals(NumberDataViewType.UInt32))
            throw ColumnChecks.Mismatch(context, argument, Role, name, Allowed, found.GetTypeString());
    }

    /// <summary>Examples with their groups. If the rows of a group are not adjacent, they are gathered in the order of the data. The groups
    /// are in the order of their first rows. Features are not copied.</summary>
    /// <param name="context">For the error message.</param>
    /// <param name="channel">Receives a note if rows were gathered.</param>
    /// <param name="data">The columns of the data and their roles.</param>
    /// <param name="column">The group column.</param>
    /// <param name="examples">The examples, in the order of the data.</param>
    /// <param name="groups">[examples]: the value of the group column, above 0.</param>
    /// <param name="name">"training" or "validation".</param>
    /// <exception cref="InvalidOperationException">A group has rows of different weights.</exception>
    public static ExampleSet Gather(
        IExceptionContext context, IChannel channel, RoleMappedData data, string column, ExampleSet examples, uint[] groups, string name)
    {
        var (indices, values, areAdjacent) = Number(groups);
        if (!areAdjacent)
        {
            var order = OrderOf(indices, values.Count);
            examples = examples.Select(order);
            indices = [.. order.Select(row => indices[row])];
            channel.Info(
                "The rows of some groups of the {0} data are not adjacent (column '{1}'). The rows of each of {2} groups were gathered in "
                + "memory. ml.Ranking.Evaluate does not do this: sort the data before you evaluate.", name, column, values.Count);
        }
        if (GroupChecks.FirstOtherWeight(examples.Weights, indices) is { } row)
            throw context.Except(
                "Group '{0}' of the {1} data (column '{2}') has rows with the weights {3} and {4} in column '{5}'. "
                + "All rows of a group must have the same weight.",
                TextOf(data.Schema.Schema[column], values[indices[row]]), name, column, examples.Weights[row - 1], examples.Weights[row],
                data.Schema.Weight!.Value.Name);
        return examples.WithGroups(indices);
    }

    // The index of each row's group, in the order of first appearance; the values of the groups; and whether the rows of each group are
    // adjacent.
    private static (int[] Indices, List<uint> Values, bool AreAdjacent) Number(uint[] groups)
    {
        var known = new Dictionary<uint, int>();
        var (indices, values, areAdjacent) = (new int[groups.Length], new List<uint>(), true);
        for (var row = 0; row < groups.Length; row++)
        {
            if (!known.TryGetValue(groups[row], out var index))
            {
                known[groups[row]] = index = values.Count;
                values.Add(groups[row]);
            }
            else if (groups[row] != groups[row - 1]) areAdjacent = false;
            indices[row] = index;
        }
        return (indices, values, areAdjacent);
    }

    // The rows of the first group in their order, then those of the second, …
    private static int[] OrderOf(int[] indices, int groups)
    {
        var next = new int[groups + 1];
        foreach (var index in indices) next[index + 1]++;
        for (var group = 0; group < groups; group++) next[group + 1] += next[group];
        var order = new int[indices.Length];
        for (var row = 0; row < order.Length; row++) order[next[indices[row]]++] = row;
        return order;
    }

    private static string TextOf(DataViewSchema.Column column, uint value)
    {
        if (column.Type is not KeyDataViewType) return $"{value}";
        var names = KeyNames.Of(column);
        return value <= names.Count ? names[(int)value - 1] : $"{value}";
    }
}
