using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Training;

// First line: the instruction sets at work. Then the SHA-256 of the trained parameters: for every activation, loss and optimizer, for a
// network of the other layers, and for every embedding of numbers.
Console.WriteLine($"AVX-512 {Vector512.IsHardwareAccelerated}, AVX2 {Avx2.IsSupported}, vectors {Vector128.IsHardwareAccelerated}");
foreach (var activation in Activation.All)
    Print(
        $"activation {activation}", outputs => Network.FullyConnected(Features, [70, 19], outputs, activation), new SoftmaxCrossEntropy(),
        new Adam());
foreach (var loss in Loss.All) Print($"loss {loss}", Plain, loss, new Adam());
foreach (var optimizer in Optimizer.All)
    Print(
        $"optimizer {optimizer}", outputs => Network.FullyConnected(Features, [37, 19], outputs, new Tanh()), new SoftmaxCrossEntropy(),
        optimizer);
Print("layers", OtherLayers, new SoftmaxCrossEntropy(), new Adam());
foreach (var embedding in NumericEmbedding.All)
    Print(
        $"embedding {embedding}",
        outputs =>
            new MultilayerPerceptron
            {
                HiddenLayers = [19],
                NumericEmbedding = embedding,
                Categories = [new(3, 2, 5)]
            }.Build(Features, outputs),
        new SoftmaxCrossEntropy(), new Adam());

static void Print(string what, Func<int, Network> network, Loss loss, Optimizer optimizer) =>
    Console.WriteLine($"{what} {Digest(Train(network, loss, optimizer))}");

static Network Plain(int outputs) => Network.FullyConnected(Features, [45, 19], outputs, new Tanh());

static Network OtherLayers(int outputs) => new(
    new InputScale(Features), new Dropout(Features, 0.1), new Dense(Features, 70), new BatchNormalization(70),
    new ActivationLayer(70, new ReLU()), new Dropout(70, 0.2),
    new Dense(70, 70), new LayerNormalization(70), new ActivationLayer(70, new Tanh()), new SkipConnection(70, 3),
    new GaussianNoise(70, 0.1), new AlphaDropout(70, 0.1), new InputSkip(70, Features),
    new Dense(70 + Features, outputs));

// Widths, rows and batches that are multiples of nothing, so that every kind of tile and of rest is at work.
static ReadOnlySpan<float> Train(Func<int, Network> network, Loss loss, Optimizer optimizer)
{
    const int rows = 203;
    var outputs = loss.OutputsFor(loss.TargetKind == TargetKind.Class ? 5 : 1);
    var random = new RandomSequence(7, RandomPurpose.Shuffling);
    var x = new float[rows * Features];
    var y = new float[rows];
    foreach (ref var value in x.AsSpan()) value = (float)(2 * random.NextUniform() - 1);
    foreach (ref var target in y.AsSpan())
        target = loss.TargetKind == TargetKind.Real
            ? (float)(0.1 + 2 * random.NextUniform())
            : random.NextIndex(loss.TargetKind switch { TargetKind.Class => outputs, TargetKind.Relevance => 4, _ => 2 });

    var options = new TrainingOptions
    {
        Loss = loss,
        Optimizer = optimizer,
        NumberOfIterations = 3,
        BatchSize = optimizer is Lbfgs ? null : 45,
        Seed = 3
    };
    var examples = new ExampleSet(x, Features, y);
    if (loss is GroupLoss) examples = examples.WithGroups([.. Enumerable.Range(0, rows).Select(row => row / 6)]);
    return new Trainer(options).Train(network(outputs), examples).Network.Parameters;
}

static string Digest(ReadOnlySpan<float> parameters) => Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(parameters)));

internal partial class Program
{
    private const int Features = 37;
}
