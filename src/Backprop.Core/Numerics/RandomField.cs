using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Numerics;

/// <summary>A random number for every index 0, 1, 2, …, available in any order. Number i depends on the key and on i
/// alone.</summary>
/// <remarks>
/// Two rounds of a 32-bit mixing function of index and key: Wellons (2018), "Prospecting for hash functions", lowbias32.
/// Far cheaper than <see cref="RandomSequence"/>, and good enough to choose which units are dropped. Do not use it for
/// starting values.
/// </remarks>
public readonly unsafe struct RandomField
{
    private readonly uint _low, _high;

    /// <summary>The field of one seed, purpose, layer and step.</summary>
    public RandomField(int seed, RandomPurpose purpose, int layer, int step)
    {
        var key = new RandomSequence(seed, purpose, layer).BitsAt(step);
        (_low, _high) = ((uint)key, (uint)(key >> 32));
    }

    /// <summary>Writes the random numbers of neighbouring indices, uniform over the multiples of 2⁻²⁴ in [0, 1).</summary>
    /// <param name="first">The first index.</param>
    /// <param name="destination">Overwritten.</param>
    public void Fill(uint first, Span<Real> destination)
    {
        fixed (Real* to = destination)
        {
            var i = Vector.IsHardwareAccelerated && typeof(Real) == typeof(float)
                ? FillVectors(first + _low, _high, (float*)to, destination.Length)
                : 0;
            for (; i < destination.Length; i++) to[i] = (Real)((Mix(Mix(first + (uint)i + _low) ^ _high) >> 8) * Unit);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FillVectors(uint index, uint key, float* to, int length)
    {
        Vector<uint> indices = Vector<uint>.Indices + new Vector<uint>(index), stride = new((uint)Vector<uint>.Count), high = new(key);
        var i = 0;
        for (; i + Vector<uint>.Count <= length; i += Vector<uint>.Count)
        {
            Vector.Store(Vector.ConvertToSingle(Vector.AsVectorInt32(Mix(Mix(indices) ^ high) >>> 8)) * (float)Unit, to + i);
            indices += stride;
        }
        return i;
    }

    private const double Unit = 1.0 / (1 << 24);

    private static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x7FEB352D;
        x = (x ^ (x >> 15)) * 0x846CA68B;
        return x ^ (x >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Mix(Vector<uint> x)
    {
        x = (x ^ (x >>> 16)) * new Vector<uint>(0x7FEB352D);
        x = (x ^ (x >>> 15)) * new Vector<uint>(0x846CA68B);
        return x ^ (x >>> 16);
    }
}
