using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    // The loss, the way down, and when to stop.
    public sealed partial class Options
    {
        /// <summary>How pairs of rows are mixed for training.</summary>
        /// <value>Null: each is learned from by itself.</value>
        public Mixup? Mixup { get => Get<Mixup?>(); set => Set(value); }

        /// <summary>J: the loss that training minimizes.</summary>
        /// <value>Null, which stands for the task's own: <see cref="LogisticLoss"/>, <see cref="SoftmaxCrossEntropy"/> or
        /// <see cref="SquaredError"/>. Others are in <see cref="Loss.All"/>, and a user may derive one.</value>
        public Loss? LossFunction { get => Get<Loss?>(); set => Set(value); }

        /// <summary>ε: how far the targets of a classification move towards equal probabilities of all classes.</summary>
        /// <remarks>Smoothing improves accuracy, but makes probabilities less confident. <see cref="TemperatureScaling"/> corrects
        /// that.</remarks>
        /// <value>The preset's; in [0, 1). Of the task's own loss alone: a <see cref="LossFunction"/> has its own. Ignored for
        /// regression.</value>
        public double LabelSmoothing { get => Get<double>(); set => Set(value); }

        /// <summary>Whether scores are divided by a temperature after training, so that probabilities are calibrated on the validation
        /// rows.</summary>
        /// <remarks><see cref="TrainingOptions.TemperatureScaling"/> has the formula. PredictedLabel does not change.</remarks>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: false. Of classifications whose loss has logits
        /// (<see cref="Loss.HasLogits"/>), and only with validation data: <see cref="ValidationFraction"/>, <see cref="ValidationData"/>,
        /// <see cref="KFoldBagging"/>, or data given to <c>Fit</c>. Where a preset asks for it, and one of both is missing, or all
        /// validation rows are of one class, T is 1; a warning says so.</value>
        public bool TemperatureScaling { get => Get<bool>(); set => Set(value); }

        /// <summary>The update rule.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: <see cref="Adam"/>.</value>
        public Optimizer Optimizer { get => Get<Optimizer>(); set => Set(value); }

        /// <summary>α: the learning rate.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null, which stands for what is the optimizer's default (Adam 0.001, Sgd
        /// and Momentum 0.01); otherwise &gt; 0 and finite.</value>
        public double? LearningRate { get => Get<double?>(); set => Set(value); }

        /// <summary>A factor of <see cref="LearningRate"/> for every step.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: <see cref="ConstantSchedule"/>.</value>
        public Schedule LearningRateSchedule { get => Get<Schedule>(); set => Set(value); }

        /// <summary>A factor of <see cref="WeightDecay"/> for every step.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null: it does not.</value>
        public Schedule? WeightDecaySchedule { get => Get<Schedule?>(); set => Set(value); }

        /// <summary>A factor of the momentum of the optimizer for every step.</summary>
        /// <value>Null: it does not. Otherwise the optimizer must have one: Adam, AdamW, AMSGrad, momentum, Nesterov.</value>
        public Schedule? MomentumSchedule { get => Get<Schedule?>(); set => Set(value); }

        /// <summary>A factor of <see cref="Dropout"/> and <see cref="InputDropout"/> for every step.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null: it does not. The product must stay below 1.</value>
        public Schedule? DropoutSchedule { get => Get<Schedule?>(); set => Set(value); }

        /// <summary>A factor of the label smoothing of the loss for every step. Validation uses the loss without the factor.</summary>
        /// <value>Null: it does not. The product must stay below 1.</value>
        public Schedule? LabelSmoothingSchedule { get => Get<Schedule?>(); set => Set(value); }

        /// <summary>The number of epochs.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: 100; at least 1.</value>
        public int NumberOfIterations { get => Get<int>(); set => Set(value); }

        /// <summary>The number of rows per step.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null, which stands for about 1/64 of the rows as a power of two from 8 to
        /// 1024; otherwise at least 1. <see cref="FullBatch"/> takes all rows at once.</value>
        public int? BatchSize { get => Get<int?>(); set => Set(value); }

        /// <summary>Whether all batches of an epoch have the same number of rows, give or take one.</summary>
        /// <remarks>No batch is larger than <see cref="BatchSize"/>. Otherwise the last batch may be a single row, whose gradient is
        /// noisy.</remarks>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: false, as is usual. Of rows that are streamed, the last batch may be small
        /// anyway.</value>
        public bool EvenBatches { get => Get<bool>(); set => Set(value); }

        /// <summary>Whether every epoch uses the rows in a new random order.</summary>
        /// <value>True. A full batch keeps the order of the data.</value>
        public bool Shuffle { get => Get<bool>(); set => Set(value); }

        /// <summary>The rule for initial weights.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: <see cref="GlorotUniform"/>. Ignored when training goes on from an earlier
        /// model.</value>
        /// <remarks>The numbers have no names: their order is that of the features, keys and classes that occur in this training
        /// data.</remarks>
        public Initializer Initializer { get => Get<Initializer>(); set => Set(value); }

        /// <summary>Whether the biases of the last layer start at the best constant prediction, such as the log-odds of the base
        /// rate.</summary>
        /// <value>False: the initializer sets them. Worth most for rare classes. Ignored when parameters are given, or training goes on
        /// from an earlier model.</value>
        public bool OutputBiasPrior { get => Get<bool>(); set => Set(value); }

        /// <summary>Initial parameters that replace the initializer. For every layer in order: W [inputs × outputs] row-major, then
        /// b.</summary>
        /// <value>Null: the initializer draws them. Otherwise as many as the network has; another number is refused by <c>Fit</c>, with
        /// the shapes. Ignored when training goes on from an earlier model.</value>
        public float[]? InitialParameters { get => Get<float[]?>(); set => Set(value); }

        /// <summary>λ₁: adds λ₁·Σ|θ| to the loss, which moves small weights to zero.</summary>
        /// <value>0; ≥ 0 and finite. Of weights only, unless <see cref="ParameterGroups"/> says otherwise. Reported losses leave it
        /// out.</value>
        public double L1Regularization { get => Get<double>(); set => Set(value); }

        /// <summary>λ₂: adds ½·λ₂·Σθ² to the loss, which keeps weights small.</summary>
        /// <remarks>scikit-learn's <c>alpha</c> is λ₂ times the rows of a batch.</remarks>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: 0; ≥ 0 and finite. Of weights only, unless <see cref="ParameterGroups"/>
        /// says otherwise. Reported losses leave it out.</value>
        public double L2Regularization { get => Get<double>(); set => Set(value); }

        /// <summary>λ: decoupled weight decay, θ ← θ − α·λ·θ before every step.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null, which stands for what is the optimizer's default: 0.01 for
        /// <see cref="AdamW"/>, 0 for others; otherwise ≥ 0 and finite. Of weights only, unless <see cref="ParameterGroups"/> says
        /// otherwise.</value>
        public double? WeightDecay { get => Get<double?>(); set => Set(value); }

        /// <summary>The maximum Euclidean norm of the weights that enter a unit. Longer ones are shortened after every step.</summary>
        /// <value>Null, which does not; otherwise &gt; 0 and finite. 2 to 4 are usual, together with dropout.</value>
        public double? MaximumNorm { get => Get<double?>(); set => Set(value); }

        /// <summary>How weights are averaged over steps for prediction.</summary>
        /// <value>Null: with the weights as they are in the end. Otherwise <see cref="ExponentialMovingAverage"/> or
        /// <see cref="StochasticWeightAveraging"/>.</value>
        public WeightAveraging? WeightAveraging { get => Get<WeightAveraging?>(); set => Set(value); }

        /// <summary>How gradients are clipped.</summary>
        /// <value>Null: not at all. <c>new GradientClipping(ClippingMeasure.GlobalNorm, 1)</c> is usual.</value>
        public GradientClipping? GradientClipping { get => Get<GradientClipping?>(); set => Set(value); }

        /// <summary>Factors of learning rate and regularization for weights, biases and other groups of parameters.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: all learn alike; biases and the parameters of normalization and activation
        /// are not regularized.</value>
        public ParameterGroups ParameterGroups { get => Get<ParameterGroups>(); set => Set(value); }

        /// <summary>When training stops early, and which metric selects the best weights.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: patience of 10 passes; null never stops early. Ignored when <c>Fit</c>
        /// receives no validation data. A metric that is not defined for the validation rows gives way to the loss, with a warning.</value>
        public EarlyStopping? EarlyStopping { get => Get<EarlyStopping?>(); set => Set(value); }

        /// <summary>Whether each member of the ensemble trains on k−1 folds and is validated on the remaining fold.</summary>
        /// <remarks>Early stopping uses all rows: each is scored by the member that did not learn from it.</remarks>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: false. If true, there must be at least two members. Not with
        /// <see cref="ValidationFraction"/> or other validation data, <see cref="Mixup"/>, <c>RefitOnAllRows</c>, learned
        /// <see cref="MissingValues"/>, or rows that do not fit into memory.</value>
        public bool KFoldBagging { get => Get<bool>(); set => Set(value); }

        /// <summary>When training stops because the training loss no longer falls, as in scikit-learn.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null: never.</value>
        public LossTolerance? LossTolerance { get => Get<LossTolerance?>(); set => Set(value); }

        /// <summary>The maximum duration of training, without reading. No minibatch begins after it, and the weights so far are
        /// kept.</summary>
        /// <remarks>
        /// If the time does not suffice for <see cref="NumberOfIterations"/> epochs, schedules follow the time: they end when it does.
        /// The last validation check is
        /// part of the time. If the time is over before the first minibatch, <c>Fit</c> throws <see cref="TimeoutException"/>.
        /// </remarks>
        /// <value>Null: as long as it takes; otherwise &gt; 0. How far training comes depends on the machine, so the result does,
        /// too.</value>
        public TimeSpan? MaximumTrainingTime { get => Get<TimeSpan?>(); set => Set(value); }

        /// <summary>Whether predictions are limited to the range of the labels in the training data.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: false. Of regression alone, with losses whose predictions are in units of
        /// the label (<see cref="Loss.AllowsTargetScaling"/>). Validation sees the limited predictions, too.</value>
        public bool ClampPredictions { get => Get<bool>(); set => Set(value); }
    }
}
