using Backprop.Networks;

namespace Backprop.Explanations;

/// <summary>A trained network as explanations use it. A blend has several parts, whose prepared features are concatenated. Immutable, so
/// any number of threads may share it.</summary>
internal sealed class ExplainedNetwork
{
    // More rows hardly make matrix products faster, and wide rows must not fill the memory.
    private const int MaxRows = 32, MaxValues = 1 << 20;

    private readonly int[] _sources;
    private readonly Real[] _baseline;

    /// <summary>Measures the baseline.</summary>
    public ExplainedNetwork(TrainedNetwork trained)
    {
        Trained = trained;
        Parts = trained.Blend is { } blend
            ? [.. blend.Parts.Select(part => new ExplainedPart(part.Network))]
            : [new ExplainedPart(trained)];
        _sources = [.. Parts.SelectMany(part => part.Sources.ToArray())];
        _baseline = [.. Parts.SelectMany(part => part.Baseline.ToArray())];
    }

    /// <summary>The network.</summary>
    public TrainedNetwork Trained { get; }

    /// <summary>The parts of a blend, or the network itself.</summary>
    public IReadOnlyList<ExplainedPart> Parts { get; }

    /// <summary>The feature that each prepared feature depends on.</summary>
    public ReadOnlySpan<int> Sources => _sources;

    /// <summary>The prepared features of the baseline.</summary>
    public ReadOnlySpan<Real> Baseline => _baseline;

    /// <summary>The baseline in words.</summary>
    public string BaselineInWords
    {
        get
        {
            if (Trained.Means is not null) return "the means of the training data";
            var center = Trained.Inputs is null ? "0" : "the centers of the scaling";
            return $"{center} (the model has no means of its training data)";
        }
    }

    /// <summary>Number of prepared features of all parts.</summary>
    public int Width => _sources.Length;

    /// <summary>Number of features.</summary>
    public int Inputs => Trained.Network.Inputs;

    /// <summary>The number of rows that are explained together.</summary>
    public int RowsAtOnce => Math.Clamp(MaxValues / Math.Max(Width, Parts.Max(part => part.WidestLayer)), 1, MaxRows);

    /// <summary>Creates the layers that prepare features, for one thread.</summary>
    public FeaturePreparation CreatePreparation(int rows) => new(this, rows);

    /// <summary>Creates the affine layers after those that prepare features, for one thread.</summary>
    public IRowFunction CreateAffine(int rows, bool withGradients) => Parts is [var only]
        ? only.CreateAffine(rows, withGradients)
        : new SideBySide(
            [.. Parts.Select(part => part.CreateAffine(rows, withGradients))], [.. Parts.Select(part => part.Width)],
            [.. Parts.Select(part => part.PathWidth)], rows);

    /// <summary>Creates the explained values as a function of what leaves the affine layers, for one thread.</summary>
    /// <param name="explainsPredictions">Whether the values are predictions; otherwise scores.</param>
    /// <param name="capacity">Maximum number of rows.</param>
    /// <param name="withGradients">Whether gradients are used.</param>
    public IScoreFunction CreateFunction(bool explainsPredictions, int capacity, bool withGradients) => Trained.Blend is { } blend
        ? new BlendFunction(Trained, blend, Parts, explainsPredictions, capacity, withGradients)
        : new ScoreFunction(Parts[0], explainsPredictions, capacity, withGradients);
}
