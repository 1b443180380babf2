using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>The explained values as a function of what enters the layers after the first ones, with its gradient. The scratch of one
/// thread; allocates only when made.</summary>
internal sealed class ScoreFunction
{
    private readonly InferenceGraph _graph;
    private readonly Network _network;
    private readonly Real[] _parameters;
    private readonly Real[][] _packed;
    private readonly ScoreOperation[] _operations;
    private readonly Workspace _workspace;
    private readonly Real[] _members, _gradient;
    private readonly Real[][] _values; // at i what enters operation i, and last the result
    private readonly int _outputs;

    /// <param name="explained">The network.</param>
    /// <param name="firstLayer">The layer that x enters.</param>
    /// <param name="explainsPredictions">Whether the values are predictions; otherwise scores.</param>
    /// <param name="capacity">Maximum number of rows.</param>
    /// <param name="withGradients">Whether <see cref="Backward"/> is used.</param>
    public ScoreFunction(ExplainedNetwork explained, int firstLayer, bool explainsPredictions, int capacity, bool withGradients)
    {
        var (form, first) = (explained.Form, firstLayer);
        _graph = explained.Trained.Inference;
        _network = new Network([.. form.Network.Layers.Skip(first)]);
        _parameters = form.Parameters[form.Network.ParametersOf(first).Start..];
        _packed = explained.PackedFrom(first);
        _operations = explainsPredictions ? [.. _graph.Finishing, _graph.Link] : _graph.Finishing;
        _workspace = new Workspace(_network, capacity, withGradients);
        _outputs = explained.Trained.Network.Outputs;
        Capacity = capacity;
        _members = new Real[_graph.Average is null ? 0 : checked(capacity * _network.MemberOutputs)];
        _gradient = new Real[withGradients ? capacity * _outputs : 0];
        _values = [.. Enumerable.Range(0, _operations.Length + 1).Select(_ => new Real[checked(capacity * _outputs)])];
    }

    /// <summary>Maximum number of rows.</summary>
    public int Capacity { get; }

    /// <summary>Number of values of x.</summary>
    public int Inputs => _network.Inputs;

    /// <summary>Computes the values.</summary>
    /// <param name="x">[rows × Inputs], from 1 row to <see cref="Capacity"/>.</param>
    /// <returns>[rows × outputs], valid until the next call.</returns>
    public ReadOnlyMatrix Forward(ReadOnlyMatrix x)
    {
        var scores = _network.Forward(_parameters, _packed, x, _workspace);
        var values = View(0, x.Rows);
        if (_graph.Average is { } average)
        {
            scores.Values.CopyTo(_members);
            average.Apply(scores, values);
        }
        else scores.Values.CopyTo(values.Values);
        for (var i = 0; i < _operations.Length; i++)
        {
            var next = View(i + 1, x.Rows);
            values.Values.CopyTo(next.Values);
            _operations[i].Apply(next);
            values = next;
        }
        return values;
    }

    /// <summary>Writes the gradient of one value of every row, after <see cref="Forward"/>.</summary>
    /// <param name="x">The x of that call.</param>
    /// <param name="outputs">[rows]: the index of the value of each row.</param>
    /// <param name="dx">[rows × Inputs], overwritten.</param>
    public void Backward(ReadOnlyMatrix x, ReadOnlySpan<int> outputs, Matrix dx)
    {
        var gradient = new Matrix(_gradient.AsSpan(0, x.Rows * _outputs), x.Rows, _outputs);
        gradient.Values.Clear();
        for (var row = 0; row < x.Rows; row++) gradient.Row(row)[outputs[row]] = 1;
        for (var i = _operations.Length - 1; i >= 0; i--) _operations[i].Backward(View(i, x.Rows), gradient);

        var dScores = _workspace.ScoreGradient;
        if (_graph.Average is { } average)
        {
            var members = new ReadOnlyMatrix(_members.AsSpan(0, dScores.Values.Length), x.Rows, dScores.Columns);
            average.Backward(members, gradient, dScores);
        }
        else gradient.Values.CopyTo(dScores.Values);
        _network.BackwardToInput(_parameters, x, _workspace, dx);
    }

    private Matrix View(int index, int rows) => new(_values[index].AsSpan(0, rows * _outputs), rows, _outputs);
}
