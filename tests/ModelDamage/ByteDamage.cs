using System.Buffers.Binary;

namespace Backprop.ModelDamage;

/// <summary>What happens to bytes on their way.</summary>
internal static class ByteDamage
{
    // Values that make careless readers allocate, wrap around or run backwards.
    private static readonly int[] _counts = [int.MaxValue, int.MinValue, -1, 0, 1, 0x3FFFFFFF, 0x40000000, 0x7FFFFFC7];

    public static byte[] Apply(byte[] bytes, Random random, out string what)
    {
        if (bytes.Length == 0)
        {
            what = "one byte added";
            return [(byte)random.Next(256)];
        }
        int at = random.Next(bytes.Length), length = 1 + random.Next(Math.Min(64, bytes.Length - at));
        byte[] copy = [.. bytes], noise = new byte[length];
        random.NextBytes(noise);
        switch (random.Next(10))
        {
            case 0 or 1 or 2:
                copy[at] ^= (byte)(1 << random.Next(8));
                what = $"bit of byte {at} flipped";
                return copy;
            case 3:
                copy[at] = noise[0];
                what = $"byte {at} changed";
                return copy;
            case 4:
                noise.CopyTo(copy, at);
                what = $"{length} bytes from {at} changed";
                return copy;
            case 5:
                copy.AsSpan(at, length).Clear();
                what = $"{length} bytes from {at} cleared";
                return copy;
            case 6:
                var count = _counts[random.Next(_counts.Length)];
                if (bytes.Length >= 4) BinaryPrimitives.WriteInt32LittleEndian(copy.AsSpan(Math.Min(at, bytes.Length - 4)), count);
                what = $"count at {at} changed";
                return copy;
            case 7:
                what = $"truncated to {at} bytes";
                return bytes[..at];
            case 8:
                what = $"{length} bytes inserted at {at}";
                return [.. bytes[..at], .. noise, .. bytes[at..]];
            default:
                what = $"{length} bytes removed at {at}";
                return [.. bytes[..at], .. bytes[(at + length)..]];
        }
    }
}
