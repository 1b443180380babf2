namespace Backprop.Numerics;

/// <summary>The purpose of a stream of random numbers. Every purpose has its own stream, so a new purpose never changes another.</summary>
public enum RandomPurpose
{
    /// <summary>Starting values of the parameters; one sequence per layer.</summary>
    Initialization = 1,

    /// <summary>Order of the training examples; one sequence per epoch.</summary>
    Shuffling = 2,

    /// <summary>Which units are dropped; one field per layer and step.</summary>
    Dropout = 3,

    /// <summary>Noise that is added to values; one field per layer and step.</summary>
    Noise = 4,

    /// <summary>Which examples are mixed, and how; one sequence per step.</summary>
    Mixup = 5,

    /// <summary>Which examples are sampled: before training starts, and to explain a model; one sequence for each.</summary>
    Examples = 6,

    /// <summary>Starting values that depend on examples; one sequence per layer.</summary>
    BiasInitialization = 7,

    /// <summary>Which examples are held out from training; one sequence per class.</summary>
    Validation = 8,

    /// <summary>How the values of a column are permuted, to measure its importance; one sequence per repeat of a column.</summary>
    Permutation = 9,

    /// <summary>In which order columns enter, to explain a prediction; one sequence per order.</summary>
    Explanation = 10,

    /// <summary>Which rows a bootstrap sample has; one sequence per sample.</summary>
    Bootstrap = 11,

    /// <summary>Which values of options are tried; one sequence per option and trial.</summary>
    Search = 12,
}

/// <summary>Random numbers that depend only on (seed, purpose, index): not on threads, not on the version of .NET.</summary>
/// <remarks>
/// SplitMix64: Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators", OOPSLA, figure 15. Number i
/// is a mix of key + i·γ. So the generator is a counter, and a sequence can start at any index.
/// </remarks>
public sealed class RandomSequence(int seed, RandomPurpose purpose, int index = 0)
{
    // An exchange accesses two positions in memory.
    private const int ItemsOfPortion = 1 << 16, WorkOfItem = 16;

    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong _state = Mix(Mix(Mix((uint)seed) + (ulong)purpose * Gamma) + (uint)index * Gamma);
    private double _spareNormal = double.NaN;

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => Mix(_state += Gamma);

    /// <summary>The 64 bits that a call of <see cref="NextBits"/> would return after <paramref name="skipped"/> others.
    /// Draws nothing.</summary>
    internal ulong BitsAt(int skipped) => Mix(_state + ((ulong)(uint)skipped + 1) * Gamma);

    /// <summary>64 random bits for an index of 128 bits.</summary>
    internal static ulong BitsOf(int seed, RandomPurpose purpose, ulong low, ulong high) =>
        Mix(Mix(Mix(Mix((uint)seed) + (ulong)purpose * Gamma) + low * Gamma) + high * Gamma);

    /// <summary>Uniform in [0, 1), 53 random bits.</summary>
    public double NextUniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform over 0 … <paramref name="bound"/> − 1, without bias.</summary>
    /// <remarks>Lemire (2019), "Fast random integer generation in an interval", arXiv:1805.10941.</remarks>
    public int NextIndex(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        while (true)
        {
            var high = Math.BigMul(NextBits(), (ulong)bound, out var low);
            if (low >= (ulong)bound || low >= (0 - (ulong)bound) % (ulong)bound)
                return (int)high;
        }
    }

    /// <summary>Normal with mean 0 and variance 1.</summary>
    /// <remarks>Box and Muller (1958), "A note on the generation of random normal deviates". Each pair of uniform values yields two normal
    /// ones.</remarks>
    public double NextNormal()
    {
        if (!double.IsNaN(_spareNormal))
        {
            var spare = _spareNormal;
            _spareNormal = double.NaN;
            return spare;
        }
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextUniform()));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * NextUniform());
        _spareNormal = radius * sine;
        return radius * cosine;
    }

    /// <summary>Shuffles <paramref name="items"/>; every order is equally likely.</summary>
    /// <remarks>Durstenfeld (1964), Algorithm 235.</remarks>
    public void Shuffle(Span<int> items) => Shuffle(items, meter: null);

    /// <summary>The same. Counts the work.</summary>
    internal void Shuffle(Span<int> items, WorkMeter? meter)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            if (i % ItemsOfPortion == 0) meter?.Add(WorkOfItem * ItemsOfPortion);
            var j = NextIndex(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
