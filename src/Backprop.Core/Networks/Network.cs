using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>A chain of layers over one flat vector of parameters. Immutable; the caller owns the parameters.</summary>
/// <remarks>
/// One vector means that the gradient and an optimizer's memory have the same layout as the parameters, so an optimizer is one loop. One
/// training step is four calls: <see cref="ForwardTraining"/>, <c>Loss.Evaluate</c>, <see cref="Backward"/>, <c>OptimizerState.Update</c>.
/// <c>Forward</c> scores; without dropout and batch normalization it is the same.
/// </remarks>
public sealed partial class Network
{
    private readonly Layer[] _layers;
    private readonly int[] _offsets, _stages;
    private readonly bool[] _isAddedLater;
    private readonly int _sparseLayer;

    // The capabilities of each layer, found once: a cast to an interface takes longer than a small layer takes for a row.
    private readonly ITrainingBehavior?[] _training;
    private readonly IBatchStatistics?[] _statistics;
    private readonly IGradientParts?[] _parts;
    private readonly IGradientOfShards?[] _shardSums;
    private readonly IPackable?[] _packable;
    private readonly IReadsEarlierOutput?[] _readers;
    private int _firstToLearn = -1;

    /// <summary>Joins layers, first to last.</summary>
    /// <exception cref="ArgumentException">There is no layer or one is null, neighbours do not fit, or there are more parameters than one
    /// array can hold.</exception>
    public Network(params ReadOnlySpan<Layer> layers)
    {
        if (layers.IsEmpty) throw new ArgumentException("A network needs at least one layer.", nameof(layers));
        _layers = layers.ToArray();
        var order = new LayerOrder(_layers);
        (_offsets, _isAddedLater, EnsembleSize) = (order.Offsets, order.IsAddedLater, order.EnsembleSize);
        LayerOfMembers = order.LayerOfMembers;
        Fusion = new LayerFusion(_layers, order);
        _training = CapabilityOf<ITrainingBehavior>();
        _statistics = CapabilityOf<IBatchStatistics>();
        _parts = CapabilityOf<IGradientParts>();
        _shardSums = CapabilityOf<IGradientOfShards>();
        _packable = CapabilityOf<IPackable>();
        _readers = CapabilityOf<IReadsEarlierOutput>();
        _stages = [0, .. Enumerable.Range(0, _layers.Length).Where(l => _statistics[l] is not null), _layers.Length];
        _sparseLayer = _layers.Length > 1 && _layers[0] is IReplacesMissing { ReplacesInSparse: true } ? 1 : 0;
    }

    /// <summary>A multilayer perceptron: dense layers with <paramref name="activation"/> between them, and none after the last.</summary>
    /// <param name="inputs">Features per example; at least 1.</param>
    /// <param name="hiddenLayers">Units of each hidden layer; none makes a linear model.</param>
    /// <param name="outputs">Scores per example; at least 1.</param>
    /// <param name="activation">The non-linearity of the hidden layers.</param>
    public static Network FullyConnected(int inputs, ReadOnlySpan<int> hiddenLayers, int outputs, Activation activation) =>
        new MultilayerPerceptron { HiddenLayers = hiddenLayers.ToArray(), Activation = activation }.Build(inputs, outputs);

    /// <summary>The layers, first to last.</summary>
    public IReadOnlyList<Layer> Layers => _layers;

    /// <summary>Features per example.</summary>
    public int Inputs => _layers[0].Inputs;

    /// <summary>Scores per example: of an ensemble, those of one member, or their average
    /// (<see cref="Losses.Loss.AverageMembers"/>).</summary>
    public int Outputs => _layers[^1].Outputs / EnsembleSize;

    /// <summary>Members of the ensemble; 1 without one. Their values are in separate columns, member after member.</summary>
    public int EnsembleSize { get; }

    /// <summary>The members that a part of an ensemble holds (<see cref="MemberSlice"/>); null for a whole network.</summary>
    internal MemberRange? Members { get; init; }

    /// <summary>The layer that makes the members of the ensemble; the number of layers without one.</summary>
    internal int LayerOfMembers { get; }

    /// <summary>Outputs of the last layer per example: the scores of every member, member after member. Equal to <see cref="Outputs"/>, if
    /// there is one member.</summary>
    public int MemberOutputs => _layers[^1].Outputs;

    /// <summary>Length of the parameter vector.</summary>
    public int ParameterCount => _offsets[^1];

    /// <summary>The weight matrices of all dense layers but the last one, by ascending offset: of an ensemble, those of each member.
    /// Vectors are not part of it. An optimizer such as <c>Muon</c> updates them as a whole.</summary>
    public IReadOnlyList<WeightMatrix> HiddenWeights
    {
        get
        {
            var dense = Enumerable.Range(0, _layers.Length).Where(l => _layers[l] is IAffine).ToArray();
            return [.. dense.SkipLast(1).SelectMany(MatricesOf).Where(matrix => matrix is { Rows: > 1, Columns: > 1 })];
        }
    }

    /// <summary>The range of a layer's parameters in the vector.</summary>
    public Range ParametersOf(int layer) => _offsets[layer].._offsets[layer + 1];

    // Computed on first use, and once: blocks are made when a network is trained, not when its layers are read from a file.
    private int FirstToLearn
    {
        get
        {
            if (_firstToLearn < 0)
                _firstToLearn = Math.Max(
                    0, Array.FindIndex(_layers, layer => layer.Blocks.Any(block => block.Role != ParameterRole.Statistic)));
            return _firstToLearn;
        }
    }

    /// <summary>Whether sparse rows (mostly zeros) can enter without conversion: only one layer reads them, and it supports them.</summary>
    internal bool TakesSparse =>
        _layers[SparseLayer] is ISparseInput { ReadsSparse: true } && !_isAddedLater.AsSpan(0, SparseLayer + 1).Contains(true);

    /// <summary>The layer that sparse rows enter: 1, where missing values are replaced before.</summary>
    internal int SparseLayer => _sparseLayer;

    /// <summary>Whether a later layer also reads the input of a layer.</summary>
    internal bool IsAddedLater(int layer) => _isAddedLater[layer];

    /// <summary>A batch for sparse rows of this network (<see cref="TakesSparse"/>), with the replacements of missing values.</summary>
    internal SparseBatch MakeSparseBatch(ReadOnlySpan<Real> parameters) =>
        new(_layers[SparseLayer].Inputs) { Replacements = ReplacementsBy(parameters) };

    /// <summary>The replacements of missing values in sparse rows; null if there are none.</summary>
    internal SparseReplacements? ReplacementsBy(ReadOnlySpan<Real> parameters) =>
        SparseLayer == 1 ? ((IReplacesMissing)_layers[0]).ToSparse(Parameters(parameters, 0)) : null;

    /// <summary>Whether the scores are monotone in some features by construction.</summary>
    internal bool HasMonotoneConstraints => _layers.Any(layer => layer is IHasMonotoneOutputs);

    /// <summary>Features that hold category indices. They must enter the network unchanged.</summary>
    internal IEnumerable<int> CategorySlots => CategoryOrder.CategorySlotsOf(_layers);

    /// <summary>The features that hold category indices, and the number of categories of each, in the order of the features.</summary>
    internal IReadOnlyList<(int Slot, int Count)> Categories => [.. CategoryOrder.CategoriesOf(_layers).OrderBy(category => category.Slot)];

    /// <summary>Draws starting values of all parameters: weights and biases by the initializer, others by the rules of their
    /// layers.</summary>
    /// <returns>[ParameterCount]; the same for the same seed.</returns>
    public Real[] Initialize(Initializer initializer, int seed)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        var parameters = new Real[ParameterCount];
        for (var l = 0; l < _layers.Length; l++)
            _layers[l].Initialize(
                parameters.AsSpan(ParametersOf(l)), initializer, new RandomSequence(seed, RandomPurpose.Initialization, l));
        return parameters;
    }

    /// <summary>Whether some layer has parameters that are fitted to the training data (<see cref="IFitsTrainingData"/>).</summary>
    public bool IsFitted => _layers.Any(layer => layer.IsFitted);

    /// <summary>The same, but layers and initializers that use examples (<see cref="DataDependent"/>) receive the inputs of every
    /// layer.</summary>
    /// <param name="initializer">The rule for weights and biases.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="examples">[rows × Inputs], as they will be trained on; at least one row.</param>
    /// <returns>[ParameterCount]; the same for the same seed and examples.</returns>
    public Real[] Initialize(Initializer initializer, int seed, ReadOnlyMatrix examples) =>
        Initialize(initializer, seed, examples, meter: null);

    /// <summary>The same. Counts the work.</summary>
    internal Real[] Initialize(Initializer initializer, int seed, ReadOnlyMatrix examples, WorkMeter? meter)
    {
        CheckColumns(examples);
        var parameters = Initialize(initializer, seed);
        if (initializer is not DataDependent && !IsFitted) return parameters;
        using var values = new StartingValues(this, _isAddedLater, parameters, examples.Rows, meter);
        values.Measure(initializer, seed, examples);
        return parameters;
    }

    /// <summary>Forward propagation: scores = layerₙ(…layer₁(x)). The workspace keeps every layer's output for
    /// <see cref="Backward"/>.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs], at least one row and at most the workspace's.</param>
    /// <param name="workspace">Scratch of this network.</param>
    /// <returns>[rows × MemberOutputs], owned by the workspace and valid until its next use.</returns>
    public Matrix Forward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Workspace workspace)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        CheckLength(parameters.Length, nameof(parameters));
        CheckColumns(x);
        workspace.Begin(this, x.Rows);
        ForwardRows(parameters, x, workspace, 0, x.Rows);
        return workspace.Scores;
    }

    /// <summary>Forward propagation in a training step: dropout drops units, and batch normalization uses the batch.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="x">[rows × Inputs], at least one row and at most the workspace's.</param>
    /// <param name="workspace">Scratch of this network, with memory for gradients.</param>
    /// <param name="seed">The seed of the random numbers.</param>
    /// <param name="step">Index of the step: the same seed and step drop the same units.</param>
    /// <returns>[rows × MemberOutputs], owned by the workspace and valid until its next use.</returns>
    public Matrix ForwardTraining(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Workspace workspace, int seed, int step)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        CheckLength(parameters.Length, nameof(parameters));
        CheckColumns(x);
        workspace.BeginTraining(this, x.Rows, seed, step);
        for (var stage = 0; stage < StageCount; stage++)
        {
            if (stage > 0) MeasureForward(parameters, x, workspace, stage, 0, 1);
            ForwardRows(parameters, x, workspace, 0, x.Rows, stage);
        }
        return workspace.Scores;
    }

    /// <summary><c>Forward</c> with parameters that were packed, layer by layer, because they do not change any more.</summary>
    internal Matrix Forward(ReadOnlySpan<Real> parameters, Real[][] packed, ReadOnlyMatrix x, Workspace workspace)
    {
        CheckColumns(x);
        workspace.Begin(this, x.Rows);
        for (var l = 0; l < _layers.Length; l++)
        {
            if (Fusion.Forward(parameters, l, x, workspace, 0, x.Rows))
            {
                l++;
                continue;
            }
            var own = Parameters(parameters, l);
            if (_packable[l] is { } packable) packable.Forward(own, packed[l], Input(l, x, workspace), workspace.Output(l));
            else _layers[l].Forward(own, Input(l, x, workspace), workspace.Output(l));
            if (_readers[l] is not null) AddEarlier(l, x, workspace, 0, x.Rows);
        }
        return workspace.Scores;
    }

    /// <summary><c>Forward</c> of sparse rows (mostly zeros) (<see cref="TakesSparse"/>).</summary>
    internal Matrix Forward(ReadOnlySpan<Real> parameters, SparseBatch x, Workspace workspace)
    {
        workspace.Begin(this, x.Rows);
        workspace.Sparse = x;
        ForwardRows(parameters, default, workspace, 0, x.Rows);
        workspace.Sparse = null;
        return workspace.Scores;
    }

    /// <summary>Neighbouring layers that are computed in one loop.</summary>
    internal LayerFusion Fusion { get; }

    /// <summary>
    /// Stages of a training step: the rows can be shared among threads within a stage. A new stage begins with every layer that must have
    /// measured all rows of the batch.
    /// </summary>
    internal int StageCount => _stages.Length - 1;

    /// <summary><c>Forward</c> for some of the rows of a batch, so that every thread can have rows of its own.</summary>
    internal void ForwardRows(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Workspace workspace, int first, int count)
    {
        for (var stage = 0; stage < StageCount; stage++) ForwardRows(parameters, x, workspace, first, count, stage);
    }

    /// <summary>One stage of <c>Forward</c> or <c>ForwardTraining</c> for some of the rows of a batch.</summary>
    internal void ForwardRows(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Workspace workspace, int first, int count, int stage)
    {
        var l = _stages[stage];
        if (l == 0 && workspace.Sparse is { } sparse)
        {
            ForwardSparse(parameters, sparse, workspace, first, count);
            l = SparseLayer + 1;
        }
        for (; l < _stages[stage + 1]; l++)
        {
            if (Fusion.Forward(parameters, l, x, workspace, first, count))
            {
                l++;
                continue;
            }
            int entering = workspace.ExamplesPerRow(l), leaving = workspace.ExamplesPerRow(l + 1);
            ReadOnlyMatrix input = Input(l, x, workspace).RowRange(first * entering, count * entering);
            var output = workspace.Output(l).RowRange(first * leaving, count * leaving);
            if (entering > leaving) input.Values.CopyTo(output.Values); // every member has an example of its own already
            else if (workspace.IsTraining && _training[l] is { } training)
                training.ForwardTraining(Parameters(parameters, l), workspace.Pass(l, first * entering), input, output);
            else _layers[l].Forward(Parameters(parameters, l), input, output);
            if (_readers[l] is not null) AddEarlier(l, x, workspace, first * leaving, count * leaving);
        }
    }

    /// <summary>The statistics of the batch that the first layer of a stage needs, for one share of its columns.</summary>
    internal void MeasureForward(ReadOnlySpan<Real> parameters, ReadOnlyMatrix x, Workspace workspace, int stage, int share, int shares)
    {
        var l = _stages[stage];
        var (first, count) = Share(_layers[l].Inputs, share, shares);
        if (!workspace.IsTraining || count == 0) return;
        _statistics[l]!.MeasureForward(Parameters(parameters, l), Input(l, x, workspace), first, count, workspace.Statistics(l));
    }

    private IEnumerable<WeightMatrix> MatricesOf(int layer)
    {
        var dense = (IAffine)_layers[layer];
        for (var group = 0; group < dense.Groups; group++)
            yield return new WeightMatrix(
                _offsets[layer] + dense.WeightsOf(group).Start.Value, dense.GroupInputs, dense.GroupOutputs);
    }

    /// <summary>The part of <paramref name="total"/> items that one of several threads computes.</summary>
    internal static (int First, int Count) Share(int total, int share, int shares)
    {
        int first = (int)((long)total * share / shares), end = (int)((long)total * (share + 1) / shares);
        return (first, end - first);
    }

    private void AddEarlier(int layer, ReadOnlyMatrix x, Workspace workspace, int first, int count)
    {
        var reader = _readers[layer]!;
        var earlier = Input(reader.SourceOf(layer), x, workspace);
        reader.AddForward(earlier.RowRange(first, count), workspace.Output(layer).RowRange(first, count));
    }

    private T?[] CapabilityOf<T>() where T : class => [.. _layers.Select(layer => layer as T)];

    // A separate method, so that the loop over the layers stays small enough for everything in it to be inlined.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ForwardSparse(ReadOnlySpan<Real> parameters, SparseBatch x, Workspace workspace, int first, int count) =>
        ((ISparseInput)_layers[SparseLayer]).Forward(
            Parameters(parameters, SparseLayer), x, first, workspace.Output(SparseLayer).RowRange(first, count));

    // Two bounds make a slice directly; the Range of ParametersOf would be converted again for every layer of every row.
    private ReadOnlySpan<Real> Parameters(ReadOnlySpan<Real> parameters, int layer) => parameters[_offsets[layer].._offsets[layer + 1]];

    internal static ReadOnlyMatrix Input(int layer, ReadOnlyMatrix x, Workspace workspace) => layer == 0 ? x : workspace.Output(layer - 1);

    /// <summary>Widths from input to output, such as "4-64-64-3".</summary>
    /// <remarks>The number of members comes first: "4-8×64-8×64-8×3".</remarks>
    public override string ToString()
    {
        var widths = _layers.OfType<IAffine>()
            .Select(layer => layer.Groups == 1 ? $"{layer.GroupOutputs}" : $"{layer.Groups}×{layer.GroupOutputs}");
        return string.Join('-', widths.Prepend($"{Inputs}"));
    }

    private void CheckLength(int length, string name)
    {
        if (length != ParameterCount)
            throw new ArgumentException($"The network has {ParameterCount} parameters, but {length} were passed.", name);
    }

    private void CheckColumns(ReadOnlyMatrix x)
    {
        if (x.Columns != Inputs)
            throw new ArgumentException($"x has {x.Columns} columns, but the network has {Inputs} inputs.", nameof(x));
    }
}
