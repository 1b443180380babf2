using System.Runtime.CompilerServices;
using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>Runs neighbouring layers in one loop where that is faster, with the same bits (<see cref="FusedLayers"/>).</summary>
/// <remarks>With a workspace that keeps every output, the layers run one by one.</remarks>
internal sealed class LayerFusion
{
    private readonly int[] _offsets;
    private readonly FusedLayers?[] _fused; // at the index of the first of two layers

    /// <param name="layers">First to last.</param>
    /// <param name="order">Their order: no later layer may read the value between two fused layers.</param>
    public LayerFusion(Layer[] layers, LayerOrder order)
    {
        _offsets = order.Offsets;
        _fused = [.. layers.Select((layer, l) =>
            l + 1 < layers.Length && !order.IsAddedLater[l + 1] ? FusedLayers.Of(layer, layers[l + 1]) : null)];
    }

    /// <summary>Computes a layer and the next one forward, for some of the rows. Returns false if the layers must be computed one by
    /// one.</summary>
    /// <remarks>Small batches return early, because every nanosecond counts for a single row.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Forward(ReadOnlySpan<Real> parameters, int layer, ReadOnlyMatrix x, Workspace workspace, int first, int count) =>
        count >= FusedLayers.MinRows && ForwardMany(parameters, layer, x, workspace, first, count);

    private bool ForwardMany(ReadOnlySpan<Real> parameters, int layer, ReadOnlyMatrix x, Workspace workspace, int first, int count)
    {
        if (At(layer, workspace) is not { } fused) return false;
        var abreast = workspace.ExamplesPerRow(layer);
        var input = Network.Input(layer, x, workspace).RowRange(first * abreast, count * abreast);
        fused.Forward(Parameters(parameters, layer), input, workspace.Output(layer + 1).RowRange(first * abreast, count * abreast));
        return true;
    }

    /// <summary>Whether a layer is the first of two, in a workspace that does not keep every output.</summary>
    public bool IsFirst(int layer) => _fused[layer] is not null;

    /// <summary>Whether a layer is the second of two. <see cref="Backward"/> then computes it together with the first.</summary>
    public bool IsSecond(int layer, Workspace workspace) => layer > 0 && At(layer - 1, workspace) is not null;

    /// <summary>Computes a layer and the next one backward, for some of the rows. Returns false if the layer is not the first of
    /// two.</summary>
    public bool Backward(
        ReadOnlySpan<Real> parameters, int layer, ReadOnlyMatrix x, Workspace workspace, int first, int count, Matrix dInput)
    {
        if (At(layer, workspace) is not { } fused) return false;
        var input = Network.Input(layer, x, workspace).RowRange(first, count);
        ReadOnlyMatrix given = workspace.OutputGradient(layer + 1).RowRange(first, count);
        fused.Backward(Parameters(parameters, layer), input, given, dInput);
        return true;
    }

    /// <summary>Computes a part of the gradient of one layer's parameters over some of the rows, with the parameters that
    /// <see cref="Remember"/> copied. Returns false if the layer is neither the first nor the second of two.</summary>
    public bool BackwardPart(int layer, ReadOnlyMatrix x, Workspace workspace, (int First, int Count) rows, int first, Span<Real> gradient)
    {
        if (At(layer, workspace) is { } pair)
        {
            var input = Network.Input(layer, x, workspace).RowRange(rows.First, rows.Count);
            ReadOnlyMatrix given = workspace.OutputGradient(layer + 1).RowRange(rows.First, rows.Count);
            pair.BackwardFirst(workspace.Remembered(layer), input, given, first, gradient);
            return true;
        }
        if (layer == 0 || At(layer - 1, workspace) is not { } before) return false;
        var entering = Network.Input(layer - 1, x, workspace).RowRange(rows.First, rows.Count);
        ReadOnlyMatrix ofSecond = workspace.OutputGradient(layer).RowRange(rows.First, rows.Count);
        before.BackwardSecond(workspace.Remembered(layer - 1), entering, ofSecond, first, gradient);
        return true;
    }

    /// <summary>Copies the parameters of both layers: the gradient of one depends on the other's parameters, which may be updated by then.
    /// To be called once before all parts.</summary>
    public void Remember(ReadOnlySpan<Real> parameters, Workspace workspace)
    {
        for (var l = 0; l < _fused.Length; l++)
            if (_fused[l] is not null) Parameters(parameters, l).CopyTo(workspace.Remembered(l));
    }

    /// <summary>The number of copied parameters of a layer and the next.</summary>
    public int LengthToRemember(int layer) => _fused[layer] is null ? 0 : _offsets[layer + 2] - _offsets[layer];

    private FusedLayers? At(int layer, Workspace workspace) => workspace.KeepsEveryOutput ? null : _fused[layer];

    private ReadOnlySpan<Real> Parameters(ReadOnlySpan<Real> parameters, int layer) => parameters[_offsets[layer].._offsets[layer + 2]];
}
