using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Persistence;
using Backprop.Training;

namespace Backprop.Core.Tests.Persistence;

/// <summary>Saved networks as bytes, honest and forged.</summary>
internal static class Saved
{
    private const int PrefixLength = 20;

    /// <summary>A network of 9,114 parameters with everything that can be saved: 39 KB.</summary>
    public static TrainingResult Realistic(Loss loss, Activation activation)
    {
        var network = Network.FullyConnected(40, [80, 64], 10, activation);
        var inputs = new Standardization(TestNumbers.Normal(40, seed: 2), [.. TestNumbers.Normal(40, seed: 3).Select(Math.Abs)]);
        var columns = loss.TargetColumnsOf(10);
        var targets = loss.AllowsTargetScaling
            ? new Standardization(TestNumbers.Normal(columns, seed: 4), [.. TestNumbers.Normal(columns, seed: 5).Select(Math.Abs)])
            : null;
        var trained = new TrainedNetwork(network, TestNumbers.Normal(network.ParameterCount, seed: 1, scale: 0.1), loss, inputs, targets);
        return new TrainingResult(
            trained, [.. Enumerable.Range(1, 20).Select(e => new EpochReport(e, 0.001, 1.0 / e, e % 2 == 0 ? null : 1.1 / e))],
            BestEpoch: 17);
    }

    public static byte[] Bytes(TrainingResult result)
    {
        using var stream = new MemoryStream();
        NetworkFormat.Write(stream, result);
        return stream.ToArray();
    }

    public static TrainingResult Read(byte[] bytes) => NetworkFormat.Read(new MemoryStream(bytes));

    public static float[] Predict(TrainedNetwork trained)
    {
        var x = TestNumbers.Normal(trained.Network.Inputs, seed: 9);
        return trained.CreateScorer().Predict(new ReadOnlyMatrix(x, 1, x.Length)).Values.ToArray();
    }

    public static string Header(byte[] file) => Encoding.UTF8.GetString(file, PrefixLength, HeaderLength(file));

    public static byte[] Floats(byte[] file) => file[(PrefixLength + HeaderLength(file))..^SHA256.HashSizeInBytes];

    /// <summary>A file whose lengths and checksum are right, whatever it says.</summary>
    public static byte[] Forge(ReadOnlySpan<byte> header, ReadOnlySpan<byte> floats)
    {
        byte[] body = [.. "BACKPROP"u8, 1, 0, 0, 0, .. new byte[8], .. header, .. floats];
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(12), header.Length);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(16), floats.Length / 4);
        return Seal(body);
    }

    public static byte[] Forge(string header, ReadOnlySpan<byte> floats) => Forge(Encoding.UTF8.GetBytes(header), floats);

    /// <summary>Appends the checksum.</summary>
    public static byte[] Seal(byte[] body) => [.. body, .. SHA256.HashData(body)];

    private static int HeaderLength(byte[] file) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12));
}
