using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>Scores rows by all parts of a <see cref="NetworkBlend"/>, for one thread. Allocates only when made.</summary>
internal sealed class BlendScorer : IScoresRows
{
    private readonly TrainedNetwork _trained;
    private readonly NetworkBlend _blend;
    private readonly NetworkScorer[] _parts;
    private readonly int _outputs;
    private readonly Real[] _copies, _averages;

    /// <param name="trained">The network with a blend.</param>
    /// <param name="rows">Maximum number of rows.</param>
    /// <param name="keepsMembers">Whether <see cref="CopyMembers"/> is used.</param>
    public BlendScorer(TrainedNetwork trained, int rows, bool keepsMembers)
    {
        var (network, blend) = (trained.Network, trained.Blend!);
        (_trained, _blend, _outputs) = (trained, blend, network.Outputs);
        _parts = [.. blend.Parts.Select(part => new NetworkScorer(part.Network, rows, keepsMembers))];
        var scored = keepsMembers ? checked(rows * network.EnsembleSize) : rows;
        _copies = new Real[checked(scored * blend.Copies * _outputs)];
        _averages = new Real[checked(rows * _outputs)];
    }

    /// <inheritdoc/>
    public Matrix Score(ReadOnlyMatrix features, ReadOnlySpan<int> members)
    {
        var copies = Copies(features.Rows);
        for (var i = 0; i < _parts.Length; i++) _blend.CopyScores(i, _parts[i].Score(features, members), copies);
        var averages = new Matrix(_averages.AsSpan(0, features.Rows * _outputs), features.Rows, _outputs);
        Average(copies, averages);
        return averages;
    }

    /// <inheritdoc/>
    public Matrix ScoreSparse(SparseBatch features) => throw new NotSupportedException("A blend scores dense rows only.");

    /// <inheritdoc/>
    public ReadOnlyMatrix OutputOf(int layer) => throw new NotSupportedException("Each network of a blend has layers of its own.");

    /// <inheritdoc/>
    public void CopyMembers(Matrix destination)
    {
        var copies = Copies(destination.Rows);
        for (var i = 0; i < _parts.Length; i++)
        {
            _parts[i].CopyMembers(destination);
            _blend.CopyScores(i, destination, copies);
        }
        Average(copies, destination);
    }

    private Matrix Copies(int rows)
    {
        var width = _blend.Copies * _outputs;
        return new Matrix(_copies.AsSpan(0, rows * width), rows, width);
    }

    // The copies of a row are rows of their own to a loss.
    private void Average(Matrix copies, Matrix averages)
    {
        _trained.Loss.AverageMembers(new Matrix(copies.Values, copies.Rows * _blend.Copies, _outputs), averages);
        _trained.Finish(averages);
    }
}
