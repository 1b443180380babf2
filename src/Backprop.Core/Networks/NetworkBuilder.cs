using Backprop.Activations;
using Backprop.Layers;

namespace Backprop.Networks;

/// <summary>Appends layers one after another, and computes their widths.</summary>
/// <example>
/// <code>
/// var network = new NetworkBuilder(inputs: 20)
///     .Dense(64).BatchNormalization().Activation(new ReLU()).Dropout(0.1)
///     .Residual(block => block.Dense(64).Activation(new ReLU()).Dense(64))
///     .Dense(1)
///     .Build();
/// </code>
/// </example>
public sealed class NetworkBuilder
{
    private readonly List<Layer> _layers;
    private readonly int _features;
    private int _members = 1;

    /// <summary>Begins with the features.</summary>
    /// <param name="inputs">Features per example; at least 1.</param>
    public NetworkBuilder(int inputs) : this(inputs, inputs, ensembleSize: 1)
    {
    }

    private NetworkBuilder(int width, int features, int ensembleSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1, "inputs");
        (Width, _features, _members, _layers) = (width, features, ensembleSize, []);
    }

    /// <summary>Outputs of the last layer so far, per example; of an ensemble, those of one member.</summary>
    public int Width { get; private set; }

    /// <summary>Appends any layer; in an ensemble, every member has one like it, with parameters of its own.</summary>
    /// <exception cref="ArgumentException">Its inputs are not as many as the outputs of the last layer, or members cannot have one
    /// each.</exception>
    public NetworkBuilder Add(Layer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (layer.Inputs != Width)
            throw new ArgumentException(
                $"{layer.GetType().Name} has {layer.Inputs} inputs, but must have {Width}, the width of the network so far.",
                nameof(layer));
        _layers.Add(Replicated(layer));
        Width = layer.Outputs;
        return this;
    }

    /// <summary>Makes a batched ensemble of the layers that follow. Each member is trained as if it were alone; the predictions are
    /// averaged.</summary>
    /// <param name="ensembleSize">Number of members; at least 1. With 1, there is no ensemble.</param>
    /// <exception cref="ArgumentException">The network is an ensemble already.</exception>
    public NetworkBuilder Replicate(int ensembleSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ensembleSize, 1);
        if (ensembleSize == 1) return this;
        if (_members > 1)
            throw new ArgumentException(
                $"The network has {_members} members already. Call {nameof(Replicate)} once only.", nameof(ensembleSize));
        _layers.Add(new Replicate(Width, ensembleSize));
        _members = ensembleSize;
        return this;
    }

    /// <summary>y = x·W + b.</summary>
    /// <param name="units">Outputs; at least 1.</param>
    public NetworkBuilder Dense(int units) => Add(new Dense(Width, units));

    /// <inheritdoc cref="Layers.NtkDense"/>
    /// <param name="units">Outputs; at least 1.</param>
    public NetworkBuilder NtkDense(int units) => Add(new NtkDense(Width, units));

    /// <summary>y = f(x), element by element.</summary>
    /// <param name="activation">The function f.</param>
    public NetworkBuilder Activation(Activation activation) => Add(ActivationLayer.For(Width, activation));

    /// <inheritdoc cref="Layers.BatchNormalization"/>
    /// <param name="momentum">The weight of the batch in the running mean and variance; in (0, 1].</param>
    /// <param name="epsilon">Keeps the quotient finite; &gt; 0.</param>
    public NetworkBuilder BatchNormalization(double momentum = 0.1, double epsilon = 1e-5) =>
        Add(new BatchNormalization(Width, momentum, epsilon));

    /// <inheritdoc cref="Layers.LayerNormalization"/>
    /// <param name="epsilon">Keeps the quotient finite; &gt; 0.</param>
    public NetworkBuilder LayerNormalization(double epsilon = 1e-5) => Add(new LayerNormalization(Width, epsilon));

    /// <inheritdoc cref="Layers.Dropout"/>
    /// <param name="rate">The share to drop; in [0, 1).</param>
    public NetworkBuilder Dropout(double rate) => Add(new Dropout(Width, rate));

    /// <inheritdoc cref="Layers.AlphaDropout"/>
    /// <param name="rate">The share to drop; in [0, 1).</param>
    public NetworkBuilder AlphaDropout(double rate) => Add(new AlphaDropout(Width, rate));

    /// <inheritdoc cref="Layers.GaussianNoise"/>
    /// <param name="standardDeviation">σ; ≥ 0 and finite.</param>
    public NetworkBuilder GaussianNoise(double standardDeviation) => Add(new GaussianNoise(Width, standardDeviation));

    /// <inheritdoc cref="Layers.EntityEmbedding"/>
    /// <param name="categories">The features that hold categories; at least one, no feature twice.</param>
    public NetworkBuilder EntityEmbedding(params IReadOnlyList<EmbeddedCategory> categories) => Add(new EntityEmbedding(Width, categories));

    /// <inheritdoc cref="Layers.OneHotEncoding"/>
    /// <param name="scaling">How the columns are shifted and scaled; null for not at all.</param>
    /// <param name="categories">The features that hold categories; at least one, no feature twice.</param>
    public NetworkBuilder OneHotEncoding(FeatureScaling? scaling, params IReadOnlyList<OneHotCategory> categories) =>
        Add(new OneHotEncoding(Width, categories, scaling));

    /// <inheritdoc cref="Layers.Imputation"/>
    /// <param name="replacement">The replacement of missing features.</param>
    /// <param name="indicated">Features with a missing-value indicator, in ascending order.</param>
    public NetworkBuilder Imputation(MissingValues replacement, params IReadOnlyList<int> indicated) =>
        Add(new Imputation(Width, replacement, indicated));

    /// <inheritdoc cref="Layers.ValueIndicators"/>
    /// <param name="scaling">How the columns are shifted and scaled; null for not at all.</param>
    /// <param name="features">The features with few values, in ascending order; at least one.</param>
    public NetworkBuilder ValueIndicators(FeatureScaling? scaling, params IReadOnlyList<FewValuedFeature> features) =>
        Add(new ValueIndicators(Width, features, scaling));

    /// <inheritdoc cref="Layers.QuantileTransform"/>
    /// <param name="features">The transformed features, in ascending order; at least one.</param>
    public NetworkBuilder QuantileTransform(params IReadOnlyList<int> features) => Add(new QuantileTransform(Width, features));

    /// <summary>Replaces each of the first outputs of the last layer by several learned values. The other outputs are copied
    /// unchanged.</summary>
    /// <param name="embedding">The kind of embedding.</param>
    /// <param name="features">How many outputs, from the first on; null for all.</param>
    public NetworkBuilder Embed(NumericEmbedding embedding, int? features = null)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        embedding.AddTo(this, features ?? Width);
        return this;
    }

    /// <inheritdoc cref="Layers.SmoothClip"/>
    /// <param name="limit">The limit of the absolute values; &gt; 0 and finite.</param>
    /// <param name="features">How many outputs, from the first on; null for all.</param>
    public NetworkBuilder SmoothClip(double limit = 3, int? features = null) => Add(new SmoothClip(Width, features ?? Width, limit));

    /// <inheritdoc cref="Layers.AsinhScaling"/>
    /// <param name="scale">Where the logarithm begins; &gt; 0 and finite.</param>
    /// <param name="features">How many outputs, from the first on; null for all.</param>
    public NetworkBuilder AsinhScaling(double scale = 3, int? features = null) => Add(new AsinhScaling(Width, features ?? Width, scale));

    /// <inheritdoc cref="Layers.InputScale"/>
    public NetworkBuilder InputScale() => Add(new InputScale(Width));

    /// <inheritdoc cref="Layers.InputSkip"/>
    public NetworkBuilder InputSkip() => Add(new InputSkip(Width, _features));

    /// <summary>Ends an autoencoder: the last outputs are a reconstruction of the network's features, and y is its error: the weighted mean
    /// square of reconstruction − feature over the features. A missing feature has the error 0.</summary>
    /// <exception cref="ArgumentException">The network so far has not one output for each feature.</exception>
    public NetworkBuilder ReconstructionError()
    {
        if (Width != _features)
            throw new ArgumentException(
                $"A reconstruction needs one output for each of the {_features} features, but the width of the network so far is {Width}.");
        return Add(new ReconstructionResidual(_features)).Add(new WeightedMeanSquare(_features));
    }

    /// <summary>A residual block: y = x + block(x).</summary>
    /// <param name="block">Appends the layers of the block, at least one. The block must end with its initial width.</param>
    /// <exception cref="ArgumentException">The block is empty or ends with another width.</exception>
    public NetworkBuilder Residual(Action<NetworkBuilder> block)
    {
        ArgumentNullException.ThrowIfNull(block);
        var inner = new NetworkBuilder(Width, _features, _members);
        block(inner);
        if (inner._layers.Count == 0) throw new ArgumentException("A residual block needs at least one layer.", nameof(block));
        if (inner.Width != Width)
            throw new ArgumentException(
                $"A residual block must end with its initial width, {Width}, but it ends with {inner.Width}.", nameof(block));
        _layers.AddRange(inner._layers);
        _layers.Add(Replicated(new SkipConnection(Width, inner._layers.Count)));
        return this;
    }

    /// <summary>The network of the layers so far.</summary>
    /// <exception cref="ArgumentException">There is no layer, or there are too many parameters.</exception>
    public Network Build() => new([.. _layers]);

    private Layer Replicated(Layer layer) => _members == 1 ? layer : layer.Replicated(_members);
}
