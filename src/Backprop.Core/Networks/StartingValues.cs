using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>Propagates examples through a network layer by layer, for layers and initializers that measure the inputs of a layer.</summary>
/// <remarks>
/// Only the inputs of a layer that measures are computed for all examples together. The layers between process a few rows at a time.
/// Otherwise the widest layers would take several times the memory of the training data. Every row has the same bits either way.
/// </remarks>
internal sealed class StartingValues : IDisposable
{
    // A product of a few hundred rows is as fast as one of all.
    private const int RowsAtOnce = 128, RowsOfProduct = 512;

    private readonly Network _network;
    private readonly bool[] _isAddedLater;
    private readonly Real[] _parameters;
    private readonly int _rows;
    private readonly WorkMeter? _meter;
    private readonly NativeNumbers?[] _outputs; // of layers whose output is still needed
    private readonly Real[] _entering, _leaving;

    /// <param name="network">The network with these parameters.</param>
    /// <param name="isAddedLater">Whether a later layer adds the input of each layer.</param>
    /// <param name="parameters">[ParameterCount], as they were drawn; changed in place.</param>
    /// <param name="rows">Number of examples.</param>
    /// <param name="meter">Counts the work; null where work is not counted.</param>
    public StartingValues(Network network, bool[] isAddedLater, Real[] parameters, int rows, WorkMeter? meter)
    {
        _meter = meter;
        (_network, _isAddedLater, _parameters, _rows) = (network, isAddedLater, parameters, rows);
        _outputs = new NativeNumbers[network.Layers.Count];
        var widest = Math.Min(RowsAtOnce, rows) * network.Layers.Max(layer => layer.Outputs);
        (_entering, _leaving) = (new Real[widest], new Real[widest]);
    }

    /// <summary>Fits every layer that is fitted to training data, and with <see cref="DataDependent"/> every affine layer.</summary>
    /// <param name="initializer">The rule for weights and biases.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="examples">[rows × Inputs]</param>
    public void Measure(Initializer initializer, int seed, ReadOnlyMatrix examples)
    {
        var rule = initializer as DataDependent;
        var last = -1; // the last layer whose output is stored for all rows; −1: the examples themselves
        for (var l = 0; l < _outputs.Length; l++)
        {
            var layer = _network.Layers[l];
            if (layer is IFitsTrainingData { IsFitted: true } fitted) fitted.Fit(ParametersOf(l), Output(l - 1, examples), _meter);
            if (rule is not null && layer is IAffine affine) Adjust(rule, seed, l, affine, Output(l - 1, examples));
            if (l + 1 == _outputs.Length || !(_isAddedLater[l + 1] || Measures(l + 1, rule))) continue;
            var output = _outputs[l] = new NativeNumbers(checked(_rows * _network.Layers[l].Outputs));
            for (var first = 0; first < _rows; first += RowsAtOnce)
                Forward(last, l, first, Math.Min(RowsAtOnce, _rows - first), examples, output.Span);
            last = l;
            for (var before = 0; before < l; before++) Drop(before, l);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var output in _outputs) output?.Dispose();
    }

    private bool Measures(int layer, DataDependent? rule) => _network.Layers[layer].IsFitted
        || (rule is not null && _network.Layers[layer] is IAffine);

    private void Adjust(DataDependent rule, int seed, int l, IAffine dense, ReadOnlyMatrix input)
    {
        var layer = _network.Layers[l];
        var some = ParametersOf(l);
        for (var group = 0; group < dense.Groups; group++) some[dense.BiasesOf(group)].Clear();
        using var room = new NativeNumbers(checked(_rows * layer.Outputs));
        var products = new Matrix(room.Span, _rows, layer.Outputs);
        for (var first = 0; first < _rows; first += RowsOfProduct)
        {
            var count = Math.Min(RowsOfProduct, _rows - first);
            layer.Forward(some, input.RowRange(first, count), products.RowRange(first, count));
            _meter?.Add(count * layer.WorkOfRow);
        }
        var random = new RandomSequence(seed, RandomPurpose.BiasInitialization, l);
        for (var group = 0; group < dense.Groups; group++)
        {
            rule.Adjust(some[dense.WeightsOf(group)], some[dense.BiasesOf(group)], products, group * dense.GroupOutputs, random);
            _meter?.Add(4L * _rows * dense.GroupOutputs + dense.GroupInputs * dense.GroupOutputs);
        }
    }

    // Computes some rows, from the output of one layer to the output of a later layer.
    private void Forward(int after, int to, int first, int count, ReadOnlyMatrix examples, Span<Real> output)
    {
        Real[] entering = _entering, leaving = _leaving;
        for (var l = after + 1; l <= to; l++)
        {
            var layer = _network.Layers[l];
            var x = l == after + 1 ? Output(after, examples).RowRange(first, count)
                : new ReadOnlyMatrix(entering.AsSpan(0, count * layer.Inputs), count, layer.Inputs);
            var room = l == to ? output.Slice(first * layer.Outputs, count * layer.Outputs) : leaving.AsSpan(0, count * layer.Outputs);
            var y = new Matrix(room, count, layer.Outputs);
            layer.Forward(ParametersOf(l), x, y);
            _meter?.Add(count * layer.WorkOfRow);
            if (layer is IReadsEarlierOutput reader)
                reader.AddForward(Output(reader.SourceOf(l) - 1, examples).RowRange(first, count), y);
            (entering, leaving) = (leaving, entering);
        }
    }

    private ReadOnlyMatrix Output(int layer, ReadOnlyMatrix examples)
    {
        if (layer < 0) return examples;
        var width = _network.Layers[layer].Outputs;
        return new ReadOnlyMatrix(_outputs[layer]!.Span, _rows, width);
    }

    private Span<Real> ParametersOf(int layer) => _parameters.AsSpan(_network.ParametersOf(layer));

    // Frees an output that no later layer reads.
    private void Drop(int layer, int done)
    {
        if (_outputs[layer] is not { } output) return;
        for (var l = done + 1; l < _outputs.Length; l++)
            if (_network.Layers[l] is IReadsEarlierOutput reader && reader.SourceOf(l) == layer + 1) return;
        output.Dispose();
        _outputs[layer] = null;
    }
}
