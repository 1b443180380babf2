using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>The scratch memory of one thread: the outputs of layers and their gradients, for up to a fixed number of examples. Allocates
/// only when made.</summary>
public sealed class Workspace
{
    private readonly Network _network;
    private readonly int[] _widths;
    private readonly int _abreast, _replicate;
    private int _seed, _step;
    private double _dropoutFactor;
    private readonly Real[][] _outputs, _gradients, _statistics, _remembered;

    /// <summary>Allocates memory for <paramref name="rows"/> examples.</summary>
    /// <param name="network">The network that uses it.</param>
    /// <param name="rows">Maximum number of examples of one call; at least 1.</param>
    /// <param name="forTraining">False omits the gradients, for scoring only. Hidden outputs are then not kept.</param>
    public Workspace(Network network, int rows, bool forTraining = true) : this(network, rows, forTraining, sharesMemory: true, abreast: 1)
    {
    }

    private Workspace(
        Network network, int rows, bool forTraining, bool sharesMemory, int abreast, params IReadOnlyCollection<int> keptOutputs)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        _network = network;
        Capacity = rows;
        KeepsEveryOutput = !sharesMemory;
        _widths = [.. network.Layers.Select(layer => layer.Outputs)];
        (_abreast, _replicate) = (abreast, network.LayerOfMembers);
        var memory = new WorkspaceMemory(network, l => checked(rows * ExamplesPerRow(l + 1) * _widths[l]), keptOutputs);
        _outputs = !sharesMemory ? memory.ForEveryLayer() : forTraining ? memory.ForTraining(areGradients: false) : memory.ForScoring();
        _gradients = !forTraining ? [] : sharesMemory ? memory.ForTraining(areGradients: true) : memory.ForEveryLayer();
        _statistics = forTraining ? [.. network.Layers.Select(layer => new Real[layer.StatisticsLength])] : [];
        _remembered = forTraining ? [.. network.Layers.Select((_, l) => new Real[network.Fusion.LengthToRemember(l)])] : [];
    }

    /// <summary>A workspace in which no layer works in place, so that the output of every layer can be read afterwards.</summary>
    internal static Workspace ThatKeepsEveryOutput(Network network, int rows) =>
        new(network, rows, forTraining: true, sharesMemory: false, abreast: 1);

    /// <summary>A workspace for scoring in which no later layer overwrites the outputs of some layers.</summary>
    internal static Workspace ForScoring(Network network, int rows, IReadOnlyCollection<int> keptOutputs) =>
        new(network, rows, forTraining: false, sharesMemory: true, abreast: 1, keptOutputs);

    /// <summary>A workspace in which every row has one example for each member of an ensemble: there are as many examples as members, one
    /// after the other.</summary>
    internal static Workspace ForMemberBatches(Network network, int rows) =>
        new(network, rows, forTraining: true, sharesMemory: true, network.EnsembleSize);

    /// <summary>Whether the inputs, outputs and gradients of every layer are kept, so that they can be read.</summary>
    internal bool KeepsEveryOutput { get; }

    /// <summary>Maximum number of examples of one call.</summary>
    public int Capacity { get; }

    /// <summary>Examples of the last <c>Network.Forward</c>.</summary>
    public int Rows { get; private set; }

    /// <summary>Whether that was a training step (<c>Network.ForwardTraining</c>): <see cref="Network.Backward"/> differentiates the
    /// same.</summary>
    public bool IsTraining { get; private set; }

    /// <summary>The number of examples in each row of a layer's input: one, or one for every member up to the layer that makes the
    /// members.</summary>
    internal int ExamplesPerRow(int layer) => layer <= _replicate ? _abreast : 1;

    /// <summary>[Rows × MemberOutputs]: where the loss writes ∂J/∂scores, and <see cref="Network.Backward"/> begins.</summary>
    public Matrix ScoreGradient => OutputGradient(_widths.Length - 1);

    /// <summary>The sparse rows that enter the first layer instead of x; null if x does.</summary>
    internal SparseBatch? Sparse { get; set; }

    internal Matrix Scores => Output(_widths.Length - 1);

    internal void Begin(Network network, int rows)
    {
        CheckOwner(network);
        if (rows < 1 || rows > Capacity)
            throw new ArgumentException($"x has {rows} rows, but the workspace holds 1 to {Capacity}. Make a larger workspace.");
        Rows = rows;
        IsTraining = false;
    }

    internal void BeginTraining(Network network, int rows, int seed, int step, double dropoutFactor = 1)
    {
        if (_gradients.Length == 0) throw MadeForScoring();
        Begin(network, rows);
        (IsTraining, _seed, _step, _dropoutFactor) = (true, seed, step, dropoutFactor);
    }

    internal TrainingPass Pass(int layer, int firstRow) => new(_seed, _step, layer, firstRow, _statistics[layer], _dropoutFactor)
    {
        Members = layer > _replicate ? _network.Members : null,
    };

    internal Span<Real> Statistics(int layer) => _statistics[layer];

    /// <summary>The parameters that <see cref="LayerFusion.Remember"/> copied.</summary>
    internal Span<Real> Remembered(int layer) => _remembered.Length > 0 ? _remembered[layer] : throw MadeForScoring();

    internal void CheckOwner(Network network)
    {
        if (network != _network)
            throw new ArgumentException($"The workspace belongs to another network ({_network}). Make one for this network.");
    }

    internal Matrix Output(int layer) => View(_outputs, layer);

    internal Matrix OutputGradient(int layer) => _gradients.Length > 0
        ? View(_gradients, layer)
        : throw MadeForScoring();

    private static InvalidOperationException MadeForScoring() => new("The workspace was made without gradients (forTraining: false).");

    private Matrix View(Real[][] memory, int layer)
    {
        int width = _widths[layer], rows = Rows * ExamplesPerRow(layer + 1);
        var room = Volatile.Read(ref memory[layer]) ?? MakeRoomLate(memory, layer);
        return new Matrix(room.AsSpan(0, rows * width), rows, width);
    }

    // Threads that share the rows of a batch must find the same memory.
    private Real[] MakeRoomLate(Real[][] memory, int layer)
    {
        lock (memory)
        {
            var room = memory[layer] ?? new Real[checked(Capacity * ExamplesPerRow(layer + 1) * _widths[layer])];
            Volatile.Write(ref memory[layer], room);
            return room;
        }
    }
}
