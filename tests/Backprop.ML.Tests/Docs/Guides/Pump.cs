using Microsoft.ML;

namespace Backprop.ML.Tests.Docs.Guides;

/// <summary>The sensors of a pump. Speed and valve decide flow, pressure and power; after a fault they no longer fit together.</summary>
internal sealed class Pump
{
    public float Speed { get; set; }

    public float Valve { get; set; }

    public float Flow { get; set; }

    public float Pressure { get; set; }

    public float Power { get; set; }

    /// <summary>1 after a fault, otherwise 0. Only the evaluation uses it.</summary>
    public float IsFault { get; set; }

    /// <summary>Rows of a pump that works.</summary>
    public static IDataView Normal(MLContext ml, int count, int seed = 1)
    {
        var random = new Random(seed);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(_ => Make(random)).ToList());
    }

    /// <summary>The same with faults: the last tenth has a leak or a worn bearing.</summary>
    public static IDataView WithFaults(MLContext ml, int count, int seed = 2)
    {
        var random = new Random(seed);
        Pump[] rows = [.. Enumerable.Range(0, count).Select(_ => Make(random))];
        for (var i = count - count / 10; i < count; i++)
        {
            rows[i].IsFault = 1;
            if (i % 2 == 0) rows[i].Flow *= 0.6f;
            else rows[i].Power += 0.4f;
        }
        return ml.Data.LoadFromEnumerable(rows);
    }

    /// <summary>One row with a leak.</summary>
    public static Pump Leak() => new() { Speed = 0.8f, Valve = 0.7f, Flow = 0.3f, Pressure = 0.4f, Power = 0.62f };

    private static Pump Make(Random random)
    {
        float speed = 0.4f + 0.6f * random.NextSingle(), valve = 0.3f + 0.7f * random.NextSingle();
        float flow = speed * valve, pressure = speed * speed * (1.3f - valve);
        return new Pump
        {
            Speed = speed,
            Valve = valve,
            Flow = flow + Noise(),
            Pressure = pressure + Noise(),
            Power = 0.2f + flow * (0.4f + pressure) + Noise(),
        };

        float Noise() => 0.02f * (random.NextSingle() - 0.5f);
    }
}
