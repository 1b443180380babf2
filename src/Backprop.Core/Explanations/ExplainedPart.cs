using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>A single network as explanations use it: layers that prepare the features, then the layers that compute scores from prepared
/// features. Immutable, so any number of threads may share it.</summary>
/// <remarks>
/// Prepared features are standardized, and missing values, ranks and categories are encoded (<see cref="IPreparesFeatures"/>). Each of them
/// depends on one feature. The baseline is a row of prepared features. It has those of the mean of every feature. For a category, it has
/// the mean of the codes of all categories, weighted by their shares of the training data.
/// </remarks>
internal sealed class ExplainedPart
{
    private readonly int[] _sources;
    private readonly Real[] _baseline;

    /// <summary>Measures the baseline.</summary>
    public ExplainedPart(TrainedNetwork trained)
    {
        Trained = trained;
        Form = trained.Inference.Form;
        PreparingLayers = PreparingLayersOf(Form.Network);
        _sources = SourcesOf(Form.Network, PreparingLayers);
        _baseline = MeasureBaseline();
    }

    /// <summary>The network.</summary>
    public TrainedNetwork Trained { get; }

    /// <summary>The layers as they run.</summary>
    public ScoringForm Form { get; }

    /// <summary>Number of layers that prepare the features. They come first.</summary>
    public int PreparingLayers { get; }

    /// <summary>The feature that each prepared feature depends on.</summary>
    public ReadOnlySpan<int> Sources => _sources;

    /// <summary>The prepared features of the baseline.</summary>
    public ReadOnlySpan<Real> Baseline => _baseline;

    /// <summary>Number of prepared features.</summary>
    public int Width => _sources.Length;

    /// <summary>Number of features.</summary>
    public int Inputs => Trained.Network.Inputs;

    /// <summary>Number of affine layers after those that prepare features. They map a straight line of prepared features to a straight
    /// line.</summary>
    public int AffineLayers
    {
        get
        {
            var layers = Form.Network.Layers;
            var end = PreparingLayers;
            while (end < layers.Count - 1 && layers[end] is IAffine && !Form.Network.IsAddedLater(end)) end++;
            return end - PreparingLayers;
        }
    }

    /// <summary>The packed parameters of the layers from one on.</summary>
    /// <remarks>Rows are not scored sparse here, so a network for sparse rows has not packed its parameters yet. Those of its first layer
    /// are many, and are not needed.</remarks>
    public Real[][] PackedFrom(int layer) => Trained.IsFedSparse
        ? [.. Form.Network.Layers.Skip(layer).Select((each, l) => each.Pack(Form.Parameters.AsSpan(Form.Network.ParametersOf(layer + l))))]
        : [.. Trained.Inference.Packed.Skip(layer)];

    /// <summary>Creates the layers that prepare features, for one thread.</summary>
    public LayerRun CreatePreparation(int rows) => new(Form, 0, PreparingLayers, rows, withGradients: false);

    /// <summary>Creates the affine layers after those that prepare features, for one thread.</summary>
    public LayerRun CreateAffine(int rows, bool withGradients) => new(Form, PreparingLayers, AffineLayers, rows, withGradients);

    /// <summary>The number of values that leave the affine layers.</summary>
    public int PathWidth => AffineLayers == 0 ? Width : Form.Network.Layers[PreparingLayers + AffineLayers - 1].Outputs;

    /// <summary>The most values of a row that a layer computes.</summary>
    public int WidestLayer => Form.Network.Layers.Max(layer => layer.Outputs);

    /// <summary>Standardizes features.</summary>
    /// <param name="features">[rows × Inputs]</param>
    /// <param name="standardized">[rows × Inputs], overwritten.</param>
    public void Standardize(ReadOnlyMatrix features, Matrix standardized)
    {
        for (var row = 0; row < features.Rows; row++)
            Standardization.ApplyOrCopy(Trained.Inputs, features.Row(row), standardized.Row(row));
    }

    // No later layer may read what enters one of them, because that is not kept.
    private static int PreparingLayersOf(Network network)
    {
        var count = 0;
        while (count < network.Layers.Count - 1 && !network.IsAddedLater(count)
            && network.Layers[count] is IPreparesFeatures { KeepsFeaturesApart: true }) count++;
        return count;
    }

    private static int[] SourcesOf(Network network, int layers)
    {
        int[] sources = [.. Enumerable.Range(0, network.Inputs)];
        for (var l = 0; l < layers; l++)
        {
            var layer = (IPreparesFeatures)network.Layers[l];
            sources = [.. Enumerable.Range(0, network.Layers[l].Outputs).Select(output => sources[layer.InputOf(output)])];
        }
        return sources;
    }

    private Real[] MeasureBaseline()
    {
        var preparation = CreatePreparation(rows: 1);
        var categories = Form.Network.Categories;
        Real[] features = CenterOf(Trained), standardized = new Real[Inputs];
        var baseline = Prepare().ToArray();
        if (categories.Count == 0 || Trained.Means is not { } means) return baseline;

        // Every feature with categories is at its k-th category at the same time.
        var shares = means.Shares.Select((values, i) => (categories[i].Slot, values)).ToDictionary(each => each.Slot, each => each.values);
        var sums = new double[Width];
        for (var k = 0; k < shares.Values.Max(values => values.Length); k++)
        {
            if (!shares.Values.Any(values => ShareOf(values, k) > 0)) continue;
            foreach (var slot in shares.Keys) features[slot] = k;
            var prepared = Prepare();
            for (var i = 0; i < sums.Length; i++)
                if (shares.TryGetValue(_sources[i], out var values) && ShareOf(values, k) is > 0 and var share)
                    sums[i] += share * (double)prepared[i];
        }
        for (var i = 0; i < sums.Length; i++)
            if (shares.ContainsKey(_sources[i])) baseline[i] = (Real)sums[i];
        return baseline;

        ReadOnlySpan<Real> Prepare()
        {
            Standardize(new ReadOnlyMatrix(features, 1, Inputs), new Matrix(standardized, 1, Inputs));
            return preparation.Forward(new ReadOnlyMatrix(standardized, 1, Inputs)).Values;
        }
    }

    private static Real ShareOf(Real[] shares, int category) => category < shares.Length ? shares[category] : 0;

    // Features with categories are 0, which is an unknown category.
    private static Real[] CenterOf(TrainedNetwork trained)
    {
        if (trained.Means is { } means) return means.Features.ToArray();
        if (trained.Inputs is not { } scaling) return new Real[trained.Network.Inputs];
        return scaling.Means.ToArray();
    }
}
