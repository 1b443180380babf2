using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

// First line: the instruction sets at work. Then one line for every activation, loss and optimizer: the SHA-256 of the trained parameters.
Console.WriteLine($"AVX-512 {Vector512.IsHardwareAccelerated}, AVX2 {Avx2.IsSupported}, vectors {Vector128.IsHardwareAccelerated}");
foreach (var activation in Activation.All)
    foreach (var loss in Loss.All)
        foreach (var optimizer in Optimizer.All)
            Console.WriteLine($"{activation.GetType().Name} {loss.GetType().Name} {optimizer.GetType().Name} {Digest(Train(activation, loss, optimizer))}");

// Widths, rows and batches that are multiples of nothing, so that every kind of tile and of rest is at work.
static ReadOnlySpan<float> Train(Activation activation, Loss loss, Optimizer optimizer)
{
    const int rows = 203, features = 37;
    var outputs = loss.TargetKind == TargetKind.Class ? 5 : 1;
    var random = new RandomSequence(7, RandomPurpose.Shuffling);
    var x = new float[rows * features];
    var y = new float[rows];
    foreach (ref var value in x.AsSpan()) value = (float)(2 * random.NextUniform() - 1);
    for (var row = 0; row < rows; row++) y[row] = loss.TargetKind == TargetKind.Class ? random.NextIndex(outputs) : random.NextIndex(2);

    var options = new TrainingOptions { Loss = loss, Optimizer = optimizer, NumberOfIterations = 3, BatchSize = 45, Seed = 3 };
    var network = Network.FullyConnected(features, [70, 19], outputs, activation);
    return new Trainer(options).Train(network, new ExampleSet(x, features, y)).Network.Parameters;
}

static string Digest(ReadOnlySpan<float> parameters) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(parameters)));
