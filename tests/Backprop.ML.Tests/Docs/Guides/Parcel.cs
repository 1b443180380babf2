using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

/// <summary>A delivery, with a label for every task. Distance, stops and carrier decide how long it takes.</summary>
internal sealed class Parcel
{
    public static readonly string[] Carriers = ["Anchor", "Bolt", "Comet"];

    public float Weight { get; set; }

    public float Distance { get; set; }

    public float Stops { get; set; }

    public string Carrier { get; set; } = "";

    public string Depot { get; set; } = "";

    /// <summary>Label of a regression.</summary>
    public float Days { get; set; }

    /// <summary>A second label of a regression.</summary>
    public float Cost { get; set; }

    /// <summary>Label of a binary classification.</summary>
    public bool IsLate { get; set; }

    /// <summary>Label of a binary classification; about one row in ten.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>Label of a multiclass classification.</summary>
    public string Service { get; set; } = "";

    public static Parcel[] Many(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Make(random))];
    }

    public static IDataView View(MLContext ml, int count, int seed = 1) => ml.Data.LoadFromEnumerable(Many(count, seed));

    /// <summary>A context, rows to train on and other rows.</summary>
    public static (MLContext Ml, IDataView Train, IDataView Test) Split(int train, int test = 100)
    {
        var ml = new MLContext(seed: 1);
        return (ml, View(ml, train), View(ml, test, seed: 2));
    }

    private static Parcel Make(Random random)
    {
        float weight = 30 * random.NextSingle(), distance = 1000 * random.NextSingle(), error = random.NextSingle() - 0.5f;
        int stops = random.Next(6), carrier = random.Next(Carriers.Length), depot = random.Next(10);
        var days = 1 + distance / 250 + 0.4f * stops + 0.7f * carrier + error;
        return new Parcel
        {
            Weight = weight,
            Distance = distance,
            Stops = stops,
            Carrier = Carriers[carrier],
            Depot = $"depot {depot}",
            Days = days,
            Cost = 3 + 0.2f * weight + 0.01f * distance + error,
            IsLate = days > 4.5f,
            IsDamaged = weight * stops + 20 * error > 90,
            Service = weight > 20 ? "freight" : distance + 100 * error < 400 ? "express" : "standard",
        };
    }
}
