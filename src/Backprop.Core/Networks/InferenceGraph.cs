using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>The computation from raw features to predictions: an ordered list of operations over named values.</summary>
/// <remarks>
/// Each operation reads values that earlier operations computed. Scoring runs a compiled form. The operations of the layers run by the
/// kernels of <see cref="Form"/>, and all others as they are described. A test interprets the list by textbook formulas.
/// </remarks>
internal sealed class InferenceGraph
{
    /// <summary>The name of the raw features.</summary>
    public const string Features = "features";

    /// <summary>The name of the last layer's output; of an ensemble, the scores of every member.</summary>
    public const string NetworkOutput = "network_output";

    /// <summary>The name of the predictions.</summary>
    public const string Predictions = "predictions";

    private const string Inputs = "inputs";

    private readonly Lazy<IReadOnlyList<InferenceOperation>> _operations;
    private readonly Lazy<ScoringForm> _form;
    private readonly Lazy<Real[][]> _packed;
    private readonly Lazy<int[]> _hiddenLayers;
    private readonly Dictionary<int, string> _outputs = []; // the name of the output of every layer of the form

    /// <summary>The graph of a network. Nothing is computed before it is used.</summary>
    public InferenceGraph(TrainedNetwork trained, Real[] parameters)
    {
        Standardization = trained.Inputs;
        (Average, Finishing, Link) = Behind(trained);
        Scores = Link.Inputs[0];
        int[] activations = trained.HiddenOutputs.Count == 0 ? [] : HiddenOutput.LayersOf(trained.Network);
        int[] hidden = [.. trained.HiddenOutputs.Select(output => activations[output.Layer - 1])];
        _form = new Lazy<ScoringForm>(() => ScoringForm.Of(trained.Network, parameters, hidden));
        _hiddenLayers = new Lazy<int[]>(() => [.. hidden.Select(Form.OutputOf)]);
        _packed = new Lazy<Real[][]>(() => Pack(Form));
        _operations = new Lazy<IReadOnlyList<InferenceOperation>>(() => [.. BeforeScores(), .. Finishing, Link]);
    }

    /// <summary>The graph of a blend: the operations of all parts up to their scores, then their average and its temperature.</summary>
    public InferenceGraph(NetworkBlend blend, double temperature)
    {
        InferenceGraph[] parts = [.. blend.Parts.Select(part => part.Network.Inference)];
        var (copies, average) = blend.AverageOf([.. parts.Select((part, i) => InPart(i, part.Scores))], "blend");
        Finishing = temperature == 1
            ? []
            : [new DivideByTemperature([average.Output], $"{average.Output}_tempered", average.Width, temperature)];
        Scores = Finishing is [var last] ? last.Output : average.Output;
        Link = parts[0].Link with { Inputs = [Scores] };
        _hiddenLayers = new Lazy<int[]>(() => []);
        _form = new Lazy<ScoringForm>(() => parts[0].Form);
        _packed = new Lazy<Real[][]>(() => parts[0].Packed);
        _operations = new Lazy<IReadOnlyList<InferenceOperation>>(
            () => [.. parts.SelectMany((part, i) => part.OperationsOfPart(i)), copies, average, .. Finishing, Link]);
    }

    /// <summary>The name of a value of a part in the graph of its blend. The raw features are the same for all parts.</summary>
    public static string InPart(int part, string name) => name == Features ? name : $"part{part}/{name}";

    private IEnumerable<InferenceOperation> OperationsOfPart(int part) =>
        from operation in Operations.SkipLast(1)
        select operation with
        {
            Inputs = [.. operation.Inputs.Select(name => InPart(part, name))],
            Output = InPart(part, operation.Output),
        };

    /// <summary>All operations, in an order in which they can run.</summary>
    public IReadOnlyList<InferenceOperation> Operations => _operations.Value;

    /// <summary>The name of the scores: they have the units of the target.</summary>
    public string Scores { get; }

    /// <summary>How features are standardized before the first layer; null for not at all.</summary>
    public Standardization? Standardization { get; }

    /// <summary>The layers as they run; of a blend, those of its first part.</summary>
    public ScoringForm Form => _form.Value;

    /// <summary>The parameters of each layer of <see cref="Form"/> for many rows (<see cref="IPackable"/>).</summary>
    public Real[][] Packed => _packed.Value;

    /// <summary>The layers of <see cref="Form"/> whose outputs are those of <see cref="TrainedNetwork.HiddenOutputs"/>.</summary>
    public IReadOnlyList<int> HiddenLayers => _hiddenLayers.Value;

    /// <summary>The name of the value of a hidden output.</summary>
    public string NameOfHidden(int index)
    {
        _ = Operations;
        return _outputs[HiddenLayers[index]];
    }

    /// <summary>How members are averaged; null for a single network, and for a blend, whose parts average theirs.</summary>
    public AverageMembers? Average { get; }

    /// <summary>The operations that convert the output of the network, or the average of its members, into scores; in this order.</summary>
    public ScoreOperation[] Finishing { get; }

    /// <summary>The operation that converts scores into predictions.</summary>
    public ScoreOperation Link { get; }

    private IEnumerable<InferenceOperation> BeforeScores()
    {
        var operations = new InferenceOperations();
        var (network, parameters) = (Form.Network, Form.Parameters);
        var x = Features;
        if (Standardization is { } scale)
        {
            var (means, factors) = (scale.Means.ToArray(), scale.Factors.ToArray());
            x = operations.Add(new StandardizeColumns([x], Inputs, network.Inputs, means, factors));
        }
        var entering = new string[network.Layers.Count];
        for (var l = 0; l < entering.Length; l++)
        {
            entering[l] = x;
            var earlier = network.Layers[l] is IReadsEarlierOutput reader ? entering[reader.SourceOf(l)] : null;
            x = operations.AddLayer(network.Layers[l], x, earlier, parameters.AsMemory(network.ParametersOf(l)));
            _outputs[l] = l == entering.Length - 1 ? NetworkOutput : x;
        }
        operations.Rename(x, network.MemberOutputs, NetworkOutput);
        return Average is null ? operations.All : operations.All.Append(Average);
    }

    // Their names are fixed, because they are known before the layers are described.
    private static (AverageMembers? Average, ScoreOperation[] Finishing, ScoreOperation Link) Behind(TrainedNetwork trained)
    {
        var width = trained.Network.Outputs;
        AverageMembers? average = null;
        if (trained.Network.EnsembleSize > 1)
            average = new AverageMembers([NetworkOutput], "average", width, trained.Network.EnsembleSize, trained.Loss);

        var last = average?.Output ?? NetworkOutput;
        var finishing = new List<ScoreOperation>();
        if (trained.Temperature != 1) Append(new DivideByTemperature([last], "tempered", width, trained.Temperature));
        if (trained.ScoreScale is { } scale) Append(new UnscaleColumns([last], "unscaled", width, scale));
        if (trained.Limits is { } limits) Append(new ClipColumns([last], "bounded", width, limits));
        ScoreOperation link = trained.Errors is { } errors
            ? new RankAmongErrors([last], Predictions, width, errors)
            : new ApplyLink([last], Predictions, width, trained.Loss);
        return (average, [.. finishing], link);

        void Append(ScoreOperation operation)
        {
            finishing.Add(operation);
            last = operation.Output;
        }
    }

    private static Real[][] Pack(ScoringForm form) =>
        [.. form.Network.Layers.Select((layer, l) => layer.Pack(form.Parameters.AsSpan(form.Network.ParametersOf(l))))];
}
