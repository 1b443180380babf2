using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

/// <summary>A machine. Its wear follows from products of columns: energy, which is always measured, and faults, which are rarely
/// looked up, depend on it.</summary>
internal sealed class Machine
{
    public float Load { get; set; }

    public float Speed { get; set; }

    public float Heat { get; set; }

    public float Age { get; set; }

    public float Humidity { get; set; }

    /// <summary>Label of a regression; every row has it.</summary>
    public float Energy { get; set; }

    /// <summary>Label of a binary classification; few rows have it.</summary>
    public bool IsFaulty { get; set; }

    public static IDataView View(MLContext ml, int count, int seed)
    {
        var random = new Random(seed);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(_ => Make(random)).ToList());
    }

    private static Machine Make(Random random)
    {
        float load = Value(), speed = Value(), heat = Value(), age = Value(), humidity = Value();
        var wear = load * speed + heat * age;
        return new Machine
        {
            Load = load,
            Speed = speed,
            Heat = heat,
            Age = age,
            Humidity = humidity,
            Energy = 3 * wear + humidity,
            IsFaulty = wear > 0.1f,
        };

        float Value() => 2 * random.NextSingle() - 1;
    }
}
