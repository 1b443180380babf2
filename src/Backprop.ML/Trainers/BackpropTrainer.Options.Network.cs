using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    // The network: its layers, and what keeps it from learning by heart.
    public sealed partial class Options
    {
        /// <summary>Units of every hidden layer, first to last.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: 64, 64; each at least 1. An empty array makes a linear model.</value>
        public int[] HiddenLayers { get => Chosen(recipe => recipe.HiddenLayers); set => Choose(value); }

        /// <summary>The non-linearity of the hidden layers.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: <see cref="ReLU"/>. Ignored without hidden layers.</value>
        public Activation Activation { get => Chosen(recipe => recipe.Activation); set => Choose(value); }

        /// <summary>An activation for every hidden layer, first to last, where they are to differ.</summary>
        /// <value>Null: <see cref="Activation"/> for all. Otherwise as many as there are hidden layers.</value>
        public Activation[]? Activations { get; set; }

        /// <summary>How hidden units are normalized, between the weights and the activation.</summary>
        /// <value><see cref="Normalization.None"/>. Batch normalization wants batches of some dozen rows; layer normalization does not mind.</value>
        public Normalization Normalization { get; set; }

        /// <summary>The share of hidden units that is dropped in a step of training, against overfitting.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: 0; in [0, 1).</value>
        public double Dropout { get => Chosen(recipe => recipe.Dropout); set => Choose(value); }

        /// <summary>The share of features that is dropped in a step of training.</summary>
        /// <value>0; in [0, 1).</value>
        public double InputDropout { get; set; }

        /// <summary>The share of hidden units that is dropped in the way that suits <see cref="SELU"/>.</summary>
        /// <value>0; in [0, 1).</value>
        public double AlphaDropout { get; set; }

        /// <summary>σ of the noise that is added to the features in a step of training: of standardized features, unless <see cref="NormalizeFeatures"/> is off.</summary>
        /// <value>0; ≥ 0 and finite.</value>
        public double InputNoise { get; set; }

        /// <summary>Those slots of the features that hold the number of a category, as <c>Conversion.MapValue</c> makes it of text (from 1 on), and become a learned vector each.</summary>
        /// <value>None. Zero and any other number stand for an unknown category. These slots are not normalized.</value>
        public EmbeddedCategory[] Categories { get; set; } = [];

        /// <summary>Whether other slots most of whose values stand close together for their range become their quantile among the training rows (<see cref="Layers.QuantileTransform"/>): an amount that is mostly 0, say, or, for classes, dates written as one number (<see cref="Training.ExampleSet.ConcentratedFeatures"/>).</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: false. Sparse features stay as they are.</value>
        public bool QuantileTransform { get => Chosen(recipe => recipe.QuantileTransform); set => Choose(value); }

        /// <summary>What no other slot goes beyond, once it is scaled: x / √(1 + (x/limit)²).</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null: they stay as they are. Otherwise &gt; 0 and finite; 3 suits <see cref="FeatureScaling.Robust"/>.</value>
        public double? SmoothClip { get => Chosen(recipe => recipe.SmoothClip); set => Choose(value); }

        /// <summary>What becomes of every other slot before the first hidden layer: several learned numbers.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null: it stays one number. <see cref="PeriodicPhaseEmbedding"/>, <see cref="PeriodicEmbedding"/> and <see cref="PiecewiseLinearEmbedding"/> often help where columns are few and trees do well.</value>
        public NumericEmbedding? NumericEmbedding { get => Chosen(recipe => recipe.NumericEmbedding); set => Choose(value); }

        /// <summary>Whether a learned factor of every feature stands before the network.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: false.</value>
        public bool InputScale { get => Chosen(recipe => recipe.InputScale); set => Choose(value); }

        /// <summary>Whether every hidden layer that is as wide as the one before learns what to add to it: a residual block.</summary>
        /// <value>False.</value>
        public bool Residual { get; set; }

        /// <summary>Whether weights are of size 1 whatever the width of their layer: the neural tangent parametrization.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: false. If true, <see cref="Initializer"/> should be <see cref="NtkNormal"/> or <see cref="DataDependent"/>.</value>
        public bool NtkParametrization { get => Chosen(recipe => recipe.NtkParametrization); set => Choose(value); }

        /// <summary>Whether the last layer sees the features beside the last hidden layer: a linear model and a network in one.</summary>
        /// <value>False.</value>
        public bool InputSkip { get; set; }

        /// <summary>How many values a key of <see cref="CategoricalFeatureColumnNames"/> may have, the missing one counted, to become columns of 0 and 1 in place of a learned vector (<see cref="OneHotEncoding"/>). The columns are scaled and clipped as other features are, but not embedded.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: 0: none does; at least 0. 9 is usual: keys of up to eight values, and missing. A key of two values becomes one column of 1 and −1.</value>
        public int MaximumOneHotValues { get => Chosen(recipe => recipe.MaximumOneHotValues); set => Choose(value); }

        /// <summary>Numbers of the vector that stands for a value of any other key.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null: min(600, round(1.6·n^0.56)) for n values (<see cref="EmbeddedCategory.DefaultDimension"/>); otherwise at least 1. 8 is usual together with <see cref="MaximumOneHotValues"/>.</value>
        public int? EmbeddingDimension { get => Chosen(recipe => recipe.EmbeddingDimension); set => Choose(value); }

        /// <summary>How many networks are trained side by side, each as if it were alone, and averaged in prediction: an ensemble in one model.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: 1; at least 1. More take as many times longer; 4 to 8 are usual. Not together with <see cref="InputSkip"/> or L-BFGS.</value>
        public int EnsembleSize { get => Chosen(recipe => recipe.EnsembleSize); set => Choose(value); }
    }
}
