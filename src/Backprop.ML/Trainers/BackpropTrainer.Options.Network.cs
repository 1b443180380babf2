using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    // The network: its layers, and regularization of its units.
    public sealed partial class Options
    {
        /// <summary>The number of units of every hidden layer, first to last.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has 64, 64. Each at least 1. An empty array makes a linear model.</value>
        public int[] HiddenLayers { get => Get<int[]>(); set => Set(value); }

        /// <summary>The activation function of the hidden layers.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has <see cref="ReLU"/>. Ignored without hidden layers.</value>
        public Activation Activation { get => Get<Activation>(); set => Set(value); }

        /// <summary>An activation function for every hidden layer, first to last.</summary>
        /// <value>Null: <see cref="Activation"/> for all. Otherwise as many as hidden layers.</value>
        public Activation[]? Activations { get => Get<Activation[]?>(); set => Set(value); }

        /// <summary>How hidden units are normalized, between the weights and the activation.</summary>
        /// <value><see cref="Normalization.None"/>. Batch normalization needs batches of some dozen rows; layer normalization works with
        /// any.</value>
        public Normalization Normalization { get => Get<Normalization>(); set => Set(value); }

        /// <summary>The share of hidden units that each training step drops, against overfitting.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has 0. In [0, 1).</value>
        public double Dropout { get => Get<double>(); set => Set(value); }

        /// <summary>The share of features that each training step drops.</summary>
        /// <value>0; in [0, 1).</value>
        public double InputDropout { get => Get<double>(); set => Set(value); }

        /// <summary>The share of hidden units that each training step drops in the form that suits <see cref="SELU"/>.</summary>
        /// <value>0; in [0, 1).</value>
        public double AlphaDropout { get => Get<double>(); set => Set(value); }

        /// <summary>σ: the standard deviation of noise that each training step adds to the features.</summary>
        /// <remarks>The features are standardized first, unless <see cref="NormalizeFeatures"/> is false.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has 0. ≥ 0 and finite.</value>
        public double InputNoise { get => Get<double>(); set => Set(value); }

        /// <summary>Slots of the features that contain category indices; each index becomes a learned vector.</summary>
        /// <remarks>Indices start at 1. <c>Conversion.MapValue</c> can compute them from text.</remarks>
        /// <value>None. Zero and any other value mean an unknown category. These slots are not normalized.</value>
        public EmbeddedCategory[] Categories { get => Get<EmbeddedCategory[]>(); set => Set(value); }

        /// <summary>Whether features with heavily concentrated values are replaced by their quantiles
        /// (<see cref="Layers.QuantileTransform"/>).</summary>
        /// <remarks>Examples are an amount that is mostly 0 and, for classes, dates written as one integer
        /// (<see cref="Training.ExampleSet.ConcentratedFeatures"/>).</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has false. Sparse features do not change.</value>
        public bool QuantileTransform { get => Get<bool>(); set => Set(value); }

        /// <summary>The scale s of scaled features: x becomes s·asinh(x/s). Outliers come close, like logarithms, but stay apart.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has null: unchanged. Otherwise &gt; 0 and finite; 3 suits
        /// <see cref="FeatureScaling.Robust"/>.</value>
        public double? AsinhScale { get => Get<double?>(); set => Set(value); }

        /// <summary>The limit of scaled features: x / √(1 + (x/limit)²). Outliers approach it smoothly.</summary>
        /// <value>Null: no limit. Otherwise &gt; 0 and finite; 3 suits <see cref="FeatureScaling.Robust"/>. After
        /// <see cref="AsinhScale"/>, if both are set.</value>
        public double? SmoothClip { get => Get<double?>(); set => Set(value); }

        /// <summary>How each numeric feature becomes several learned values before the first hidden layer.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has null: no embedding. <see cref="PeriodicPhaseEmbedding"/>,
        /// <see cref="PeriodicEmbedding"/> and <see cref="PiecewiseLinearEmbedding"/> often help with few columns.</value>
        public NumericEmbedding? NumericEmbedding { get => Get<NumericEmbedding?>(); set => Set(value); }

        /// <summary>Whether each feature has a learned factor before the first hidden layer.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has false.</value>
        public bool InputScale { get => Get<bool>(); set => Set(value); }

        /// <summary>Named features in which the scores never decrease, or never increase, with all other features fixed.</summary>
        /// <remarks>By construction, not by a penalty. An <see cref="Activation"/> of the preset that may decrease is replaced where
        /// constrained features enter. Missing values have no order. For all tasks except multiclass classification and anomaly
        /// detection.</remarks>
        /// <value>Null: no constraints. Cannot be combined with <see cref="Normalization"/>, <see cref="InitialParameters"/>, or an
        /// activation of your own that may decrease.</value>
        public MonotoneConstraints? MonotoneConstraints { get => Get<MonotoneConstraints?>(); set => Set(value); }

        /// <summary>Whether each hidden layer as wide as the one before it is a residual block.</summary>
        /// <remarks>A residual block learns what to add to its input.</remarks>
        /// <value>False.</value>
        public bool Residual { get => Get<bool>(); set => Set(value); }

        /// <summary>Whether layers use the neural tangent parametrization: weights of size 1 at any width.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has false. If true, <see cref="Initializer"/> should be <see cref="NtkNormal"/> or
        /// <see cref="DataDependent"/>.</value>
        public bool NtkParametrization { get => Get<bool>(); set => Set(value); }

        /// <summary>Whether the last layer also receives the features: a linear model and a network in one.</summary>
        /// <value>False.</value>
        public bool InputSkip { get => Get<bool>(); set => Set(value); }

        /// <summary>The maximum number of values of a key that becomes columns of 0 and 1 (<see cref="OneHotEncoding"/>), including the
        /// missing value.</summary>
        /// <remarks>The keys are those of <see cref="CategoricalFeatureColumnNames"/>. The columns are scaled and clipped like other
        /// features, but not embedded.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has 0: no columns. At least 0. 9 is common: keys of up to eight values, and
        /// missing. A key of two values becomes one column of 1 and −1.</value>
        public int MaximumOneHotValues { get => Get<int>(); set => Set(value); }

        /// <summary>The maximum number of different values of a numeric feature for which a column of 0 and 1 is added for each value
        /// (<see cref="Layers.ValueIndicators"/>). The network can then learn steps between these values, as trees do.</summary>
        /// <remarks>A feature needs at least 3 values, on average 10 training rows for each, and no rare value
        /// (<see cref="Training.ExampleSet.FewValuedFeatures"/>). Features with categories or constraints have no such columns. If there
        /// would be more than 128, there are none.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has 0: no columns. At least 0. Sparse features do not change. Must be 0 for
        /// anomaly detection.</value>
        public int MaximumIndicatedValues { get => Get<int>(); set => Set(value); }

        /// <summary>The length of the learned vector for each value of a key.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has null: min(600, round(1.6·n^0.56)) for n values. Otherwise at least 1. 8 is
        /// common together with <see cref="MaximumOneHotValues"/>. <see cref="EmbeddedCategory.DefaultDimension"/> has the formula.</value>
        public int? EmbeddingDimension { get => Get<int?>(); set => Set(value); }

        /// <summary>The number of networks that are trained as one batched ensemble, whose predictions are averaged.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has 1. At least 1; 4 to 8 are common. Training time grows in proportion. It cannot
        /// be combined with <see cref="InputSkip"/> or L-BFGS.</value>
        public int EnsembleSize { get => Get<int>(); set => Set(value); }
    }
}
