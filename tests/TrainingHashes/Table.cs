using Microsoft.ML;
using Microsoft.ML.Data;

namespace TrainingHashes;

/// <summary>Rows that are the same on every machine: whole numbers from a linear congruential generator, divided by powers of
/// two.</summary>
internal sealed class Table(uint seed)
{
    private uint _state = seed;

    /// <summary>A view of so many rows.</summary>
    /// <param name="ml">The context to load in.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="missing">Whether one feature in eight is missing (NaN).</param>
    public static IDataView Dense(MLContext ml, int rows, bool missing = false)
    {
        var table = new Table(20261129);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(_ => table.Next(missing)).ToList());
    }

    /// <summary>A view of rows with many features, most of which are 0.</summary>
    /// <param name="ml">The context to load in.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="features">Features per row.</param>
    public static IDataView Sparse(MLContext ml, int rows, int features)
    {
        var table = new Table(7);
        var schema = SchemaDefinition.Create(typeof(SparseRow));
        schema[nameof(SparseRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(_ => table.NextSparse(features)).ToList(), schema);
    }

    private Row Next(bool missing)
    {
        var x = new float[Row.FeatureCount];
        for (var j = 0; j < x.Length; j++) x[j] = Signed();
        x[1] *= 64;
        x[2] = Below(3) == 0 ? 0 : MathF.Abs(x[2]);
        uint category = 1 + Below(12), kind = 1 + Below(4);
        var y = x[0] * x[3] + 0.5f * x[4] + (category % 3) * 0.25f + Signed() / 8;
        // ML.NET counts the keys that it reads from objects from 0 on.
        var row = new Row
        {
            Features = x,
            Category = category - 1,
            Kind = kind - 1,
            Weight = 1 + Below(3),
            Flag = y > 0.25f,
            Class = (y > 0 ? 1u : 0u) + (y > 0.5f ? 1u : 0u),
            Number = 3 * y + 10,
            Numbers = [y, x[0] - x[5]],
            Flags = [y > 0, x[5] > 0, x[3] * x[6] > 0],
        };
        for (var j = 0; j < x.Length && missing; j++)
            if (Below(8) == 0) x[j] = float.NaN;
        return row;
    }

    private SparseRow NextSparse(int features)
    {
        int[] places = [.. Enumerable.Range(0, 12).Select(_ => (int)Below((uint)features)).Distinct().Order()];
        float[] values = [.. places.Select(_ => Signed())];
        return new SparseRow { Features = new VBuffer<float>(features, places.Length, values, places), Flag = places[0] % 2 == 0 };
    }

    private float Signed() => (int)(Draw() >> 8) / (float)(1 << 23) - 1;

    private uint Below(uint end) => (uint)((ulong)Draw() * end >> 32);

    // Numerical Recipes, "Quick and dirty generators"; the upper bits are those that are used.
    private uint Draw() => _state = _state * 1664525 + 1013904223;

    private sealed class SparseRow
    {
        public VBuffer<float> Features { get; set; }

        public bool Flag { get; set; }
    }
}
