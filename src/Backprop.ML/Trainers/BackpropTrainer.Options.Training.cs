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
        /// <summary>Whether and how rows are mixed for training.</summary>
        /// <value>Null: each is learned from by itself.</value>
        public Mixup? Mixup { get; set; }

        /// <summary>J: what is minimised.</summary>
        /// <value>Null, which stands for the task's own: <see cref="LogisticLoss"/>, <see cref="SoftmaxCrossEntropy"/> or <see cref="SquaredError"/>. Others are in <see cref="Loss.All"/>, and a user may derive one.</value>
        public Loss? LossFunction { get; set; }

        /// <summary>ε: how far the targets of a classification are drawn towards all classes alike, so that the network is not asked for infinite scores. It makes for more accurate labels and less confident probabilities; <see cref="TemperatureScaling"/> mends the latter.</summary>
        /// <value>The preset's; in [0, 1). Of the task's own loss alone: a <see cref="LossFunction"/> has its own. Ignored for regression.</value>
        public double LabelSmoothing { get => Chosen(recipe => recipe.LabelSmoothing); set => Choose(value); }

        /// <summary>Whether scores are divided by a number T when training is done, so that the probabilities of the rows kept from training are as confident as these rows show (<see cref="TrainingOptions.TemperatureScaling"/>). PredictedLabel stays what it is.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: false. Of classifications whose loss has logits (<see cref="Loss.HasLogits"/>), and only with validation data: <see cref="ValidationFraction"/>, <see cref="ValidationData"/>,
        /// <see cref="KFoldBagging"/>, or data given to <c>Fit</c>. Where a preset asks for it, and one of both is missing, or all validation rows are of one class, T is 1; a warning says so.</value>
        public bool TemperatureScaling { get => Chosen(recipe => recipe.TemperatureScaling); set => Choose(value); }

        /// <summary>The update rule.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: <see cref="Adam"/>.</value>
        public Optimizer Optimizer { get => Chosen(recipe => recipe.Optimizer); set => Choose(value); }

        /// <summary>α: the length of a step.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null, which stands for what is the optimizer's default (Adam 0.001, Sgd and Momentum 0.01); otherwise &gt; 0 and finite.</value>
        public double? LearningRate { get => Chosen(recipe => recipe.LearningRate); set => Choose(value); }

        /// <summary>How α changes in the course of training: a factor of <see cref="LearningRate"/> for every step.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: <see cref="ConstantSchedule"/>.</value>
        public Schedule LearningRateSchedule { get => Chosen(recipe => recipe.LearningRateSchedule); set => Choose(value); }

        /// <summary>How decoupled weight decay changes: a factor of <see cref="WeightDecay"/> for every step.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null: it does not.</value>
        public Schedule? WeightDecaySchedule { get => Chosen(recipe => recipe.WeightDecaySchedule); set => Choose(value); }

        /// <summary>How momentum changes: a factor of the optimizer's for every step.</summary>
        /// <value>Null: it does not. Otherwise the optimizer must have one: Adam, AdamW, AMSGrad, momentum, Nesterov.</value>
        public Schedule? MomentumSchedule { get; set; }

        /// <summary>How dropout changes: a factor of <see cref="Dropout"/> and <see cref="InputDropout"/> for every step.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null: it does not. The product must stay below 1.</value>
        public Schedule? DropoutSchedule { get => Chosen(recipe => recipe.DropoutSchedule); set => Choose(value); }

        /// <summary>How label smoothing changes: a factor of the loss's for every step. Validation uses the loss as it is.</summary>
        /// <value>Null: it does not. The product must stay below 1.</value>
        public Schedule? LabelSmoothingSchedule { get; set; }

        /// <summary>Passes over the training data.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: 100; at least 1.</value>
        public int NumberOfIterations { get => Chosen(recipe => recipe.NumberOfIterations); set => Choose(value); }

        /// <summary>Examples per step.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null, which stands for about 1/64 of the rows as a power of two from 8 to 1024; otherwise at least 1. <see cref="FullBatch"/> takes all rows at once.</value>
        public int? BatchSize { get => Chosen(recipe => recipe.BatchSize); set => Choose(value); }

        /// <summary>Whether all batches of a pass have the same number of rows, give or take one, and none more than <see cref="BatchSize"/>. Otherwise all but the last have just that many, and the last may be of a single row, which is a bad guide for a step as long as the others.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: false, as is usual. Of rows that are streamed, the last batch may be small anyway.</value>
        public bool EvenBatches { get => Chosen(recipe => recipe.EvenBatches); set => Choose(value); }

        /// <summary>Whether the rows come in a new random order in every pass.</summary>
        /// <value>True. A full batch keeps the order of the data.</value>
        public bool Shuffle { get; set; } = true;

        /// <summary>The rule for starting weights.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: <see cref="GlorotUniform"/>. Ignored when training goes on from an earlier model.</value>
        /// <remarks>The numbers have no names: their order is that of the features, keys and classes that occur in this training data.</remarks>
        public Initializer Initializer { get => Chosen(recipe => recipe.Initializer); set => Choose(value); }

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
        /// <value>The preset's; of <see cref="Preset.Plain"/>: 0; ≥ 0 and finite. Of weights only, unless <see cref="ParameterGroups"/> says otherwise. Reported losses leave it out.</value>
        public double L2Regularization { get => Chosen(recipe => recipe.L2Regularization); set => Choose(value); }

        /// <summary>λ: θ ← θ − α·λ·θ before every step, beside the optimizer (decoupled). </summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null, which stands for what is the optimizer's default: 0.01 for <see cref="AdamW"/>, 0 for others; otherwise ≥ 0 and finite. Of weights only, unless <see cref="ParameterGroups"/> says otherwise.</value>
        public double? WeightDecay { get => Chosen(recipe => recipe.WeightDecay); set => Choose(value); }

        /// <summary>The longest Euclidean norm of the weights that enter a unit; longer ones are shortened after every step.</summary>
        /// <value>Null, which does not; otherwise &gt; 0 and finite. 2 to 4 are usual, together with dropout.</value>
        public double? MaximumNorm { get; set; }

        /// <summary>Whether to predict with an average of the weights on their way.</summary>
        /// <value>Null: with the weights as they are in the end. Otherwise <see cref="ExponentialMovingAverage"/> or <see cref="StochasticWeightAveraging"/>.</value>
        public WeightAveraging? WeightAveraging { get; set; }

        /// <summary>How gradients are kept short.</summary>
        /// <value>Null: not at all. <c>new GradientClipping(ClippingMeasure.GlobalNorm, 1)</c> is usual.</value>
        public GradientClipping? GradientClipping { get; set; }

        /// <summary>Factors of learning rate and regularization for weights, biases and others.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: all learn alike; biases and the parameters of normalization and activation are not regularized.</value>
        public ParameterGroups ParameterGroups { get => Chosen(recipe => recipe.ParameterGroups); set => Choose(value); }

        /// <summary>When to stop early and go back to the best weights.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: patience of 10 passes; null never stops early. Ignored when <c>Fit</c> receives no validation data. A metric that is not defined for the validation rows gives way to the loss, with a warning.</value>
        public EarlyStopping? EarlyStopping { get => Chosen(recipe => recipe.EarlyStopping); set => Choose(value); }

        /// <summary>Whether each of the <see cref="EnsembleSize"/> learns from all rows but a fold of its own, and is judged by that. Early stopping then watches all rows, each of them scored by the member that did not learn from it, and none is kept from the ensemble.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: false. If true, there must be at least two members. Not with <see cref="ValidationFraction"/> or other validation data, <see cref="Mixup"/>, <c>RefitOnAllRows</c>, learned <see cref="MissingValues"/>, or rows that do not fit into memory.</value>
        public bool KFoldBagging { get => Chosen(recipe => recipe.KFoldBagging); set => Choose(value); }

        /// <summary>When to stop because the training loss no longer falls: scikit-learn's rule.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: null: never.</value>
        public LossTolerance? LossTolerance { get => Chosen(recipe => recipe.LossTolerance); set => Choose(value); }

        /// <summary>How long training may take, reading not counted. Afterwards no other minibatch begins; what was learned is kept.</summary>
        /// <remarks>
        /// If the time does not suffice for <see cref="NumberOfIterations"/> epochs, schedules follow the time: they end when it does. The last validation check is
        /// part of the time. If the time is over before the first minibatch, <c>Fit</c> throws <see cref="TimeoutException"/>.
        /// </remarks>
        /// <value>Null: as long as it takes; otherwise &gt; 0. How far training comes depends on the machine, so the result does, too.</value>
        public TimeSpan? MaximumTrainingTime { get; set; }

        /// <summary>Whether predictions go no further than the least and the largest label of the training data, which a network has never seen anything beyond.</summary>
        /// <value>The preset's; of <see cref="Preset.Plain"/>: false. Of regression alone, with losses whose predictions are in units of the label (<see cref="Loss.AllowsTargetScaling"/>). Validation sees the limited predictions, too.</value>
        public bool ClampPredictions { get => Chosen(recipe => recipe.ClampPredictions); set => Choose(value); }
    }
}
