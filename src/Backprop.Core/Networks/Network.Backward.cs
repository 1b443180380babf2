using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Networks;

public sealed partial class Network
{
    // Backward propagation: first the gradients of all layers' outputs, then those of the parameters.

    /// <summary>Backward propagation by the chain rule, from ∂J/∂scores in <see cref="Workspace.ScoreGradient"/> to ∂J/∂θ.</summary>
    /// <param name="parameters">[ParameterCount], the parameters of the call of <c>Forward</c> or <c>ForwardTraining</c>.</param>
    /// <param name="x">[rows × Inputs], the x of that call.</param>
    /// <param name="workspace">The workspace of that call, with <see cref="Workspace.ScoreGradient"/> filled by the loss.</param>
    /// <param name="gradient">[ParameterCount], overwritten with ∂J/∂θ.</param>
    public void Backward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Workspace workspace, Span<Real> gradient)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        CheckLength(parameters.Length, nameof(parameters));
        CheckLength(gradient.Length, nameof(gradient));
        CheckColumns(x);
        workspace.CheckOwner(this);
        if (x.Rows != workspace.Rows)
            throw new ArgumentException(
                $"x has {x.Rows} rows, but the last call of Forward had {workspace.Rows}. Pass the same x to both.", nameof(x));
        Fusion.Remember(parameters, workspace);
        for (var stage = StageCount - 1; stage >= 0; stage--)
        {
            BackwardRows(parameters, x, workspace, 0, x.Rows, stage);
            if (stage > 0) MeasureBackward(parameters, x, workspace, stage, 0, 1);
        }
        for (var l = 0; l < _layers.Length; l++) BackwardPart(parameters, x, workspace, (0, x.Rows), l, 0, gradient[ParametersOf(l)]);
    }

    /// <summary>One stage of the first half of <see cref="Backward"/> for some of the rows: the gradients of all layers' outputs.</summary>
    internal void BackwardRows(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Workspace workspace, int first, int count, int stage)
    {
        // The first layer of a stage must measure the batch first, so its backward computation belongs to the stage before. The gradient
        // of the input of the first layer that learns is not needed, so it is not computed.
        int last = stage + 1 < StageCount ? _stages[stage + 1] : _layers.Length - 1,
            end = stage > 0 ? _stages[stage] : workspace.KeepsEveryOutput ? 0 : FirstToLearn;
        for (var l = last; l > end; l--)
        {
            if (Fusion.IsSecond(l, workspace)) continue;
            BackwardLayer(parameters, l, x, workspace, first, count, workspace.OutputGradient(l - 1).RowRange(first, count));
        }
    }

    /// <summary>The gradient of the features, ∂J/∂x, after <c>Forward</c>, from ∂J/∂scores in
    /// <see cref="Workspace.ScoreGradient"/>.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">The x of the last call of <c>Forward</c>.</param>
    /// <param name="workspace">The workspace of that call, with memory for gradients.</param>
    /// <param name="dx">[rows × Inputs], overwritten.</param>
    internal void BackwardToInput(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Workspace workspace, Matrix dx)
    {
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            if (Fusion.IsSecond(l, workspace)) continue;
            BackwardLayer(parameters, l, x, workspace, 0, x.Rows, l == 0 ? dx : workspace.OutputGradient(l - 1));
        }
    }

    /// <summary>The statistics of the batch's gradients that the first layer of a stage needs, for one share of its columns.</summary>
    internal void MeasureBackward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Workspace workspace, int stage, int share, int shares)
    {
        var l = _stages[stage];
        var (first, count) = Share(_layers[l].Inputs, share, shares);
        if (!workspace.IsTraining || count == 0) return;
        _statistics[l]!.MeasureBackward(
            Parameters(parameters, l), Input(l, x, workspace), workspace.OutputGradient(l), first, count, workspace.Statistics(l));
    }

    /// <summary>The second half: a contiguous part of one layer's ∂J/∂θ, over all rows or some neighbouring ones
    /// (<see cref="IGradientParts.BackwardPart"/>).</summary>
    internal void BackwardPart(
        ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Workspace workspace, (int First, int Count) rows, int layer, int first,
        Span<Real> gradient)
    {
        if (gradient.IsEmpty) return;
        if (layer <= SparseLayer && workspace.Sparse is { } sparse)
        {
            if (layer < SparseLayer) gradient.Clear(); // replacements in sparse rows are measured, not learned
            else
                ((ISparseInput)_layers[layer]).BackwardPart(
                    Parameters(parameters, layer), sparse, rows.First, workspace.OutputGradient(layer).RowRange(rows.First, rows.Count),
                    first, gradient);
            return;
        }
        if (Fusion.BackwardPart(layer, x, workspace, rows, first, gradient)) return;
        int entering = workspace.ExamplesPerRow(layer), leaving = workspace.ExamplesPerRow(layer + 1);
        ReadOnlyMatrix input = Input(layer, x, workspace).RowRange(rows.First * entering, rows.Count * entering),
            output = workspace.Output(layer).RowRange(rows.First * leaving, rows.Count * leaving),
            dOutput = workspace.OutputGradient(layer).RowRange(rows.First * leaving, rows.Count * leaving);
        var own = Parameters(parameters, layer);
        if (workspace.IsTraining && _training[layer] is { } training)
            training.BackwardPartTraining(own, workspace.Pass(layer, rows.First * entering), input, output, dOutput, first, gradient);
        else if (_parts[layer] is { } parts) parts.BackwardPart(own, input, output, dOutput, first, gradient);
        else _layers[layer].Backward(own, input, output, dOutput, default, gradient);
    }

    /// <summary>Whether a layer adds the gradients of several shards of the rows (<see cref="IGradientOfShards"/>).</summary>
    /// <param name="layer">The index of the layer.</param>
    /// <param name="workspace">The batch.</param>
    internal bool AddsShards(int layer, Workspace workspace) =>
        _shardSums[layer] is not null && workspace.ExamplesPerRow(layer) == 1 && (layer > SparseLayer || workspace.Sparse is null)
        && !Fusion.IsFirst(layer) && !Fusion.IsSecond(layer, workspace);

    /// <summary>A contiguous part of ∂J/∂θ of a layer that <see cref="AddsShards"/>, summed over neighbouring shards.</summary>
    /// <param name="x">The x of <see cref="Backward"/>.</param>
    /// <param name="workspace">The workspace of <see cref="Backward"/>.</param>
    /// <param name="firstRow">The first row of the first shard.</param>
    /// <param name="ends">The end of each shard, from the first row on.</param>
    /// <param name="layer">The index of the layer.</param>
    /// <param name="first">The first parameter in the layer.</param>
    /// <param name="gradient">The part, overwritten.</param>
    internal void BackwardPart(
        ReadOnlyMatrix x, Workspace workspace, int firstRow, ReadOnlySpan<int> ends, int layer, int first, Span<Real> gradient)
    {
        ReadOnlyMatrix input = Input(layer, x, workspace), dOutput = workspace.OutputGradient(layer);
        var rows = ends[^1];
        _shardSums[layer]!.BackwardPart(
            input.RowRange(firstRow, rows), dOutput.RowRange(firstRow, rows), ends, first, gradient);
    }

    // Writes the gradient of a layer's input; of the layer and the next one, if they are fused.
    private void BackwardLayer(
        ReadOnlySpan<Real> parameters, int l, ReadOnlyMatrix x, Workspace workspace, int first, int count, Matrix dInput)
    {
        if (!Fusion.Backward(parameters, l, x, workspace, first, count, dInput))
        {
            ReadOnlyMatrix input = Input(l, x, workspace).RowRange(first, count), output = workspace.Output(l).RowRange(first, count);
            var dOutput = workspace.OutputGradient(l).RowRange(first, count);
            if (workspace.IsTraining && _training[l] is { } training)
                training.BackwardTraining(Parameters(parameters, l), workspace.Pass(l, first), input, output, dOutput, dInput, []);
            else _layers[l].Backward(Parameters(parameters, l), input, output, dOutput, dInput, []);
        }
        AddEarlierGradient(l, workspace, first, count, dInput);
    }

    // If several layers read the input of a layer, its gradient is the sum of theirs.
    private void AddEarlierGradient(int source, Workspace workspace, int first, int count, Matrix sum)
    {
        if (!_isAddedLater[source]) return;
        for (var l = source + 1; l < _layers.Length; l++)
            if (_readers[l] is { } reader && reader.SourceOf(l) == source)
                reader.AddBackward(workspace.OutputGradient(l).RowRange(first, count), sum);
    }
}
