using Backprop.Distribution;
using Backprop.Initializers;
using Backprop.Losses;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Schedules;
using Backprop.Training;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    // The loss, the optimizer, and the stopping rules.
    public sealed partial class Options
    {
        /// <summary>How pairs of rows are mixed for training.</summary>
        /// <value>Null: rows are not mixed.</value>
        public Mixup? Mixup { get => Get<Mixup?>(); set => Set(value); }

        /// <summary>J: the loss that training minimizes.</summary>
        /// <value>Null: <see cref="LogisticLoss"/>, <see cref="SoftmaxCrossEntropy"/>, <see cref="SquaredError"/> or
        /// <see cref="LambdaRankLoss"/>, by task.
        /// <see cref="Loss.All"/> lists others, and you may derive one.</value>
        public Loss? LossFunction { get => Get<Loss?>(); set => Set(value); }

        /// <summary>ε: how far the targets of a classification move towards equal probabilities of all classes.</summary>
        /// <remarks>Smoothing improves accuracy, but makes probabilities less confident. <see cref="TemperatureScaling"/> corrects
        /// that.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has 0. In [0, 1). It belongs to the loss of the task; a <see cref="LossFunction"/>
        /// has its own. Ignored for regression.</value>
        public double LabelSmoothing { get => Get<double>(); set => Set(value); }

        /// <summary>Whether scores are divided by a temperature after training, so that probabilities are calibrated on the validation
        /// rows.</summary>
        /// <remarks><see cref="TrainingOptions.TemperatureScaling"/> has the formula. PredictedLabel does not change.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has false. It needs a loss with logits (<see cref="Loss.HasLogits"/>) and
        /// validation rows of two classes. If a preset sets it and one of them is missing, the temperature is 1, with a warning.</value>
        public bool TemperatureScaling { get => Get<bool>(); set => Set(value); }

        /// <summary>Conformal prediction: whether scoring adds intervals of a regression (column <c>Interval</c>), or sets of classes
        /// (column <c>PredictionSet</c>), that contain the true target of a chosen share of new rows.</summary>
        /// <remarks>They are calibrated on the rows that k-fold bagging or validation holds out.
        /// <see cref="Backprop.Uncertainty.ConformalCalibration"/> has the formulas and the guarantee. With <see cref="PinballLoss"/>, the
        /// lowest and the highest quantile are moved. With <see cref="GaussianNegativeLogLikelihood"/>, widths are proportional to the
        /// predicted standard deviation.</remarks>
        /// <value>Null: none. Otherwise rows must be held out, by <see cref="KFoldBagging"/>, <see cref="ValidationFraction"/>,
        /// <see cref="ValidationData"/>, validation data of <c>Fit</c>, or <see cref="Conformal.HeldOutFraction"/>.</value>
        public Conformal? PredictionIntervals { get => Get<Conformal?>(); set => Set(value); }

        /// <summary>Whether scoring adds the column <c>Uncertainty</c>: the standard deviation of the members' predictions, in the shape of
        /// <c>Score</c>. For a classification, predictions are probabilities.</summary>
        /// <remarks>It measures how much the members of an ensemble disagree, not the noise of the label.</remarks>
        /// <value>False. If true, <see cref="EnsembleSize"/> must be at least 2.</value>
        public bool Uncertainty { get => Get<bool>(); set => Set(value); }

        /// <summary>The update rule.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has <see cref="Adam"/>.</value>
        public Optimizer Optimizer { get => Get<Optimizer>(); set => Set(value); }

        /// <summary>α: the learning rate.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has null: the optimizer's default. Otherwise &gt; 0 and finite. Adam has 0.001; Sgd
        /// and Momentum have 0.01.</value>
        public double? LearningRate { get => Get<double?>(); set => Set(value); }

        /// <summary>A factor of <see cref="LearningRate"/> for every step.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has <see cref="ConstantSchedule"/>.</value>
        public Schedule LearningRateSchedule { get => Get<Schedule>(); set => Set(value); }

        /// <summary>A factor of <see cref="WeightDecay"/> for every step.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has null: no change.</value>
        public Schedule? WeightDecaySchedule { get => Get<Schedule?>(); set => Set(value); }

        /// <summary>A factor of the momentum of the optimizer for every step.</summary>
        /// <value>Null: no change. Otherwise the optimizer must have momentum: Adam and its relatives, Muon, Momentum, Nesterov, or
        /// <see cref="Lookahead"/> around one of them.</value>
        public Schedule? MomentumSchedule { get => Get<Schedule?>(); set => Set(value); }

        /// <summary>A factor of <see cref="Dropout"/> and <see cref="InputDropout"/> for every step.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has null: no change. The product must stay below 1.</value>
        public Schedule? DropoutSchedule { get => Get<Schedule?>(); set => Set(value); }

        /// <summary>A factor of the label smoothing of the loss for every step. Validation uses the loss without the factor.</summary>
        /// <value>Null: no change. The product must stay below 1.</value>
        public Schedule? LabelSmoothingSchedule { get => Get<Schedule?>(); set => Set(value); }

        /// <summary>The number of epochs.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has 100. At least 1.</value>
        public int NumberOfIterations { get => Get<int>(); set => Set(value); }

        /// <summary>The number of rows per step.</summary>
        /// <remarks>For ranking, batches consist of whole groups and have about as many rows.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has null: about 1/64 of the rows, as a power of two from 8 to 1024. Otherwise at
        /// least 1. <see cref="FullBatch"/> means all rows.</value>
        public int? BatchSize { get => Get<int?>(); set => Set(value); }

        /// <summary>Whether all batches of an epoch have the same number of rows (± 1).</summary>
        /// <remarks>No batch is larger than <see cref="BatchSize"/>. Otherwise the last batch may be a single row, whose gradient is
        /// noisy. Ignored for ranking, whose batches are about even in either case.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has false. The last batch of a stream may be small in either case.</value>
        public bool EvenBatches { get => Get<bool>(); set => Set(value); }

        /// <summary>Whether every epoch uses the rows in a new random order.</summary>
        /// <value>True. A full batch keeps the order of the data.</value>
        public bool Shuffle { get => Get<bool>(); set => Set(value); }

        /// <summary>The rule for initial weights.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has <see cref="GlorotUniform"/>. Ignored when training continues from a
        /// model.</value>
        public Initializer Initializer { get => Get<Initializer>(); set => Set(value); }

        /// <summary>Whether the biases of the last layer start at the best constant prediction, such as the log-odds of the base
        /// rate.</summary>
        /// <value>False: the initializer sets them. The gain is largest with rare classes. Ignored with <see cref="InitialParameters"/>,
        /// and when training continues from a model.</value>
        public bool OutputBiasPrior { get => Get<bool>(); set => Set(value); }

        /// <summary>Initial parameters that replace the initializer. For every layer in order: W [inputs × outputs] row-major, then
        /// b.</summary>
        /// <remarks>The parameters have no names. Their order is that of the features, keys and classes that occur in the training
        /// data.</remarks>
        /// <value>Null: the initializer draws them. Otherwise as many as the network has; if their number differs, <c>Fit</c> throws an
        /// exception with the shapes. Ignored when training continues from a model.</value>
        public float[]? InitialParameters { get => Get<float[]?>(); set => Set(value); }

        /// <summary>λ₁: adds λ₁·Σ|θ| to the loss, which moves small weights to zero.</summary>
        /// <value>0; ≥ 0 and finite. Only weights, unless <see cref="ParameterGroups"/> changes this. Reported losses exclude it.</value>
        public double L1Regularization { get => Get<double>(); set => Set(value); }

        /// <summary>λ₂: adds ½·λ₂·Σθ² to the loss, which keeps weights small.</summary>
        /// <remarks>scikit-learn's <c>alpha</c> is λ₂ times the rows of a batch.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has 0. ≥ 0 and finite. Only weights, unless <see cref="ParameterGroups"/> changes
        /// this. Reported losses exclude it.</value>
        public double L2Regularization { get => Get<double>(); set => Set(value); }

        /// <summary>λ: decoupled weight decay, θ ← θ − α·λ·θ before every step.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has null: the optimizer's default. Otherwise ≥ 0 and finite. <see cref="AdamW"/>
        /// and <see cref="Muon"/> have 0.01, <see cref="Lookahead"/> has that of its inner optimizer, others have 0. Only weights, unless
        /// <see cref="ParameterGroups"/> changes this.</value>
        public double? WeightDecay { get => Get<double?>(); set => Set(value); }

        /// <summary>The maximum Euclidean norm of the weights that enter a unit. If the norm is larger, the weights are scaled down to it
        /// after every step.</summary>
        /// <value>Null: no limit; otherwise &gt; 0 and finite. 2 to 4 are common, together with dropout.</value>
        public double? MaximumNorm { get => Get<double?>(); set => Set(value); }

        /// <summary>How weights are averaged over steps for prediction.</summary>
        /// <value>Null: the last weights. Otherwise <see cref="ExponentialMovingAverage"/> or
        /// <see cref="StochasticWeightAveraging"/>.</value>
        public WeightAveraging? WeightAveraging { get => Get<WeightAveraging?>(); set => Set(value); }

        /// <summary>How gradients are clipped.</summary>
        /// <value>Null: no clipping. <c>new GradientClipping(ClippingMeasure.GlobalNorm, 1)</c> is common.</value>
        public GradientClipping? GradientClipping { get => Get<GradientClipping?>(); set => Set(value); }

        /// <summary>Factors of learning rate and regularization for weights, biases and other groups of parameters.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has equal learning rates. Biases, normalization and activations are not
        /// regularized.</value>
        public ParameterGroups ParameterGroups { get => Get<ParameterGroups>(); set => Set(value); }

        /// <summary>When training stops early, and which metric selects the best weights.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has a patience of 10 epochs. With null, training never stops early. Ignored without
        /// validation data. If the metric is not defined for the validation rows, the loss replaces it, with a warning.</value>
        public EarlyStopping? EarlyStopping { get => Get<EarlyStopping?>(); set => Set(value); }

        /// <summary>Whether each member of the ensemble trains on k−1 folds and is validated on the remaining fold.</summary>
        /// <remarks>Early stopping uses all rows: each is scored by the member that was not trained on it.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has false. If true, <see cref="EnsembleSize"/> must be at least 2. It cannot be
        /// combined with other validation data, <see cref="Mixup"/>, <c>RefitOnAllRows</c>, learned <see cref="MissingValues"/>, or rows
        /// that do not fit into memory.</value>
        public bool KFoldBagging { get => Get<bool>(); set => Set(value); }

        /// <summary>When training stops because the training loss no longer falls, as in scikit-learn.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has null: never.</value>
        public LossTolerance? LossTolerance { get => Get<LossTolerance?>(); set => Set(value); }

        /// <summary>The maximum duration of training, without reading. No minibatch begins after it, and the weights so far are
        /// kept.</summary>
        /// <remarks>If the time is too short for <see cref="NumberOfIterations"/> epochs, schedules follow the time and end with it. The
        /// last validation check is part of the time. If the time ends before the first minibatch, <c>Fit</c> throws
        /// <see cref="TimeoutException"/>.</remarks>
        /// <value>Null: no limit; otherwise &gt; 0. The number of epochs then depends on the machine, and so does the result.</value>
        public TimeSpan? MaximumTrainingTime { get => Get<TimeSpan?>(); set => Set(value); }

        /// <summary>Trains with other values of some options, too, and blends the best of these networks into one model.</summary>
        /// <remarks>The first trial has the values of the preset. Options that you set are not varied. All rows must be in memory, and some
        /// must be held out, by <see cref="KFoldBagging"/> or for validation. With <see cref="MaximumTrainingTime"/>, the search ends with
        /// that time. Otherwise, its cost is limited (<see cref="Backprop.Presets.Search.MaximumCost"/>). With <see cref="Checkpoint"/>,
        /// each trial has a file of its own, and an interrupted search continues. <c>Trials</c> of the model lists all trials.</remarks>
        /// <value>By preset; <see cref="Preset.Plain"/> has null, and <see cref="Preset.Best"/> has a search. For a stream, and for
        /// training that continues from a model, the preset has no search.</value>
        public Search? Search { get => Get<Search?>(); set => Set(value); }

        /// <summary>Distributes the trials of <see cref="Search"/>, the members of an ensemble (<see cref="EnsembleSize"/>), or the rows of
        /// each batch (<see cref="Distributed.Shards"/>) over the processes of a job, on one machine or many. With more processes than
        /// trials, groups of them also divide the members of a trial (<see cref="Distributed.RanksPerTrial"/>).</summary>
        /// <remarks>Start the same program on all of them, with <c>Mpi.Run</c> of the package Backprop.ML.Mpi. All must have the same
        /// options, seed and data, which is compared before the first step. All return the same model, with the same bits as one process.
        /// With a time limit, more is trained in that time. The clock and the token of rank 0 decide. Epochs, logs and trials are reported
        /// by rank 0 alone. Members cannot be distributed with <see cref="Mixup"/>, <see cref="Diagnostics"/>,
        /// <see cref="OptimizerMemory"/>, <see cref="GradientClipping"/> by norms, <see cref="EarlyStopping.RefitOnAllRows"/>, or losses of
        /// groups. Batches cannot be distributed with batch normalization, <see cref="Lbfgs"/>, <see cref="Muon"/> or groups. With
        /// <see cref="Distributed.Partitioned"/>, rows are read again in every epoch, as with <see cref="DataCaching.Stream"/>, and each
        /// process reads only the rows of its own shards. <c>ml.Data.InPartitions</c> makes data of several files.</remarks>
        /// <value>Null: this process alone. Otherwise a search, an ensemble of at least two members, or several shards are required, as in
        /// <c>new Distributed(ranks) { Shards = 8 }</c>.</value>
        public Distributed? Distributed { get => Get<Distributed?>(); set => Set(value); }

        /// <summary>A file for the state of the training, from which <c>Fit</c> continues after an interruption.</summary>
        /// <remarks>If the process ends before the training, <c>Fit</c> with the same options and data continues from the file. The model
        /// has the same bits as without interruption. A file of other options, columns or rows is refused, and the message names the
        /// differences.</remarks>
        /// <value>Null: no file. Otherwise as in <c>new Checkpoint("model.checkpoint") { Every = TimeSpan.FromMinutes(1) }</c>.</value>
        public Checkpoint? Checkpoint { get => Get<Checkpoint?>(); set => Set(value); }

        /// <summary>The memory of the optimizer to start with, such as the moments of Adam, from the checkpoint of an earlier
        /// training.</summary>
        /// <remarks>For a training that continues from the model of that training, with new rows. Without it, Adam and the other optimizers
        /// with memory need some steps to find their step sizes again.</remarks>
        /// <value>Null: the optimizer starts without memory. Otherwise <c>initialParameters</c> must be passed to <c>Fit</c>, and optimizer
        /// and layers must be those of that training.</value>
        public OptimizerMemory? OptimizerMemory { get => Get<OptimizerMemory?>(); set => Set(value); }

        /// <summary>Whether a model that is continued receives outputs for classes that it does not have. Their weights and biases start
        /// at 0.</summary>
        /// <remarks>Classes are found by the names of the key values of the label, which <c>MapValueToKey</c> sets. The classes that the
        /// model has keep their outputs.</remarks>
        /// <value>False: rows of a new class are an error that names it. Ignored without <c>initialParameters</c>, and for labels that are
        /// not keys.</value>
        public bool AddNewClasses { get => Get<bool>(); set => Set(value); }

        /// <summary>Whether predictions are limited to the range of the labels in the training data.</summary>
        /// <value>By preset; <see cref="Preset.Plain"/> has false. For regression, with losses whose predictions are in units of the label
        /// (<see cref="Loss.AllowsTargetScaling"/>). Validation uses the limited predictions.</value>
        public bool ClampPredictions { get => Get<bool>(); set => Set(value); }
    }
}
