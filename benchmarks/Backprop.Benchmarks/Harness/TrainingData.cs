using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Benchmarks.Harness;

/// <summary>The examples of a <see cref="Net"/> as ML.NET sees them: a vector of features, and a key.</summary>
internal static class TrainingData
{
    /// <summary>One example. A key is given from 0; in the view it counts from 1, as 0 means missing.</summary>
    internal sealed class Row
    {
        public float[] Features { get; set; } = [];

        public uint Label { get; set; }
    }

    public static IDataView Load(MLContext ml, Net net, int rows)
    {
        var (x, y) = net.Examples(rows, seed: 5);
        var examples = Enumerable.Range(0, rows)
            .Select(i => new Row { Features = x[(i * net.Inputs)..((i + 1) * net.Inputs)], Label = (uint)y[i] }).ToArray();
        return ml.Data.LoadFromEnumerable(examples, Schema(net));
    }

    public static SchemaDefinition Schema(Net net)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, net.Inputs);
        schema[nameof(Row.Label)].ColumnType = new KeyDataViewType(typeof(uint), Math.Max(2, net.Outputs));
        return schema;
    }
}
