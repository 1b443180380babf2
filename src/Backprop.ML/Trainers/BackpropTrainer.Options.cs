using Backprop.Activations;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Tasks;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    /// <summary>A <see cref="Options.BatchSize"/> that no data set reaches: every step uses all examples, as in classic gradient descent.</summary>
    public const int FullBatch = TrainingOptions.FullBatch;

    /// <summary>Everything that can be chosen about columns, network and training. Checked when a trainer is made of it; later changes have no effect on that trainer.</summary>
    public sealed class Options
    {
        /// <summary>The column to predict: Boolean, key or Single; its type decides the task.</summary>
        /// <value>"Label".</value>
        public string LabelColumnName { get; set; } = DefaultColumnNames.Label;

        /// <summary>The column to predict from: a vector of Single of known size.</summary>
        /// <value>"Features".</value>
        public string FeatureColumnName { get; set; } = DefaultColumnNames.Features;

        /// <summary>A column of Single that says how much each row counts: weight 2 counts like the row twice.</summary>
        /// <value>Null: all rows count the same.</value>
        public string? ExampleWeightColumnName { get; set; }

        /// <summary>Units of every hidden layer, first to last.</summary>
        /// <value>64, 64; each at least 1. An empty array makes a linear model.</value>
        public int[] HiddenLayers { get; set; } = [64, 64];

        /// <summary>The non-linearity of the hidden layers.</summary>
        /// <value><see cref="ReLU"/>. Ignored without hidden layers.</value>
        public Activation Activation { get; set; } = new ReLU();

        /// <summary>An activation for every hidden layer, first to last, where they are to differ.</summary>
        /// <value>Null: <see cref="Activation"/> for all. Otherwise as many as there are hidden layers.</value>
        public Activation[]? Activations { get; set; }

        /// <summary>How hidden units are normalized, between the weights and the activation.</summary>
        /// <value><see cref="Normalization.None"/>. Batch normalization wants batches of some dozen rows; layer normalization does not mind.</value>
        public Normalization Normalization { get; set; }

        /// <summary>The share of hidden units that is dropped in a step of training, against overfitting.</summary>
        /// <value>0; in [0, 1).</value>
        public double Dropout { get; set; }

        /// <summary>The share of features that is dropped in a step of training.</summary>
        /// <value>0; in [0, 1).</value>
        public double InputDropout { get; set; }

        /// <summary>The share of hidden units that is dropped in the way that suits <see cref="SELU"/>.</summary>
        /// <value>0; in [0, 1).</value>
        public double AlphaDropout { get; set; }

        /// <summary>σ of the noise that is added to the features in a step of training: of standardized features, unless <see cref="NormalizeFeatures"/> is off.</summary>
        /// <value>0; ≥ 0 and finite.</value>
        public double InputNoise { get; set; }

        /// <summary>Whether and how rows are mixed for training.</summary>
        /// <value>Null: each is learned from by itself.</value>
        public Mixup? Mixup { get; set; }

        /// <summary>Those slots of the features that hold the number of a category, as <c>Conversion.MapValue</c> makes it of text (from 1 on), and become a learned vector each.</summary>
        /// <value>None. Zero and any other number stand for an unknown category. These slots are not normalized.</value>
        public EmbeddedCategory[] Categories { get; set; } = [];

        /// <summary>What becomes of every other slot before the first hidden layer: several learned numbers.</summary>
        /// <value>Null: it stays one number. <see cref="PeriodicPhaseEmbedding"/>, <see cref="PeriodicEmbedding"/> and <see cref="PiecewiseLinearEmbedding"/> often help where columns are few and trees do well.</value>
        public NumericEmbedding? NumericEmbedding { get; set; }

        /// <summary>Whether a learned factor of every feature stands before the network.</summary>
        /// <value>False.</value>
        public bool FrontScale { get; set; }

        /// <summary>Whether every hidden layer that is as wide as the one before learns what to add to it: a residual block.</summary>
        /// <value>False.</value>
        public bool Residual { get; set; }

        /// <summary>Whether weights are of size 1 whatever the width of their layer: the neural tangent parametrization.</summary>
        /// <value>False. If true, <see cref="Initializer"/> should be <see cref="NtkNormal"/> or <see cref="DataDependent"/>.</value>
        public bool NtkParametrization { get; set; }

        /// <summary>Whether the last layer sees the features beside the last hidden layer: a linear model and a network in one.</summary>
        /// <value>False.</value>
        public bool InputSkip { get; set; }

        /// <summary>J: what is minimised.</summary>
        /// <value>Null, which stands for the task's own: <see cref="LogisticLoss"/>, <see cref="SoftmaxCrossEntropy"/> or <see cref="SquaredError"/>. Others are in <see cref="Loss.All"/>, and a user may derive one.</value>
        public Loss? LossFunction { get; set; }

        /// <summary>The update rule.</summary>
        /// <value><see cref="Adam"/>.</value>
        public Optimizer Optimizer { get; set; } = new Adam();

        /// <summary>α: the length of a step.</summary>
        /// <value>Null, which stands for what is customary for the optimizer (Adam 0.001, Sgd and Momentum 0.01); otherwise &gt; 0 and finite.</value>
        public double? LearningRate { get; set; }

        /// <summary>How α changes in the course of training: a factor of <see cref="LearningRate"/> for every step.</summary>
        /// <value><see cref="ConstantSchedule"/>.</value>
        public Schedule LearningRateSchedule { get; set; } = new ConstantSchedule();

        /// <summary>How decoupled weight decay changes: a factor of <see cref="WeightDecay"/> for every step.</summary>
        /// <value>Null: it does not.</value>
        public Schedule? WeightDecaySchedule { get; set; }

        /// <summary>How momentum changes: a factor of the optimizer's for every step.</summary>
        /// <value>Null: it does not. Otherwise the optimizer must have one: Adam, AdamW, AMSGrad, momentum, Nesterov.</value>
        public Schedule? MomentumSchedule { get; set; }

        /// <summary>How dropout changes: a factor of <see cref="Dropout"/> and <see cref="InputDropout"/> for every step.</summary>
        /// <value>Null: it does not. The product must stay below 1.</value>
        public Schedule? DropoutSchedule { get; set; }

        /// <summary>How label smoothing changes: a factor of the loss's for every step. Validation uses the loss as it is.</summary>
        /// <value>Null: it does not. The product must stay below 1.</value>
        public Schedule? LabelSmoothingSchedule { get; set; }

        /// <summary>Passes over the training data.</summary>
        /// <value>100; at least 1.</value>
        public int NumberOfIterations { get; set; } = 100;

        /// <summary>Examples per step.</summary>
        /// <value>Null, which stands for about 1/64 of the rows as a power of two from 8 to 1024; otherwise at least 1. <see cref="FullBatch"/> takes all rows at once.</value>
        public int? BatchSize { get; set; }

        /// <summary>Whether the rows come in a new random order in every pass.</summary>
        /// <value>True. A full batch keeps the order of the data.</value>
        public bool Shuffle { get; set; } = true;

        /// <summary>The rule for starting weights.</summary>
        /// <value><see cref="GlorotUniform"/>. Ignored when training goes on from an earlier model.</value>
        public Initializer Initializer { get; set; } = new GlorotUniform();

        /// <summary>Whether the biases of the last layer start where the best constant prediction is: log-odds of the base rate, logarithms of class frequencies, a mean, as the loss has it.</summary>
        /// <value>False: the initializer sets them. Worth most for rare classes. Ignored when parameters are given, or training goes on from an earlier model.</value>
        public bool OutputBiasPrior { get; set; }

        /// <summary>The parameters to start from, in place of the initializer's: for every layer in order, a dense one's W [inputs × outputs] row-major and then b.</summary>
        /// <value>Null: the initializer draws them. Otherwise as many as the network has; another number is refused by <c>Fit</c>, with the shapes. Ignored when training goes on from an earlier model.</value>
        public float[]? InitialParameters { get; set; }

        /// <summary>λ₁: adds λ₁·Σ|θ| to J, which draws small weights to zero.</summary>
        /// <value>0; ≥ 0 and finite. Of weights only, unless <see cref="ParameterGroups"/> says otherwise. Reported losses leave it out.</value>
        public double L1Regularization { get; set; }

        /// <summary>λ₂: adds ½·λ₂·Σθ² to J, which keeps weights small. scikit-learn's <c>alpha</c> is λ₂ times the rows of a batch.</summary>
        /// <value>0; ≥ 0 and finite. Of weights only, unless <see cref="ParameterGroups"/> says otherwise. Reported losses leave it out.</value>
        public double L2Regularization { get; set; }

        /// <summary>λ: θ ← θ − α·λ·θ before every step, beside the optimizer (decoupled). </summary>
        /// <value>Null, which stands for what is customary for the optimizer: 0.01 for <see cref="AdamW"/>, 0 for others; otherwise ≥ 0 and finite. Of weights only, unless <see cref="ParameterGroups"/> says otherwise.</value>
        public double? WeightDecay { get; set; }

        /// <summary>The longest Euclidean norm of the weights that enter a unit; longer ones are shortened after every step.</summary>
        /// <value>Null, which does not; otherwise &gt; 0 and finite. 2 to 4 are customary, together with dropout.</value>
        public double? MaximumNorm { get; set; }

        /// <summary>Whether to predict with an average of the weights on their way.</summary>
        /// <value>Null: with the weights as they are in the end. Otherwise <see cref="ExponentialMovingAverage"/> or <see cref="StochasticWeightAveraging"/>.</value>
        public WeightAveraging? WeightAveraging { get; set; }

        /// <summary>How gradients are kept short.</summary>
        /// <value>Null: not at all. <c>new GradientClipping(ClippingMeasure.GlobalNorm, 1)</c> is customary.</value>
        public GradientClipping? GradientClipping { get; set; }

        /// <summary>Factors of learning rate and regularization for weights, biases and others.</summary>
        /// <value>All learn alike; biases and the parameters of normalization and activation are not regularized.</value>
        public ParameterGroups ParameterGroups { get; set; } = new();

        /// <summary>When to stop early and go back to the best weights.</summary>
        /// <value>Patience of 10 passes; null never stops early. Ignored when <c>Fit</c> receives no validation data.</value>
        public EarlyStopping? EarlyStopping { get; set; } = new();

        /// <summary>When to stop because the training loss no longer falls: scikit-learn's rule.</summary>
        /// <value>Null: never.</value>
        public LossTolerance? LossTolerance { get; set; }

        /// <summary>How long training may take, reading not counted. Afterwards no other minibatch begins; what was learned is kept.</summary>
        /// <value>Null: as long as it takes; otherwise &gt; 0. How far training comes depends on the machine, so the result does, too.</value>
        public TimeSpan? MaximumTrainingTime { get; set; }

        /// <summary>Whether features are shifted and scaled to mean 0 and standard deviation 1, inside the model. A constant feature becomes 0.</summary>
        /// <value>True. Going on from an earlier model uses that model's numbers.</value>
        public bool NormalizeFeatures { get; set; } = true;

        /// <summary>Whether the label of a regression is shifted and scaled for training, inside the model; predictions are in units of the label all the same.</summary>
        /// <value>True. Ignored for classification, and for losses whose predictions are not in units of the label (<see cref="Loss.AllowsTargetScaling"/>).</value>
        public bool NormalizeLabel { get; set; } = true;

        /// <summary>Where random numbers start: same seed and same data, same bits.</summary>
        /// <value>Null: drawn once from the <c>MLContext</c> when the trainer is made.</value>
        public int? Seed { get; set; }

        /// <summary>Threads to train with. The result does not depend on it.</summary>
        /// <value>Null: as many as there are processors that no other training of this process uses; otherwise at least 1, and an upper bound. Small steps are left to fewer threads.</value>
        public int? NumberOfThreads { get; set; }

        /// <summary>Bytes that the rows of the training and validation data may take in memory: rows × (features + label + weight) × 4.</summary>
        /// <value>Null: the memory that .NET may use on this machine or in this container; otherwise at least 1. Data that takes more is refused before training.</value>
        public long? MemoryBudget { get; set; }

        /// <summary>Whether every report says how activations and gradients fare from layer to layer; when they vanish, explode or die, <c>MLContext.Log</c> warns of it in words.</summary>
        /// <value>False. If true, up to 256 rows more are taken forward and back in every pass; what is learned does not change.</value>
        public bool Diagnostics { get; set; }

        /// <summary>Told after every pass, on the thread that called <c>Fit</c>.</summary>
        /// <value>Null. The same numbers go to <c>MLContext.Log</c> and to the model's <c>History</c>.</value>
        public IProgress<EpochReport>? Progress { get; set; }

        internal Options Copy()
        {
            var copy = (Options)MemberwiseClone();
            copy.HiddenLayers = [.. HiddenLayers];
            copy.Categories = [.. Categories];
            copy.InitialParameters = InitialParameters is null ? null : [.. InitialParameters];
            return copy;
        }

        /// <summary>The layers; the setters check the ranges.</summary>
        internal MultilayerPerceptron ToPerceptron() => new()
        {
            HiddenLayers = HiddenLayers,
            Activation = Activation,
            Activations = Activations,
            Normalization = Normalization,
            Dropout = Dropout,
            InputDropout = InputDropout,
            AlphaDropout = AlphaDropout,
            InputNoise = InputNoise,
            Categories = Categories,
            NumericEmbedding = NumericEmbedding,
            FrontScale = FrontScale,
            Residual = Residual,
            InputSkip = InputSkip,
            NtkParametrization = NtkParametrization,
        };

        /// <summary>The part that the core understands; its setters check the ranges.</summary>
        internal TrainingOptions ToTrainingOptions(Loss loss, int seed) => new()
        {
            Loss = loss,
            Optimizer = Optimizer,
            LearningRate = LearningRate,
            LearningRateSchedule = LearningRateSchedule,
            WeightDecaySchedule = WeightDecaySchedule,
            MomentumSchedule = MomentumSchedule,
            DropoutSchedule = DropoutSchedule,
            LabelSmoothingSchedule = LabelSmoothingSchedule,
            NumberOfIterations = NumberOfIterations,
            BatchSize = BatchSize,
            Shuffle = Shuffle,
            Initializer = Initializer,
            OutputBiasPrior = OutputBiasPrior,
            InitialParameters = InitialParameters is { } given ? given : default(ReadOnlyMemory<float>?), // null itself would become empty memory
            L1Regularization = L1Regularization,
            L2Regularization = L2Regularization,
            WeightDecay = WeightDecay,
            MaximumNorm = MaximumNorm,
            Mixup = Mixup,
            WeightAveraging = WeightAveraging,
            GradientClipping = GradientClipping,
            ParameterGroups = ParameterGroups,
            EarlyStopping = EarlyStopping,
            LossTolerance = LossTolerance,
            MaximumTrainingTime = MaximumTrainingTime,
            StandardizeInputs = NormalizeFeatures,
            StandardizeTargets = NormalizeLabel,
            Diagnostics = Diagnostics,
            NumberOfThreads = NumberOfThreads,
            Seed = seed,
        };

        /// <exception cref="ArgumentException">An option is missing or out of range; the message names it and what is allowed.</exception>
        internal void Check(IExceptionContext context)
        {
            context.CheckNonEmpty(LabelColumnName, nameof(LabelColumnName));
            context.CheckNonEmpty(FeatureColumnName, nameof(FeatureColumnName));
            if (ExampleWeightColumnName is not null) context.CheckNonEmpty(ExampleWeightColumnName, nameof(ExampleWeightColumnName));
            context.CheckValue(HiddenLayers, nameof(HiddenLayers));
            context.CheckValue(Categories, nameof(Categories));
            context.CheckValue(Activation, nameof(Activation));
            context.CheckValue(Optimizer, nameof(Optimizer));
            context.CheckValue(LearningRateSchedule, nameof(LearningRateSchedule));
            context.CheckValue(Initializer, nameof(Initializer));
            context.CheckValue(ParameterGroups, nameof(ParameterGroups));
            if (NumberOfThreads < 1) throw OutOfRange(nameof(NumberOfThreads), NumberOfThreads, "must be at least 1");
            if (MemoryBudget < 1) throw OutOfRange(nameof(MemoryBudget), MemoryBudget, "must be at least 1");
            ToPerceptron().CheckActivations();
            _ = new Trainer(ToTrainingOptions(new SquaredError(), seed: 0));
        }

        internal Loss LossFor(LearningTask task)
        {
            if (EarlyStopping?.Metric is { } metric && !metric.Suits(task.TargetKind))
            {
                var suitable = Metric.All.Where(other => other.Suits(task.TargetKind)).Select(other => other.GetType().Name);
                throw OutOfRange(nameof(EarlyStopping), metric, $"does not suit {task.Name}; allowed are {string.Join(", ", suitable)}");
            }
            if (LossFunction is null) return task.DefaultLoss;
            if (LossFunction.TargetKind == task.TargetKind) return LossFunction;
            var allowed = Loss.All.Where(loss => loss.TargetKind == task.TargetKind).Select(loss => loss.GetType().Name);
            throw OutOfRange(nameof(LossFunction), LossFunction, $"does not suit {task.Name}; allowed are {string.Join(", ", allowed)} and others for {task.TargetKind} targets");
        }

        private static ArgumentOutOfRangeException OutOfRange(string option, object? value, string allowed) => new(option, value, allowed);
    }
}
