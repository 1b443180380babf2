using Microsoft.ML;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Rows whose columns have names for everything, in whatever order a test gives them: features, keys, classes, targets.</summary>
internal sealed class Shop
{
    public static readonly string[] Cities = ["Bern", "Oslo", "Rome", "Wien"], Kinds = ["books", "shoes", "tools"];
    public static readonly string[] Targets = ["sales", "staff"], Features = ["Area", "Rent"];

    public float Area { get; set; }

    public float Rent { get; set; }

    public string City { get; set; } = "";

    public string Kind { get; set; } = "";

    public float Sales { get; set; }

    public float Staff { get; set; }

    public static Shop[] Many(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Make(random))];
    }

    /// <summary>Features, the keys CityKey and KindKey, and the vector Both, in given orders.</summary>
    public static IDataView View(
        MLContext ml, Shop[] rows, string[]? features = null, string[]? cities = null, string[]? kinds = null, string[]? targets = null)
    {
        var data = ml.Data.LoadFromEnumerable(rows);
        var targetColumns = (targets ?? Targets).Select(name => char.ToUpperInvariant(name[0]) + name[1..]).ToArray();
        return ml.Transforms.Concatenate("Features", features ?? Features)
            .Append(ml.Transforms.Concatenate("Both", targetColumns))
            .Append(Key("CityKey", nameof(City), cities ?? Cities))
            .Append(Key("KindKey", nameof(Kind), kinds ?? Kinds))
            .Fit(data).Transform(data);

        IEstimator<ITransformer> Key(string output, string input, string[] values)
        {
            var keyData = ml.Data.LoadFromEnumerable(values.Select(value => new Word { Value = value }));
            return ml.Transforms.Conversion.MapValueToKey(output, input, keyData: keyData);
        }
    }

    /// <summary>The same with everything in another order.</summary>
    public static IDataView Reordered(MLContext ml, Shop[] rows) =>
        View(ml, rows, [.. Features.Reverse()], [.. Cities.Reverse()], [.. Kinds.Skip(1), Kinds[0]], [.. Targets.Reverse()]);

    /// <summary>Options for a small network that uses features and cities.</summary>
    public static BackpropTrainer.Options Options(string label) => new()
    {
        Preset = Preset.Plain,
        LabelColumnName = label,
        CategoricalFeatureColumnNames = ["CityKey"],
        HiddenLayers = [8],
        LearningRate = 0.02,
        NumberOfIterations = 5,
        Seed = 1,
        BatchSize = 32,
    };

    private static Shop Make(Random random)
    {
        float area = random.NextSingle(), rent = random.NextSingle();
        int city = random.Next(Cities.Length), kind = Math.Min(2, (int)(3 * area + 0.3 * city));
        float sales = 3 * area - rent + city, staff = rent * 2 + kind;
        return new Shop { Area = area, Rent = rent, City = Cities[city], Kind = Kinds[kind], Sales = sales, Staff = staff };
    }

    private sealed class Word
    {
        public string Value { get; set; } = "";
    }
}
