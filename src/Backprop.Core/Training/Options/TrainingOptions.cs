using Backprop.Distribution;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Schedules;

namespace Backprop.Training;

/// <summary>The options of training. Immutable; every default is a reasonable value.</summary>
public sealed partial record TrainingOptions
{
    /// <summary>A <see cref="BatchSize"/> larger than any data set: every step uses all examples, as in classic gradient descent.</summary>
    public const int FullBatch = int.MaxValue;

    /// <summary>The allowed values of each option: for its check, its message, and docs/reference/options.md.</summary>
    internal static OptionRanges Ranges { get; } = new()
    {
        [nameof(LearningRate)] = ValueRange.Positive,
        [nameof(NumberOfIterations)] = ValueRange.AtLeastOne,
        [nameof(BatchSize)] = ValueRange.AtLeastOne,
        [nameof(MaximumTrainingTime)] = ValueRange.PositiveTime,
        [nameof(FeatureScaling)] = ValueRange.Named,
        [nameof(L1Regularization)] = ValueRange.NotNegative,
        [nameof(L2Regularization)] = ValueRange.NotNegative,
        [nameof(WeightDecay)] = ValueRange.NotNegative,
        [nameof(MaximumNorm)] = ValueRange.Positive,
        [nameof(NumberOfThreads)] = ValueRange.AtLeastOne,
        [nameof(ClassWeights)] = ValueRange.CheckedByProperty("each > 0 and finite"),
        [nameof(ThresholdMetric)] = ValueRange.CheckedByProperty("Accuracy, F1Score or MacroAccuracy"),
    };

    /// <summary>J: the loss to minimise.</summary>
    public required Loss Loss { get; init; }

    /// <summary>The update rule.</summary>
    /// <value><see cref="Adam"/> with its default values.</value>
    public Optimizer Optimizer { get; init; } = new Adam();

    /// <summary>α: the length of a step.</summary>
    /// <value>Null: <see cref="Optimizer.DefaultLearningRate"/>; otherwise &gt; 0 and finite.</value>
    public double? LearningRate { get; init => field = Ranges.Checked(value); }

    /// <summary>How α changes during training: a factor of <see cref="LearningRate"/> for every step.</summary>
    /// <value><see cref="ConstantSchedule"/>.</value>
    public Schedule LearningRateSchedule { get; init; } = new ConstantSchedule();

    /// <summary>How decoupled weight decay changes during training: a factor of <see cref="WeightDecay"/> for every step.</summary>
    /// <value>Null: the factor is 1. The decay is always multiplied by α.</value>
    public Schedule? WeightDecaySchedule { get; init; }

    /// <summary>How momentum changes during training: a factor of the optimizer's momentum for every step.</summary>
    /// <value>Null: it is constant. Otherwise <see cref="Optimizer"/> must have momentum (<see cref="Optimizer.HasMomentum"/>), and the
    /// product must be below 1.</value>
    public Schedule? MomentumSchedule { get; init; }

    /// <summary>How dropout changes during training: a factor of the rate of every dropout layer, for every step.</summary>
    /// <value>Null: it is constant. The product must be below 1.</value>
    public Schedule? DropoutSchedule { get; init; }

    /// <summary>How label smoothing changes during training: a factor of the loss's label smoothing for every step. Validation uses the
    /// unchanged loss.</summary>
    /// <value>Null: it is constant. The product must be below 1. A step in which the factor changes allocates one loss.</value>
    public Schedule? LabelSmoothingSchedule { get; init; }

    /// <summary>Number of epochs over the training data.</summary>
    /// <value>100; at least 1.</value>
    public int NumberOfIterations { get; init => field = Ranges.Checked(value); } = 100;

    /// <summary>Examples per step.</summary>
    /// <value>Null: <see cref="DefaultBatchSize"/>; otherwise at least 1. <see cref="FullBatch"/> for all examples in one step. Batches of
    /// a <see cref="GroupLoss"/> consist of whole groups and have about as many examples.</value>
    public int? BatchSize { get; init => field = Ranges.Checked(value); }

    /// <summary>Whether the batches of an epoch have the same number of examples (± 1), at most <see cref="BatchSize"/>. Otherwise all
    /// batches but the last have exactly <see cref="BatchSize"/> examples. The last may then have a single example: its gradient is noisy,
    /// but its step is as long as the others.</summary>
    /// <value>False, as is common. The last batch of a stream may be small in either case. Batches of whole groups are about even in either
    /// case.</value>
    public bool EvenBatches { get; init; }

    /// <summary>Whether the examples come in a new random order in every epoch.</summary>
    /// <value>True. A full batch keeps the order of the data.</value>
    public bool Shuffle { get; init; } = true;

    /// <summary>The rule for starting weights.</summary>
    /// <value><see cref="GlorotUniform"/>. Ignored when training continues from an earlier network.</value>
    public Initializer Initializer { get; init; } = new GlorotUniform();

    /// <summary>Whether the biases of the last layer start at the best constant prediction. Depending on the loss, that is
    /// the log-odds of the base rate, the logarithms of class frequencies, or a mean.</summary>
    /// <remarks>Saves the steps that would learn this constant. The gain is largest with rare classes. Lin et al. (2017), "Focal loss for
    /// dense object detection", arXiv:1708.02002, §4.1.</remarks>
    /// <value>False: the initializer sets them. Ignored if <see cref="InitialParameters"/> are set, or if training continues from an
    /// earlier network.</value>
    public bool OutputBiasPrior { get; init; }

    /// <summary>The parameters to start from, instead of those of the initializer. The layers are in order; a dense layer has W [inputs ×
    /// outputs], row-major, and then b.</summary>
    /// <value>Null: the initializer draws them. Otherwise as many as the network has, all finite. Ignored when training
    /// continues from an earlier network.</value>
    public ReadOnlyMemory<Real>? InitialParameters { get; init; }

    /// <summary>The memory of the optimizer to start with, from the checkpoint of an earlier training.</summary>
    /// <value>Null: the optimizer starts without memory. Otherwise training must continue from an earlier network, or from
    /// <see cref="InitialParameters"/>, with the same optimizer and the same layers.</value>
    public OptimizerMemory? OptimizerMemory { get; init; }

    /// <summary>When to stop early; null for never.</summary>
    /// <value>Patience of 10 epochs. Ignored when there is no validation data.</value>
    public EarlyStopping? EarlyStopping { get; init; } = new();

    /// <summary>k-fold bagging: each member of an ensemble is validated on its own fold, and trained on all other examples. So every
    /// example is validated by the member that was not trained on it, and the ensemble is trained on all examples.</summary>
    /// <remarks>
    /// Krogh and Vedelsby (1995), "Neural network ensembles, cross validation, and active learning"; Parmanto, Munro and Doyle (1996),
    /// "Improving committee diagnosis with resampling techniques": the cross-validation committee. There are as many folds as members,
    /// drawn by the seed, with the same share of every class. Validation losses, metrics and thresholds are computed from these
    /// predictions, so they are those of single members. The ensemble performs better. Each member's gradient is the mean over the rows
    /// that it is trained on. Measurements before the first step, such as scales of features and targets or weights of classes, use all
    /// examples.
    /// </remarks>
    /// <value>False. If true, the network must have at least two members that share no learned layer, and there must be at least one
    /// example per member. It cannot be combined with separate validation data, <see cref="Mixup"/>,
    /// <see cref="EarlyStopping.RefitOnAllRows"/>, streams, and an earlier network to continue from.</value>
    public bool KFoldBagging { get; init; }

    /// <summary>When to stop because the training loss no longer falls.</summary>
    /// <value>Null: never.</value>
    public LossTolerance? LossTolerance { get; init; }

    /// <summary>How long training may take. Afterwards no other minibatch begins. The model is kept, as if the current epoch had been the
    /// last.</summary>
    /// <remarks>
    /// If the time does not suffice for <see cref="NumberOfIterations"/> epochs, schedules follow the time: they end when it does. The last
    /// validation check
    /// is part of the time. If the time is over before the first minibatch, there is nothing to keep, and <see cref="TimeoutException"/> is
    /// thrown.
    /// </remarks>
    /// <value>Null: no limit; otherwise &gt; 0. The number of steps depends on the speed of the machine, so the result does, too.</value>
    public TimeSpan? MaximumTrainingTime { get; init => field = Ranges.Checked(value); }

    /// <summary>Saves the state of the training to a file, and continues from the file after an interruption.</summary>
    /// <value>Null: no file.</value>
    public Checkpoint? Checkpoint { get; init; }

    /// <summary>Ends training when it is cancelled: no other minibatch begins. The parameters learned so far are kept; with
    /// validation data, the best of them.</summary>
    /// <value>None. If it is cancelled before the first minibatch, there is nothing to keep, and <see cref="OperationCanceledException"/>
    /// is thrown.</value>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Whether cancellation throws <see cref="OperationCanceledException"/> instead.</summary>
    /// <value>False.</value>
    public bool ThrowOnCancellation { get; init; }

    /// <summary>A factor for each class. It multiplies the weights of the examples of the class.</summary>
    /// <remarks>Several labels have two factors each, for false and for true. They multiply the loss of that label, divided by their mean
    /// over the training examples.</remarks>
    /// <value>Null: 1 for all classes. Otherwise one for each class, > 0 and finite; of two classes, the negative one is first. Validation
    /// losses use the same factors, metrics do not.</value>
    public IReadOnlyList<double>? ClassWeights
    {
        get;
        init =>
            field = value is null || value.All(weight => weight > 0 && double.IsFinite(weight))
                ? value?.ToArray()
                : throw ValueRange.Refusal(nameof(ClassWeights), string.Join(", ", value), "must be > 0 and finite for each class");
    }

    /// <summary>Whether all classes have the same total weight, however rare they are. Examples are multiplied by Σw / (classes · Σw of the
    /// class).</summary>
    /// <remarks>King and Zeng (2001), "Logistic regression in rare events data"; scikit-learn's <c>class_weight='balanced'</c>.</remarks>
    /// <value>False. Multiplied by <see cref="ClassWeights"/>, if they are set.</value>
    public bool BalancedClassWeights { get; init; }

    /// <summary>For two classes: the decision threshold is the score that maximizes this metric on the validation data. Each of several
    /// labels has a threshold of its own.</summary>
    /// <value>Null: the threshold is 0. Otherwise <see cref="Accuracy"/>, <see cref="F1Score"/> or <see cref="MacroAccuracy"/>;
    /// <see cref="TrainingResult.Thresholds"/> returns the thresholds. There is none if all validation rows are of one class; of several
    /// labels, such a label has the threshold 0.</value>
    public Metric? ThresholdMetric
    {
        get;
        init =>
            field = value is null or IDecisionMetric
                ? value
                : throw ValueRange.Refusal(
                    nameof(ThresholdMetric), value,
                    $"must be a metric of decisions: {nameof(Accuracy)}, {nameof(F1Score)} or {nameof(MacroAccuracy)}");
    }

    /// <summary>Temperature scaling: whether the scores of the trained network are divided by a constant T, which corrects too high or too
    /// low confidence. T minimizes the cross-entropy of the validation data.</summary>
    /// <remarks>
    /// Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks", arXiv:1706.04599. The most probable class does
    /// not change. One example of unknown class is added. So with n examples and K classes, the target of each example is (n·y + 1/K) / (n
    /// + 1). This keeps T above 0 even if every example is classified correctly. Platt (1999), "Probabilistic outputs for support vector
    /// machines", §2.2, has the same idea. Weights of examples and classes are used. With <see cref="KFoldBagging"/>, rows are
    /// scored by single members, whose average is more accurate. So T is then smaller, by how much the members differ on held-out rows.
    /// <see cref="EpochReport"/>s use the scores before division.
    /// </remarks>
    /// <value>False. If true, the loss must have logits (<see cref="Loss.HasLogits"/>). Without validation data, or with examples of only
    /// one class, T is 1. T is from 0.01 to 100; <see cref="TrainedNetwork.Temperature"/> returns it.</value>
    public bool TemperatureScaling { get; init; }

    /// <summary>Whether intervals of a regression, or sets of classes of a classification, are calibrated on the validation data.</summary>
    /// <remarks>With <see cref="KFoldBagging"/>, every example is validated by the member that was not trained on it. With
    /// <see cref="EarlyStopping.RefitOnAllRows"/>, the scores are those of the network before the refit. Weights of examples are not
    /// used.</remarks>
    /// <value>Null: none. Otherwise validation data is needed. <see cref="TrainedNetwork.Conformal"/> returns the result.</value>
    public Conformal? PredictionIntervals { get; init; }

    /// <summary>Whether the standard deviation of the members' predictions is reported with each prediction.</summary>
    /// <remarks>Lakshminarayanan, Pritzel and Blundell (2017), "Simple and scalable predictive uncertainty estimation using deep
    /// ensembles", arXiv:1612.01474. It measures how much the members disagree, not the noise of the target.</remarks>
    /// <value>False. If true, the network must be an ensemble.</value>
    public bool Uncertainty { get; init; }

    /// <summary>Whether features are shifted and scaled, as <see cref="FeatureScaling"/> says.</summary>
    /// <remarks>Features that are constant or empty in training become 0 in either case (<see cref="TrainingResult.IgnoredFeatures"/>),
    /// unless <see cref="InitialParameters"/> are set for features that are not scaled.</remarks>
    /// <value>True. A training that continues from an earlier network uses that network's means and factors.</value>
    public bool StandardizeInputs { get; init; } = true;

    /// <summary>The statistics that features are shifted and scaled by.</summary>
    /// <value><see cref="FeatureScaling.Standard"/>. Sparse features are divided by their largest magnitude in either case.</value>
    public FeatureScaling FeatureScaling { get; init => field = Ranges.Checked(value); }

    /// <summary>Whether targets are shifted and scaled, too.</summary>
    /// <value>True. Ignored for losses that do not allow it (<see cref="Loss.AllowsTargetScaling"/>).</value>
    public bool StandardizeTargets { get; init; } = true;

    /// <summary>Whether predictions are limited to the range of the training targets, in validation and in scoring.</summary>
    /// <value>False. Only for losses whose predictions are in units of the target (<see cref="Loss.AllowsTargetScaling"/>); others throw an
    /// exception. A training that continues from an earlier network widens its bounds.</value>
    public bool ClampPredictions { get; init; }

    /// <summary>λ₁: adds λ₁·Σ|θ| to J, which shrinks small weights to zero. Coupled: its gradient λ₁·sign θ is added to the gradient that
    /// the optimizer receives.</summary>
    /// <value>0; ≥ 0 and finite. Applies to weights and embeddings only, unless <see cref="ParameterGroups"/> changes this. Reported losses
    /// do not include it.</value>
    public double L1Regularization { get; init => field = Ranges.Checked(value); }

    /// <summary>λ₂: adds ½·λ₂·Σθ² to J, which keeps weights small. Coupled: its gradient λ₂·θ is added to the gradient that
    /// the optimizer receives, as <c>weight_decay</c> of PyTorch's Adam. scikit-learn's <c>alpha</c> is λ₂ times the rows
    /// of a batch.</summary>
    /// <value>0; ≥ 0 and finite. Applies to weights and embeddings only, unless <see cref="ParameterGroups"/> changes this. Reported losses
    /// do not include it.</value>
    public double L2Regularization { get; init => field = Ranges.Checked(value); }

    /// <summary>λ: decoupled weight decay, θ ← θ − α·λ·θ before every step. The optimizer does not see it, so that adaptive steps do not
    /// cancel it.</summary>
    /// <remarks>Loshchilov and Hutter (2019), "Decoupled weight decay regularization", arXiv:1711.05101; as PyTorch's AdamW.</remarks>
    /// <value>Null: <see cref="Optimizer.DefaultWeightDecay"/>, which is 0.01 for <see cref="AdamW"/> and <see cref="Muon"/>, and 0 for
    /// others; otherwise ≥ 0 and finite. Applies to weights and embeddings only, unless <see cref="ParameterGroups"/> changes this.</value>
    public double? WeightDecay { get; init => field = Ranges.Checked(value); }

    /// <summary>c: after every step, the vector of weights that enter a unit is scaled down to this Euclidean norm, if its norm is
    /// larger.</summary>
    /// <remarks>Srivastava et al. (2014), "Dropout", JMLR 15, §5.1; as Keras's MaxNorm. Applies to dense layers.</remarks>
    /// <value>Null: no limit; otherwise &gt; 0 and finite. 2 to 4 are common.</value>
    public double? MaximumNorm { get; init => field = Ranges.Checked(value); }

    /// <summary>How examples are mixed.</summary>
    /// <value>Null: examples are not mixed.</value>
    public Mixup? Mixup { get; init; }

    /// <summary>How the parameters during training are averaged for prediction.</summary>
    /// <value>Null: not averaged; the last parameters predict.</value>
    public WeightAveraging? WeightAveraging { get; init; }

    /// <summary>How gradients are limited.</summary>
    /// <value>Null: not limited.</value>
    public GradientClipping? GradientClipping { get; init; }

    /// <summary>Factors of learning rate and regularization for weights, biases and others.</summary>
    /// <value>All have the same learning rate; weights and embeddings are regularized.</value>
    public ParameterGroups ParameterGroups { get; init; } = new();

    /// <summary>Whether every <see cref="EpochReport"/> has the scales of activations and gradients in each layer. It also
    /// has warnings when they vanish or explode, or units are dead.</summary>
    /// <value>False. If true, up to 256 more examples go forward and backward in every epoch. The result of training does not
    /// change.</value>
    public bool Diagnostics { get; init; }

    /// <summary>Maximum number of threads for one step, including the caller's thread. The result has the same bits for any number of
    /// threads.</summary>
    /// <value>Null: the number of processors that no other training of this process uses; otherwise at least 1. Small steps use fewer
    /// threads.</value>
    public int? NumberOfThreads { get; init => field = Ranges.Checked(value); }

    /// <summary>Divides every batch into shards, and shares them among processes. The result has the same bits for any number of
    /// processes.</summary>
    /// <remarks>
    /// <para>All ranks call <see cref="Trainer"/> with the same arguments, on the thread of the communicator, and return the same network.
    /// Each validates all rows. Decisions by time, and by <see cref="CancellationToken"/>, are those of rank 0, after whole steps; no
    /// validation check is cut short. Only rank 0 reports progress and writes <see cref="Checkpoint"/>. An exception on one rank ends all
    /// ranks.</para>
    /// <para>Not for <see cref="Lbfgs"/>, <see cref="Muon"/>, a <see cref="GroupLoss"/> or batch normalization, which need a whole batch
    /// or a whole matrix. The size of a batch must be at least <see cref="Distributed.Shards"/>. <see cref="Distributed.Partitioned"/> is
    /// for an <see cref="ExampleSource"/>, and needs <see cref="Shuffle"/>.</para>
    /// </remarks>
    /// <value>Null: one shard, and this process alone.</value>
    public Distributed? Distributed { get; init; }

    /// <summary>The seed of the random numbers. The same seed produces the same bits.</summary>
    /// <value>0; any integer.</value>
    public int Seed { get; init; }

    /// <summary>Whether the result has the scores of the rows that were held out (<see cref="TrainingResult.HeldOut"/>).</summary>
    /// <value>False.</value>
    internal bool KeepsHeldOutScores { get; init; }

    /// <summary>The clock for time limits.</summary>
    /// <value>The system's clock.</value>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The default batch size: about 1/64 of the examples as a power of two, between 8 and 1024.</summary>
    public static int DefaultBatchSize(int exampleCount) =>
        1 << int.Log2(Math.Clamp(exampleCount / 64, 8, 1024));
}
