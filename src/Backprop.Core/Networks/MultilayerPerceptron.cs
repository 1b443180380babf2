using Backprop.Activations;
using Backprop.Layers;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>How hidden units are normalized, between the weights and the activation.</summary>
public enum Normalization
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary><see cref="Layers.BatchNormalization"/>: each unit over the batch.</summary>
    Batch,

    /// <summary><see cref="Layers.LayerNormalization"/>: each example over the units.</summary>
    Layer,
}

/// <summary>The usual feed-forward network: hidden layers of weights, normalization, activation and dropout, then a last layer of weights
/// alone. Immutable.</summary>
/// <remarks>For any other order of layers, see <see cref="NetworkBuilder"/>.</remarks>
public sealed partial record MultilayerPerceptron
{
    /// <summary>The allowed values of each option: for its check, its message, and docs/reference/options.md.</summary>
    internal static OptionRanges Ranges { get; } = new()
    {
        [nameof(Normalization)] = ValueRange.Named,
        [nameof(Dropout)] = ValueRange.BelowOne,
        [nameof(InputDropout)] = ValueRange.BelowOne,
        [nameof(AlphaDropout)] = ValueRange.BelowOne,
        [nameof(InputNoise)] = ValueRange.NotNegative,
        [nameof(MissingValues)] = ValueRange.Named,
        [nameof(AsinhScale)] = ValueRange.Positive,
        [nameof(SmoothClip)] = ValueRange.Positive,
        [nameof(EnsembleSize)] = ValueRange.AtLeastOne,
        [nameof(HiddenLayers)] = ValueRange.CheckedByProperty("each at least 1"),
        [nameof(Activations)] = ValueRange.CheckedByProperty("as many as hidden layers"),
    };

    // Word counts and pixels have few values, too, but too many columns.
    private const int MaxValueIndicators = 128;

    /// <summary>Units of every hidden layer, first to last.</summary>
    /// <value>64, 64; each at least 1. None makes a linear model.</value>
    public IReadOnlyList<int> HiddenLayers
    {
        get;
        init =>
            field = value is not null && value.All(units => units >= 1)
                ? [.. value]
                : throw new ArgumentOutOfRangeException(
                    nameof(HiddenLayers), value is null ? null : string.Join(", ", value), "every hidden layer needs at least 1 unit");
    } = [64, 64];

    /// <summary>The non-linearity of the hidden layers.</summary>
    /// <value><see cref="ReLU"/>.</value>
    public Activation Activation { get; init; } = new ReLU();

    /// <summary>An activation for every hidden layer, first to last.</summary>
    /// <value>Null: <see cref="Activation"/> for all of them. Otherwise as many as there are hidden layers.</value>
    public IReadOnlyList<Activation>? Activations
    {
        get;
        init =>
            field = value switch
            {
                null => null,
                _ when value.Any(activation => activation is null) => throw new ArgumentException(
                    $"{nameof(Activations)} contains null; every hidden layer needs an activation.", nameof(Activations)),
                _ => [.. value],
            };
    }

    /// <summary>How hidden units are normalized.</summary>
    /// <value><see cref="Normalization.None"/>.</value>
    public Normalization Normalization { get; init => field = Ranges.Checked(value); }

    /// <summary>The share of hidden units that is dropped in a training step.</summary>
    /// <value>0; in [0, 1). 0.1 to 0.5 are usual against overfitting.</value>
    public double Dropout { get; init => field = Ranges.Checked(value); }

    /// <summary>The share of features that is dropped in a training step.</summary>
    /// <value>0; in [0, 1).</value>
    public double InputDropout { get; init => field = Ranges.Checked(value); }

    /// <summary>The share of hidden units that alpha dropout drops, for <see cref="SELU"/> (<see cref="Layers.AlphaDropout"/>).</summary>
    /// <value>0; in [0, 1).</value>
    public double AlphaDropout { get; init => field = Ranges.Checked(value); }

    /// <summary>σ of the noise that is added to the features in a training step (<see cref="Layers.GaussianNoise"/>).</summary>
    /// <value>0; ≥ 0 and finite.</value>
    public double InputNoise { get; init => field = Ranges.Checked(value); }

    /// <summary>Features that hold a category index, from 1 on. Each becomes a learned vector (<see cref="EntityEmbedding"/>).</summary>
    /// <value>None.</value>
    public IReadOnlyList<EmbeddedCategory> Categories
    {
        get;
        init => field = value is not null ? [.. value] : throw new ArgumentNullException(nameof(Categories));
    } = [];

    /// <summary>Features that hold a category index, from 1 on. Each becomes columns of 0 and 1 (<see cref="OneHotEncoding"/>). For few
    /// categories, this is as good as an embedding, and needs no learned parameters.</summary>
    /// <value>None.</value>
    public IReadOnlyList<OneHotCategory> OneHotCategories
    {
        get;
        init => field = value is not null ? [.. value] : throw new ArgumentNullException(nameof(OneHotCategories));
    } = [];

    /// <summary>Numeric features with few different values. Each stays a number, and columns of 0 and 1 are added, one for each value
    /// (<see cref="Layers.ValueIndicators"/>), in ascending order.</summary>
    /// <value>None. They must not hold categories, nor have constraints (<see cref="IncreasingFeatures"/>). Cannot be combined with
    /// <see cref="Autoencoder"/>. <see cref="Training.ExampleSet.FewValuedFeatures"/> finds them.</value>
    public IReadOnlyList<FewValuedFeature> FewValuedFeatures
    {
        get;
        init => field = value is not null ? [.. value] : throw new ArgumentNullException(nameof(FewValuedFeatures));
    } = [];

    /// <summary>How columns of 0 and 1 are shifted and scaled. Use the scaling of the trainer for the other features.</summary>
    /// <value>Null: not at all. Ignored without <see cref="OneHotCategories"/> and <see cref="FewValuedFeatures"/>.</value>
    public FeatureScaling? OneHotScaling { get; init; }

    /// <summary>The replacement of missing features (<see cref="Imputation"/>).</summary>
    /// <value><see cref="MissingValues.Skip"/>: there are no missing features.</value>
    public MissingValues MissingValues { get; init => field = Ranges.Checked(value); }

    /// <summary>Features with a missing-value indicator as an additional input, in ascending order.</summary>
    /// <value>None. Ignored if <see cref="MissingValues"/> is <see cref="MissingValues.Skip"/>.</value>
    public IReadOnlyList<int> IndicatedFeatures
    {
        get;
        init => field = value is not null ? [.. value] : throw new ArgumentNullException(nameof(IndicatedFeatures));
    } = [];

    /// <summary>Features that are replaced by their quantile among the examples (<see cref="Layers.QuantileTransform"/>), in ascending
    /// order. They must not hold categories.</summary>
    /// <value>None. Suits features with concentrated values (<see cref="Training.ExampleSet.ConcentratedFeatures"/>).</value>
    public IReadOnlyList<int> QuantileFeatures
    {
        get;
        init => field = value is not null ? [.. value] : throw new ArgumentNullException(nameof(QuantileFeatures));
    } = [];

    /// <summary>The scale s of all other features, and of columns of 0 and 1, after scaling: x becomes
    /// s·asinh(x/s). This is x where |x| is small, and grows like a logarithm where it is large
    /// (<see cref="Layers.AsinhScaling"/>).</summary>
    /// <value>Null: unchanged. Otherwise &gt; 0 and finite; 3 suits <see cref="FeatureScaling.Robust"/>. With
    /// <see cref="SmoothClip"/>, the result is clipped.</value>
    public double? AsinhScale { get; init => field = Ranges.Checked(value); }

    /// <summary>The limit of all other features, and of columns of 0 and 1, after scaling. Outliers approach it
    /// smoothly (<see cref="Layers.SmoothClip"/>).</summary>
    /// <value>Null: no limit. Otherwise &gt; 0 and finite; 3 suits <see cref="FeatureScaling.Robust"/>.</value>
    public double? SmoothClip { get; init => field = Ranges.Checked(value); }

    /// <summary>The embedding of every other feature before the first hidden layer: several learned values, so that the network is more
    /// flexible in each feature.</summary>
    /// <value>Null: each feature stays one value. Columns of 0 and 1 and missing-value indicators are never embedded, because they have
    /// no values between 0 and 1.</value>
    public NumericEmbedding? NumericEmbedding { get; init; }

    /// <summary>Whether a learned factor of every feature, or of every value of its embedding, comes before the first hidden layer
    /// (<see cref="Layers.InputScale"/>).</summary>
    /// <value>False.</value>
    public bool InputScale { get; init; }

    /// <summary>Whether every hidden layer that is as wide as the one before is a residual block: it learns what to add to its input
    /// (<see cref="Layers.SkipConnection"/>).</summary>
    /// <value>False.</value>
    public bool Residual { get; init; }

    /// <summary>Whether weights are of size 1 whatever the width of their layer (<see cref="Layers.NtkDense"/>).</summary>
    /// <value>False.</value>
    public bool NtkParametrization { get; init; }

    /// <summary>Whether the last layer reads the features in addition to the last hidden layer: a linear model and a network in one
    /// (<see cref="Layers.InputSkip"/>).</summary>
    /// <value>False. Without hidden layers, it reads them anyway.</value>
    public bool InputSkip { get; init; }

    /// <summary>Features in which the scores never decrease, with all other features fixed, in ascending order. They must not hold
    /// categories.</summary>
    /// <remarks>By construction: the weights of these features cannot have the other sign (<see cref="MonotoneDense"/>). Half of the hidden
    /// units depend on the other features only, and every hidden layer reads them. Constrained features are scaled and clipped. They have
    /// no <see cref="InputScale"/>, and <see cref="PiecewiseLinearEncoding"/> instead of any <see cref="NumericEmbedding"/>. A missing
    /// value has no order: it is replaced, and its indicator is free.</remarks>
    /// <value>None. Cannot be combined with <see cref="Normalization"/> or <see cref="Autoencoder"/>.</value>
    public IReadOnlyList<int> IncreasingFeatures
    {
        get;
        init => field = value is not null ? [.. value] : throw new ArgumentNullException(nameof(IncreasingFeatures));
    } = [];

    /// <summary>Features in which the scores never increase, with all other features fixed, in ascending order. See
    /// <see cref="IncreasingFeatures"/>.</summary>
    /// <value>None.</value>
    public IReadOnlyList<int> DecreasingFeatures
    {
        get;
        init => field = value is not null ? [.. value] : throw new ArgumentNullException(nameof(DecreasingFeatures));
    } = [];

    /// <summary>The activation of hidden units that depend on constrained features, in layers whose <see cref="Activation"/> may decrease.
    /// Some of these units have its <see cref="Reflected"/> and its <see cref="Saturated"/> form.</summary>
    /// <value><see cref="ReLU"/>; nondecreasing (<see cref="Activation.IsNondecreasing"/>). Ignored without constraints.</value>
    public Activation MonotoneActivation
    {
        get;
        init => field = value is { IsNondecreasing: true } ? value : throw new ArgumentException(
            $"{nameof(MonotoneActivation)} is {value?.ToString() ?? "null"}, but must be an activation that never decreases, such as "
            + $"{nameof(ReLU)} or {nameof(ELU)}.", nameof(MonotoneActivation));
    } = new ReLU();

    /// <summary>Whether the network is an autoencoder: it reconstructs its features, and its only output is the error of the reconstruction
    /// (<see cref="NetworkBuilder.ReconstructionError"/>). Train it with <see cref="Losses.AbsoluteError"/> and targets of 0.</summary>
    /// <remarks>Rumelhart, Hinton and Williams (1986), "Learning internal representations by error propagation". For anomalies: Hawkins,
    /// He, Williams and Baxter (2002), "Outlier detection using replicator neural networks".</remarks>
    /// <value>False. Cannot be combined with <see cref="InputSkip"/>, which would copy the features, nor with categories.</value>
    public bool Autoencoder { get; init; }

    /// <summary>Number of networks of this form in a batched ensemble: one network that contains all members. Each member is trained as
    /// if it were alone; predictions are averaged. All members use the same examples in the same order. They differ by their initial
    /// values and by the units that dropout drops.</summary>
    /// <remarks>Hansen and Salamon (1990), "Neural network ensembles"; batched as in Gorishniy, Kotelnikov and Babenko (2025), "TabM",
    /// arXiv:2410.24210, §3.2. Each member has its own layers, except for <see cref="MissingValues"/>. docs/decisions/0022.</remarks>
    /// <value>1; at least 1. Training time grows in proportion. Cannot be combined with <see cref="InputSkip"/>.</value>
    public int EnsembleSize { get; init => field = Ranges.Checked(value); } = 1;

    /// <summary>Makes the layers.</summary>
    /// <param name="inputs">Features per example; at least 1.</param>
    /// <param name="outputs">Scores per example; at least 1.</param>
    /// <exception cref="ArgumentException">There would be too many parameters, or there are not as many activations as hidden
    /// layers.</exception>
    public Network Build(int inputs, int outputs)
    {
        CheckCombination();
        if (Autoencoder && outputs != 1)
            throw new ArgumentException($"An autoencoder has one output, the error of its reconstruction, but {outputs} were requested.");
        var builder = new NetworkBuilder(inputs);
        if (MissingValues != MissingValues.Skip) builder.Imputation(MissingValues, IndicatedFeatures);
        if (FewValuedFeatures.Count > 0) builder.ValueIndicators(OneHotScaling, FewValuedFeatures);
        if (QuantileFeatures.Count > 0) builder.QuantileTransform(QuantileFeatures);
        var scaled = AddCategories(builder);
        if (AsinhScale is { } scale && scaled > 0) builder.AsinhScaling(scale, scaled);
        if (SmoothClip is { } limit && scaled > 0) builder.SmoothClip(limit, scaled);
        if (InputNoise > 0) builder.GaussianNoise(InputNoise);
        if (InputDropout > 0) builder.Dropout(InputDropout);
        var numbers = inputs - OneHotCategories.Count - Categories.Count;
        var monotone = IsConstrained ? AddMonotone(builder, inputs, numbers) : null;
        if (monotone is null && numbers > 0) NumericEmbedding?.AddTo(builder, numbers);
        if (monotone is null && InputScale) builder.InputScale();
        for (var l = 0; l < HiddenLayers.Count; l++)
        {
            var hidden = l;
            if (Residual && l > 0 && HiddenLayers[l] == HiddenLayers[l - 1]) builder.Residual(block => AddHidden(block, hidden, monotone));
            else AddHidden(builder, l, monotone);
        }
        if (InputSkip && HiddenLayers.Count > 0)
        {
            var width = builder.Width;
            builder.InputSkip();
            monotone?.AddFeatures(width, inputs, IncreasingFeatures, DecreasingFeatures);
        }
        if (monotone is not null) monotone.Last(builder, outputs, NtkParametrization);
        else AddDense(builder, Autoencoder ? inputs : outputs);
        if (Autoencoder) builder.ReconstructionError();
        return builder.Build();
    }

    // In this order: numeric features, missing-value indicators, columns of values, columns of categories. All these are counted. Embedded
    // categories follow.
    private int AddCategories(NetworkBuilder builder)
    {
        foreach (var category in OneHotCategories)
            if (Categories.Any(other => other.Slot == category.Slot))
                throw new ArgumentException(
                    $"{nameof(Categories)} and {nameof(OneHotCategories)} both name feature {category.Slot}. Name it in one of them.");
        IReadOnlyList<EmbeddedCategory> embedded = Categories;
        if (OneHotCategories.Count > 0)
        {
            var encoding = new OneHotEncoding(builder.Width, OneHotCategories, OneHotScaling);
            builder.Add(encoding);
            embedded = [.. Categories.Select(category => category with { Slot = encoding.ColumnOf(category.Slot) })];
        }
        builder.Replicate(EnsembleSize);
        var scaled = builder.Width - embedded.Count;
        if (embedded.Count > 0) builder.EntityEmbedding(embedded);
        return scaled;
    }

    // The embedding and the scale, of the other features only.
    private MonotoneLayers AddMonotone(NetworkBuilder builder, int inputs, int numbers)
    {
        int[] categories = [.. CategorySlots];
        CheckConstrained(inputs, categories);
        var monotone = new MonotoneLayers(builder.Width, IncreasingFeatures.Select(ColumnOf), DecreasingFeatures.Select(ColumnOf));
        if (NumericEmbedding is null && !InputScale) return monotone;
        if (NumericEmbedding is null) monotone.MoveToEnd(builder);
        else monotone.EncodeAtEnd(builder);
        var embedded = numbers - IncreasingFeatures.Count - DecreasingFeatures.Count;
        if (embedded > 0) NumericEmbedding?.AddTo(builder, embedded);
        monotone.SetLast(builder.Width);
        if (InputScale) monotone.InputScale(builder);
        return monotone;

        // Categories are moved behind the other features.
        int ColumnOf(int feature) => feature - categories.Count(category => category < feature);
    }

    /// <summary>Whether the scores are monotone in some features.</summary>
    internal bool IsConstrained => IncreasingFeatures.Count + DecreasingFeatures.Count > 0;

    private Activation ActivationOf(int layer) => Activations?[layer] ?? Activation;

    private void AddDense(NetworkBuilder builder, int units) => _ = NtkParametrization ? builder.NtkDense(units) : builder.Dense(units);

    private void AddHidden(NetworkBuilder builder, int layer, MonotoneLayers? monotone)
    {
        if (monotone is not null) monotone.Hidden(builder, HiddenLayers[layer], NtkParametrization);
        else AddDense(builder, HiddenLayers[layer]);
        if (Normalization == Normalization.Batch) builder.BatchNormalization();
        if (Normalization == Normalization.Layer) builder.LayerNormalization();
        if (monotone is not null) monotone.Activation(builder, ActivationOf(layer), MonotoneActivation);
        else builder.Activation(ActivationOf(layer));
        if (Dropout > 0) builder.Dropout(Dropout);
        if (AlphaDropout > 0) builder.AlphaDropout(AlphaDropout);
    }
}
