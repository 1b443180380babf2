using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>The explained values of a blend as a function of what leaves the affine layers of all parts, with its gradient. The scratch of
/// one thread; allocates only when made.</summary>
internal sealed class BlendFunction : IScoreFunction
{
    private readonly NetworkBlend _blend;
    private readonly AverageMembers _average;
    private readonly ScoreFunction[] _parts;
    private readonly OperationChain _operations;
    private readonly Real[][] _x;
    private readonly Real[] _copies, _averaged, _dCopies, _gradient, _dScores, _dx;
    private readonly int _outputs;

    /// <param name="trained">The network with the blend.</param>
    /// <param name="blend">The blend.</param>
    /// <param name="parts">Its parts.</param>
    /// <param name="explainsPredictions">Whether the values are predictions; otherwise scores.</param>
    /// <param name="capacity">Maximum number of rows.</param>
    /// <param name="withGradients">Whether gradients are used.</param>
    public BlendFunction(
        TrainedNetwork trained, NetworkBlend blend, IReadOnlyList<ExplainedPart> parts, bool explainsPredictions, int capacity,
        bool withGradients)
    {
        (_blend, _outputs, Capacity) = (blend, trained.Network.Outputs, capacity);
        var graph = trained.Inference;
        _average = graph.Operations.OfType<AverageMembers>().Last();
        _parts = [.. parts.Select(part => new ScoreFunction(part, explainsPredictions: false, capacity, withGradients))];
        _operations = new OperationChain(explainsPredictions ? [.. graph.Finishing, graph.Link] : graph.Finishing, _outputs, capacity);
        Inputs = _parts.Sum(part => part.Inputs);
        _x = [.. _parts.Select(part => new Real[checked(capacity * part.Inputs)])];
        _copies = new Real[checked(capacity * blend.Copies * _outputs)];
        _averaged = new Real[_copies.Length];
        _dCopies = new Real[withGradients ? _copies.Length : 0];
        (_gradient, _dScores) = (new Real[_dCopies.Length / blend.Copies], new Real[_dCopies.Length / blend.Copies]);
        _dx = new Real[withGradients ? _x.Max(own => own.Length) : 0];
    }

    /// <inheritdoc/>
    public int Capacity { get; }

    /// <inheritdoc/>
    public int Inputs { get; }

    private int CopiesWidth => _blend.Copies * _outputs;

    /// <inheritdoc/>
    public ReadOnlyMatrix Forward(ReadOnlyMatrix x)
    {
        var copies = View(_copies, x.Rows, CopiesWidth);
        for (int i = 0, first = 0; i < _parts.Length; first += _parts[i++].Inputs)
        {
            var own = OwnX(i, x.Rows);
            ColumnParts.Take(x, first, own);
            _blend.CopyScores(i, _parts[i].Forward(own), copies);
        }
        var averaged = View(_averaged, x.Rows, CopiesWidth);
        copies.Values.CopyTo(averaged.Values); // the average may overwrite them
        _average.Apply(averaged, _operations.Start(x.Rows));
        return _operations.Forward(x.Rows);
    }

    /// <inheritdoc/>
    public void Backward(ReadOnlyMatrix x, ReadOnlySpan<int> outputs, Matrix dx)
    {
        var gradient = View(_gradient, x.Rows, _outputs);
        gradient.Values.Clear();
        for (var row = 0; row < x.Rows; row++) gradient.Row(row)[outputs[row]] = 1;
        _operations.Backward(gradient);

        var dCopies = View(_dCopies, x.Rows, CopiesWidth);
        _average.Backward(View(_copies, x.Rows, CopiesWidth), gradient, dCopies);
        for (int i = 0, first = 0; i < _parts.Length; first += _parts[i++].Inputs)
        {
            var dScores = View(_dScores, x.Rows, _outputs);
            dScores.Values.Clear();
            var (firstCopy, end) = _blend.CopiesOf(i);
            for (var copy = firstCopy; copy < end; copy++)
                for (var row = 0; row < x.Rows; row++)
                    for (var j = 0; j < _outputs; j++) dScores.Row(row)[j] += dCopies.Row(row)[copy * _outputs + j];
            var own = View(_dx, x.Rows, _parts[i].Inputs);
            _parts[i].Backward(OwnX(i, x.Rows), dScores, own);
            ColumnParts.Put(own, dx, first);
        }
    }

    private Matrix OwnX(int part, int rows) => View(_x[part], rows, _parts[part].Inputs);

    private static Matrix View(Real[] memory, int rows, int columns) => new(memory.AsSpan(0, rows * columns), rows, columns);
}
