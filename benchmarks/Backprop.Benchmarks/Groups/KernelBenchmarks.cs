using Backprop.Activations;
using Backprop.Numerics;
using Backprop.Optimizers;
using BenchmarkDotNet.Attributes;

namespace Backprop.Benchmarks.Groups;

/// <summary>The kernels by themselves, for work on one of them: run.sh kernels --filter '*Adam*'.</summary>
[MemoryDiagnoser]
public class KernelBenchmarks
{
    private readonly Adam _adam = new();
    private float[] _x = [], _w = [], _y = [], _gradient = [];
    private OptimizerState _state = null!;

    /// <summary>Rows, inputs and outputs of the products; its square is the length for everything else.</summary>
    [Params(64, 256, 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new RandomSequence(1, RandomPurpose.Shuffling);
        (_x, _w, _y, _gradient) = (Numbers(), Numbers(), Numbers(), Numbers());
        _state = _adam.Start(Size * Size);

        float[] Numbers()
        {
            var numbers = new float[Size * Size];
            foreach (ref var number in numbers.AsSpan()) number = (float)random.NextNormal();
            return numbers;
        }
    }

    [Benchmark]
    public void Product() =>
        MatrixMultiply.Product(
            new ReadOnlyMatrix(_x, Size, Size), new ReadOnlyMatrix(_w, Size, Size), _gradient.AsSpan(0, Size), new Matrix(_y, Size, Size));

    [Benchmark]
    public void ProductWithTransposed() =>
        MatrixMultiply.ProductWithTransposed(
            new ReadOnlyMatrix(_x, Size, Size), new ReadOnlyMatrix(_w, Size, Size), new Matrix(_y, Size, Size));

    [Benchmark]
    public void TransposedProduct() =>
        MatrixMultiply.TransposedProduct(
            new ReadOnlyMatrix(_x, Size, Size), new ReadOnlyMatrix(_w, Size, Size), new Matrix(_y, Size, Size));

    [Benchmark]
    public void ReLU() => new ReLU().Forward(_x, _y);

    [Benchmark]
    public void Tanh() => new Tanh().Forward(_x, _y);

    [Benchmark]
    public void Sigmoid() => new Sigmoid().Forward(_x, _y);

    [Benchmark]
    public void Adam() => _state.Update(_w, _gradient, learningRate: 1e-6);
}
