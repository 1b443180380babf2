using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>The explained values of a single network as a function of what leaves its affine layers, with its gradient. The scratch of one
/// thread; allocates only when made.</summary>
internal sealed class ScoreFunction : IScoreFunction
{
    private readonly InferenceGraph _graph;
    private readonly Network _network;
    private readonly Real[] _parameters;
    private readonly Real[][] _packed;
    private readonly OperationChain _operations;
    private readonly Workspace _workspace;
    private readonly Real[] _members, _gradient;
    private readonly int _outputs;

    /// <param name="explained">The network.</param>
    /// <param name="explainsPredictions">Whether the values are predictions; otherwise scores.</param>
    /// <param name="capacity">Maximum number of rows.</param>
    /// <param name="withGradients">Whether gradients are used.</param>
    public ScoreFunction(ExplainedPart explained, bool explainsPredictions, int capacity, bool withGradients)
    {
        var (form, first) = (explained.Form, explained.PreparingLayers + explained.AffineLayers);
        _graph = explained.Trained.Inference;
        _network = new Network([.. form.Network.Layers.Skip(first)]);
        _parameters = form.Parameters[form.Network.ParametersOf(first).Start..];
        _packed = explained.PackedFrom(first);
        _workspace = new Workspace(_network, capacity, withGradients);
        _outputs = explained.Trained.Network.Outputs;
        _operations = new OperationChain(
            explainsPredictions ? [.. _graph.Finishing, _graph.Link] : _graph.Finishing, _outputs, capacity);
        Capacity = capacity;
        _members = new Real[_graph.Average is null ? 0 : checked(capacity * _network.MemberOutputs)];
        _gradient = new Real[withGradients ? capacity * _outputs : 0];
    }

    /// <inheritdoc/>
    public int Capacity { get; }

    /// <inheritdoc/>
    public int Inputs => _network.Inputs;

    /// <inheritdoc/>
    public ReadOnlyMatrix Forward(ReadOnlyMatrix x)
    {
        var scores = _network.Forward(_parameters, _packed, x, _workspace);
        var start = _operations.Start(x.Rows);
        if (_graph.Average is { } average)
        {
            scores.Values.CopyTo(_members);
            average.Apply(scores, start);
        }
        else scores.Values.CopyTo(start.Values);
        return _operations.Forward(x.Rows);
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlyMatrix x, ReadOnlySpan<int> outputs, Matrix dx)
    {
        var gradient = new Matrix(_gradient.AsSpan(0, x.Rows * _outputs), x.Rows, _outputs);
        gradient.Values.Clear();
        for (var row = 0; row < x.Rows; row++) gradient.Row(row)[outputs[row]] = 1;
        Backward(x, gradient, dx);
    }

    /// <summary>Writes the gradient of a function of all values, after <see cref="Forward"/>.</summary>
    /// <param name="x">The x of that call.</param>
    /// <param name="gradient">[rows × outputs]: that of the values; overwritten.</param>
    /// <param name="dx">[rows × Inputs], overwritten.</param>
    public void Backward(ReadOnlyMatrix x, Matrix gradient, Matrix dx)
    {
        _operations.Backward(gradient);
        var dScores = _workspace.ScoreGradient;
        if (_graph.Average is { } average)
        {
            var members = new ReadOnlyMatrix(_members.AsSpan(0, dScores.Values.Length), x.Rows, dScores.Columns);
            average.Backward(members, gradient, dScores);
        }
        else gradient.Values.CopyTo(dScores.Values);
        _network.BackwardToInput(_parameters, x, _workspace, dx);
    }
}
