using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>The scratch memory of one thread: every layer's output and its gradient, for up to a fixed number of examples. Allocates only when made.</summary>
public sealed class Workspace
{
    private readonly Network _network;
    private readonly Real[][] _outputs, _gradients;

    /// <summary>Makes room for <paramref name="rows"/> examples.</summary>
    /// <param name="network">Whose layers it serves.</param>
    /// <param name="rows">Most examples of one call; at least 1.</param>
    /// <param name="forTraining">False leaves out the gradients, for scoring only.</param>
    public Workspace(Network network, int rows, bool forTraining = true)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        _network = network;
        Capacity = rows;
        _outputs = [.. network.Layers.Select(layer => new Real[checked(rows * layer.Outputs)])];
        _gradients = forTraining ? [.. _outputs.Select(output => new Real[output.Length])] : [];
    }

    /// <summary>Most examples of one call.</summary>
    public int Capacity { get; }

    /// <summary>Examples of the last <see cref="Network.Forward"/>.</summary>
    public int Rows { get; private set; }

    /// <summary>[Rows × Outputs]: where the loss writes ∂J/∂scores, and <see cref="Network.Backward"/> begins.</summary>
    public Matrix ScoreGradient => OutputGradient(_network.Layers.Count - 1);

    internal void Begin(Network network, int rows)
    {
        CheckOwner(network);
        if (rows < 1 || rows > Capacity) throw new ArgumentException($"The workspace holds 1 to {Capacity} rows; x has {rows}.");
        Rows = rows;
    }

    internal void CheckOwner(Network network)
    {
        if (network != _network) throw new ArgumentException($"The workspace belongs to another network ({_network}).");
    }

    internal Matrix Output(int layer) => View(_outputs, layer);

    internal Matrix OutputGradient(int layer) => _gradients.Length > 0
        ? View(_gradients, layer)
        : throw new InvalidOperationException("The workspace was made without gradients (forTraining: false).");

    private Matrix View(Real[][] memory, int layer)
    {
        var width = _network.Layers[layer].Outputs;
        return new Matrix(memory[layer].AsSpan(0, Rows * width), Rows, width);
    }
}
