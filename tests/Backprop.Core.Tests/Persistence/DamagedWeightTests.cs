using Backprop.Activations;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Persistence;

namespace Backprop.Core.Tests.Persistence;

/// <summary>A damaged file of weights ends in <see cref="FormatException"/> or in weights, quickly and in little memory.</summary>
public class DamagedWeightTests
{
    private const int Cases = 4000;

    private static readonly NetworkWeights _weights = MakeWeights();

    public static TheoryData<string> Formats => [.. WeightFiles.Formats.Keys];

    [Theory, MemberData(nameof(Formats))]
    public void Damage_ends_in_a_format_exception_or_in_weights(string format)
    {
        var original = WeightFiles.Bytes(format, _weights);
        var random = new RandomSequence(7, RandomPurpose.Shuffling);
        var refused = 0;
        for (var i = 0; i < Cases; i++)
        {
            var file = Damaged(original, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var read = WeightFiles.Load(format, file);
                if (format == "npz") AssertKnownValues(read); // the checksum covers every value
            }
            catch (FormatException)
            {
                refused++;
            }
            if (i > 100) Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40 * original.Length + (1 << 20));
        }
        Assert.InRange(refused, Cases / 3, Cases);
    }

    [Theory, MemberData(nameof(Formats))]
    public void Every_truncation_ends_in_a_format_exception(string format)
    {
        var original = WeightFiles.Bytes(format, _weights);
        for (var length = 0; length < original.Length; length += length < 600 ? 1 : 37)
            Assert.Throws<FormatException>(() => WeightFiles.Load(format, original[..length]));
    }

    private static NetworkWeights MakeWeights()
    {
        var network = Network.FullyConnected(7, [9], 3, new ReLU());
        return NetworkWeights.Of(network, TestNumbers.Normal(network.ParameterCount, seed: 3));
    }

    private static void AssertKnownValues(NetworkWeights read) =>
        Assert.All(read, array => Assert.Contains(_weights, known => known.Values.SequenceEqual(array.Values)));

    private static byte[] Damaged(byte[] original, RandomSequence random)
    {
        byte[] file = [.. original];
        int position = random.NextIndex(file.Length), length = 1 + random.NextIndex(40), end = Math.Min(position + length, file.Length);
        switch (random.NextIndex(7))
        {
            case 0:
                for (var i = 0; i <= length % 4; i++) file[random.NextIndex(file.Length)] ^= (byte)(1 << random.NextIndex(8));
                return file;
            case 1: return file[..position];
            case 2: return [.. file[..position], .. file[end..]];
            case 3: return [.. file[..position], .. file[..length], .. file[position..]];
            case 4:
                for (var i = position; i < end; i++) file[i] = (byte)random.NextBits();
                return file;
            case 5: // lengths and counts: extreme values where they often stand
                BitConverter.TryWriteBytes(file.AsSpan(random.NextIndex(file.Length - 8)), random.NextIndex(2) == 0 ? -1L : int.MaxValue);
                return file;
            default: // digits, quotes and brackets of a header
                file[position] = (byte)"0123456789-[]{}(),:'\" "[random.NextIndex(22)];
                return file;
        }
    }
}
