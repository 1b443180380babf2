using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Export;

/// <summary>What a model predicts from: two numbers, some missing, and a text, some unknown.</summary>
internal class ExportInput
{
    public float Area { get; set; }

    public float Rent { get; set; }

    public string City { get; set; } = "";

    public static T[] Many<T>(int count, int seed, params string[] cities) where T : ExportInput, new()
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => new T
        {
            Area = i % 7 == 3 ? float.NaN : 10 * random.NextSingle(), Rent = random.NextSingle() - 0.5f,
            City = cities[random.Next(cities.Length)],
        })];
    }
}

/// <summary>The same with a label for each task.</summary>
internal sealed class ExportRow : ExportInput
{
    private float Sum => (float.IsNaN(Area) ? 5 : Area) + 4 * Rent + City.Length;

    /// <summary>Binary classification.</summary>
    public bool Flag => Sum > 9;

    /// <summary>Multiclass classification.</summary>
    public string Kind => Sum < 7 ? "small" : Sum < 11 ? "middle" : "large";

    /// <summary>Regression.</summary>
    public float Value => Sum;

    /// <summary>Regression of several targets.</summary>
    [VectorType(2)]
    public float[] Values => [Sum, Rent];

    /// <summary>Multi-label classification.</summary>
    [VectorType(3)]
    public bool[] Flags => [Sum > 9, Rent > 0, City == "Oslo"];

    public static IDataView Training(MLContext ml)
    {
        var rows = ml.Data.LoadFromEnumerable(Many<ExportRow>(400, 1, "Bern", "Oslo", "Rome"));
        return ml.Transforms.Conversion.MapValueToKey("KindKey", nameof(Kind)).Fit(rows).Transform(rows);
    }

    public static IEstimator<ITransformer> Featurization(MLContext ml) =>
        ml.Transforms.Concatenate("Features", nameof(Area), nameof(Rent))
            .Append(ml.Transforms.Conversion.MapValueToKey("CityKey", nameof(City)));
}
