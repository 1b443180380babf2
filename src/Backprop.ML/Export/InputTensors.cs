using Backprop.Export;
using Backprop.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Export;

/// <summary>The columns of data as the inputs of a network, in the operators of ONNX.</summary>
/// <param name="context">For the error messages.</param>
/// <param name="graph">Receives the operators.</param>
internal sealed class InputTensors(IExceptionContext context, IGraphBuilder graph)
{
    /// <summary>The inputs of the network, single precision: [rows × inputs].</summary>
    /// <param name="columns">The columns in the data.</param>
    /// <param name="features">The tensor of the feature column; null if there is none.</param>
    /// <param name="categories">The tensors of the category columns: key values.</param>
    public string Of(ModelColumns columns, string? features, IReadOnlyList<string> categories)
    {
        graph.Begin("inputs");
        var parts = new List<string>();
        if (features is not null) parts.Add(columns.Features.Slots is { } slots ? Slots(features, slots) : features);
        parts.AddRange(columns.Categories.Zip(categories, CategoriesOf));
        return graph.Concat(1, parts);
    }

    private string Slots(string x, int[] slots) => graph.Gather(x, 1, [.. slots.Select(slot => (long)slot)]);

    private string CategoriesOf(CategoryColumn column, string keys)
    {
        if (column.Keys.Lookup is not { } lookup) return graph.Cast(keys, ElementType.Single);
        if (column.Keys.Count > CategoryColumns.MaxKeys)
            throw context.Except(
                "Category column '{0}' has {1} key values; ONNX is written for at most {2}. Hash it with fewer bits.",
                column.Name, column.Keys.Count, CategoryColumns.MaxKeys);
        var table = new float[column.Keys.Count + 1];
        for (var key = 0; key < table.Length; key++) table[key] = lookup[(ulong)key];
        return graph.Apply("Gather", graph.Constant(table, table.Length), graph.Cast(keys, ElementType.Int64));
    }
}
