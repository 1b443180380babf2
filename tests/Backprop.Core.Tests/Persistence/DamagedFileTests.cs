using System.Buffers.Binary;
using Backprop.Numerics;
using CsCheck;

namespace Backprop.Core.Tests.Persistence;

/// <summary>Whatever happens to a file on its way, reading it ends in <see cref="FormatException"/>, quickly and in little
/// memory.</summary>
public class DamagedFileTests
{
    private enum Kind { FlipBits, Truncate, Insert, Append, Remove, Overwrite, OverwriteCount }

    private static readonly Gen<Damage> Damages = Gen.Select(
        Gen.Enum<Kind>(), Gen.Int[0, Reading.Original.Length - 1], Gen.Int[1, 200], Gen.Int, (kind, position, length, seed) =>
            new Damage(kind, position, length, seed));

    [Fact]
    public void A_damaged_file_ends_in_a_format_exception()
    {
        Reading.WarmUp();
        Damages.Sample(damage =>
        {
            var file = damage.Apply(Reading.Original);
            if (file.AsSpan().SequenceEqual(Reading.Original)) return; // numbers overwritten by themselves
            var (allocated, result) = Reading.Try(file);
            Assert.Null(result);
            Assert.InRange(allocated, 0, Reading.MaxBytes);
        }, iter: 4000);
    }

    [Fact]
    public void Every_truncation_of_the_first_kilobyte_ends_in_a_format_exception()
    {
        for (var length = 0; length < 1024; length++) Assert.Null(Reading.Try(Reading.Original[..length]).Result);
    }

    private sealed record Damage(Kind Kind, int Position, int Length, int Seed)
    {
        // Values that make careless readers allocate, wrap around or run backwards.
        private static readonly int[] Counts = [int.MaxValue, int.MinValue, -1, 0, 1, 0x3FFFFFFF, 0x40000000, 0x7FFFFFC7];

        public byte[] Apply(byte[] original)
        {
            var random = new RandomSequence(Seed, RandomPurpose.Shuffling);
            byte[] noise = [.. Enumerable.Range(0, Length).Select(_ => (byte)random.NextBits())];
            var rest = Math.Min(Position + Length, original.Length);
            byte[] file = [.. original];
            switch (Kind)
            {
                case Kind.FlipBits:
                    for (var i = 0; i < 1 + Length % 8; i++)
                        file[(Position + i * i * 101) % file.Length] ^= (byte)(1 << random.NextIndex(8));
                    return file;
                case Kind.Truncate: return original[..Position];
                case Kind.Insert: return [.. original[..Position], .. noise, .. original[Position..]];
                case Kind.Append: return [.. original, .. noise];
                case Kind.Remove: return [.. original[..Position], .. original[rest..]];
                case Kind.Overwrite:
                    noise.AsSpan(0, rest - Position).CopyTo(file.AsSpan(Position));
                    return file;
                case Kind.OverwriteCount:
                    BinaryPrimitives.WriteInt32LittleEndian(
                        file.AsSpan(8 + 4 * random.NextIndex(3)), Counts[random.NextIndex(Counts.Length)]);
                    return file;
                default: throw new InvalidOperationException($"{Kind} is unknown.");
            }
        }
    }
}
