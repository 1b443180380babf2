using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>A document of a query.</summary>
internal sealed class Query
{
    [VectorType(3)]
    public float[] Features { get; set; } = [];

    /// <summary>From 0 to 4.</summary>
    public float Label { get; set; }

    /// <summary>The same as a key.</summary>
    [KeyType(5)]
    public uint Grade { get; set; }

    [KeyType(1000)]
    public uint GroupId { get; set; }

    public uint Number { get; set; }

    public string Text { get; set; } = "";

    public float Weight { get; set; } = 1;

    /// <summary>Queries of 2 to 9 documents. A shift of all documents of a query hides the relevance from single rows.</summary>
    public static Query[] Many(int queries, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, queries).SelectMany(query => Documents(query, random))];
    }

    /// <summary>The same as data.</summary>
    public static IDataView Table(MLContext ml, int queries, int seed = 1) => ml.Data.LoadFromEnumerable(Many(queries, seed));

    private static Query[] Documents(int query, Random random)
    {
        var shift = 4 * random.NextSingle() - 2;
        return [.. Enumerable.Range(0, 2 + random.Next(8)).Select(_ => Document(query, shift, random))];
    }

    private static Query Document(int query, float shift, Random random)
    {
        float[] x = [.. Enumerable.Range(0, 3).Select(_ => 2 * random.NextSingle() - 1)];
        var relevance = Math.Clamp((int)(2.5 + 2 * x[0] - x[1]), 0, 4);
        return new Query
        {
            Features = [x[0] + shift, x[1], x[2]],
            Label = relevance,
            Grade = (uint)relevance, // ML.NET adds one: its keys begin at 1, and 0 is missing
            GroupId = (uint)query,
            Number = (uint)query + 1,
            Text = $"query {query}",
        };
    }
}
