using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Schedules;

namespace Backprop.Training;

/// <summary>How to train. Immutable; every default is a value that works.</summary>
public sealed record TrainingOptions
{
    /// <summary>A <see cref="BatchSize"/> that no data set reaches: every step uses all examples, as in classic gradient descent.</summary>
    public const int FullBatch = int.MaxValue;

    /// <summary>The allowed values of each option: for its check, its message, and docs/options.md.</summary>
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

    /// <summary>J: what is minimised.</summary>
    public required Loss Loss { get; init; }

    /// <summary>The update rule.</summary>
    /// <value><see cref="Adam"/> with its usual numbers.</value>
    public Optimizer Optimizer { get; init; } = new Adam();

    /// <summary>α: the length of a step.</summary>
    /// <value>Null, which stands for <see cref="Optimizer.DefaultLearningRate"/>; otherwise &gt; 0 and finite.</value>
    public double? LearningRate { get; init => field = Ranges.Checked(value); }

    /// <summary>How α changes in the course of training: a factor of <see cref="LearningRate"/> for every step.</summary>
    /// <value><see cref="ConstantSchedule"/>.</value>
    public Schedule LearningRateSchedule { get; init; } = new ConstantSchedule();

    /// <summary>How decoupled weight decay changes in the course of training: a factor of <see cref="WeightDecay"/> for every
    /// step.</summary>
    /// <value>Null: it does not, beside being multiplied by α.</value>
    public Schedule? WeightDecaySchedule { get; init; }

    /// <summary>How momentum changes: a factor of the optimizer's for every step.</summary>
    /// <value>Null: it does not. Otherwise <see cref="Optimizer"/> must have one (<see cref="Optimizer.HasMomentum"/>), and the product
    /// must stay below 1.</value>
    public Schedule? MomentumSchedule { get; init; }

    /// <summary>How dropout changes: a factor of every dropout layer's rate for every step.</summary>
    /// <value>Null: it does not. The product must stay below 1.</value>
    public Schedule? DropoutSchedule { get; init; }

    /// <summary>How label smoothing changes: a factor of the loss's for every step. Validation uses the loss as it is.</summary>
    /// <value>Null: it does not. The product must stay below 1. A step in which it changes allocates one loss.</value>
    public Schedule? LabelSmoothingSchedule { get; init; }

    /// <summary>Number of epochs over the training data.</summary>
    /// <value>100; at least 1.</value>
    public int NumberOfIterations { get; init => field = Ranges.Checked(value); } = 100;

    /// <summary>Examples per step.</summary>
    /// <value>Null, which stands for <see cref="DefaultBatchSize"/>; otherwise at least 1. <see cref="FullBatch"/> for all at once.</value>
    public int? BatchSize { get; init => field = Ranges.Checked(value); }

    /// <summary>Whether all batches of an epoch have the same number of examples, give or take one, and none more than
    /// <see cref="BatchSize"/>. Otherwise all but the last have exactly that many. The last may then have a single example.
    /// Its gradient is noisy, but its step is as long as the others.</summary>
    /// <value>False, as is usual. Of a stream, the last batch may be small anyway.</value>
    public bool EvenBatches { get; init; }

    /// <summary>Whether the examples come in a new random order in every epoch.</summary>
    /// <value>True. A full batch keeps the order of the data.</value>
    public bool Shuffle { get; init; } = true;

    /// <summary>The rule for starting weights.</summary>
    /// <value><see cref="GlorotUniform"/>. Ignored when training continues from an earlier network.</value>
    public Initializer Initializer { get; init; } = new GlorotUniform();

    /// <summary>Whether the biases of the last layer start at the best constant prediction. Depending on the loss, that is
    /// the log-odds of the base rate, the logarithms of class frequencies, or a mean.</summary>
    /// <remarks>Saves the steps that would learn this constant; helps most with rare classes. Lin et al. (2017), "Focal
    /// loss for dense object detection", arXiv:1708.02002, §4.1.</remarks>
    /// <value>False: the initializer sets them. Ignored when parameters are given, or training continues from an earlier
    /// network.</value>
    public bool OutputBiasPrior { get; init; }

    /// <summary>The parameters to start from, in place of the initializer's: for every layer in order, a dense one's W [inputs × outputs]
    /// row-major and then b.</summary>
    /// <value>Null: the initializer draws them. Otherwise as many as the network has, all finite. Ignored when training
    /// continues from an earlier network.</value>
    public ReadOnlyMemory<Real>? InitialParameters { get; init; }

    /// <summary>When to stop early; null never does.</summary>
    /// <value>Patience of 10 epochs. Ignored when there is no validation data.</value>
    public EarlyStopping? EarlyStopping { get; init; } = new();

    /// <summary>k-fold bagging: each member of an ensemble is validated on its own fold, and learns from all other
    /// examples. So every example is validated by the member that did not learn from it, and the ensemble learns from all
    /// examples.</summary>
    /// <remarks>
    /// Krogh and Vedelsby (1995), "Neural network ensembles, cross validation, and active learning"; Parmanto, Munro and
    /// Doyle (1996), "Improving committee diagnosis with resampling techniques": the cross-validation committee. There are
    /// as many folds as members, drawn by the seed, with the same share of every class. Validation losses, metrics and
    /// thresholds are computed from these predictions, so they are those of single members. The ensemble does better. Each
    /// member's gradient is the mean over the rows that it learns from. Measurements before the first step, such as scales
    /// of features and targets or weights of classes, use all examples.
    /// </remarks>
    /// <value>False. If true, the network must have at least two members that share no layer that learns, and at least as
    /// many examples. It excludes separate validation data, <see cref="Mixup"/>,
    /// <see cref="EarlyStopping.RefitOnAllRows"/>, streams, and an earlier network to continue from.</value>
    public bool KFoldBagging { get; init; }

    /// <summary>When to stop because the training loss no longer falls.</summary>
    /// <value>Null: never.</value>
    public LossTolerance? LossTolerance { get; init; }

    /// <summary>How long training may take. Afterwards no other minibatch begins; what was learned is kept, as if it had been the last
    /// epoch.</summary>
    /// <remarks>
    /// If the time does not suffice for <see cref="NumberOfIterations"/> epochs, schedules follow the time: they end when it does. The last
    /// validation check
    /// is part of the time. If the time is over before the first minibatch, there is nothing to keep, and <see cref="TimeoutException"/> is
    /// thrown.
    /// </remarks>
    /// <value>Null: as long as it takes; otherwise &gt; 0. How far training comes depends on the machine, so the result does, too.</value>
    public TimeSpan? MaximumTrainingTime { get; init => field = Ranges.Checked(value); }

    /// <summary>Ends training when it is cancelled: no other minibatch begins. The parameters learned so far are kept; with
    /// validation data, the best of them.</summary>
    /// <value>None. If it is cancelled before the first minibatch, there is nothing to keep, and <see cref="OperationCanceledException"/>
    /// is thrown.</value>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Whether cancellation throws <see cref="OperationCanceledException"/> instead.</summary>
    /// <value>False.</value>
    public bool ThrowOnCancellation { get; init; }

    /// <summary>What every example of a class counts for, beside its own weight.</summary>
    /// <value>Null: 1 for all classes. Otherwise one for each class, > 0 and finite; of two classes, first the negative one. Validation
    /// losses are weighed alike, metrics are not.</value>
    public IReadOnlyList<double>? ClassWeights
    {
        get;
        init =>
            field = value is null || value.All(weight => weight > 0 && double.IsFinite(weight))
                ? value?.ToArray()
                : throw new ArgumentOutOfRangeException(nameof(ClassWeights), string.Join(", ", value), "each must be > 0 and finite");
    }

    /// <summary>Whether every class counts for as much as any other, however rare: its examples by Σw / (classes · Σw of the
    /// class).</summary>
    /// <remarks>King and Zeng (2001), "Logistic regression in rare events data"; scikit-learn's <c>class_weight='balanced'</c>.</remarks>
    /// <value>False. Multiplied by <see cref="ClassWeights"/>, where those are given.</value>
    public bool BalancedClassWeights { get; init; }

    /// <summary>Of two classes: the metric that decides from which score on an example is called positive.</summary>
    /// <value>Null: from 0 on. Otherwise <see cref="Accuracy"/>, <see cref="F1Score"/> or <see cref="MacroAccuracy"/>; the score that does
    /// best by it on the validation data becomes <see cref="TrainingResult.Threshold"/>; none does where all of it is of one class.</value>
    public Metric? ThresholdMetric
    {
        get;
        init =>
            field = value is null or IDecisionMetric
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(ThresholdMetric), value,
                    $"must be a metric of decisions: {nameof(Accuracy)}, {nameof(F1Score)} or {nameof(MacroAccuracy)}");
    }

    /// <summary>Temperature scaling: whether the scores of the trained network are divided by a number T, which corrects
    /// too high or too low confidence. T minimizes the cross-entropy of the validation data.</summary>
    /// <remarks>
    /// Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks", arXiv:1706.04599. The most
    /// probable class does not change. One more example counts, whose class is unknown. So with n examples and K classes,
    /// the target of each example is (n·y + 1/K) / (n + 1). This keeps T above 0 even where every example is classified
    /// correctly. Platt (1999), "Probabilistic outputs for support vector machines", §2.2, has the same idea. Weights of
    /// examples and classes count. With <see cref="KFoldBagging"/>, T is measured on single members, and applied to the
    /// average of their predictions. <see cref="EpochReport"/>s are of scores that are not divided yet.
    /// </remarks>
    /// <value>False. If true, the loss must have logits (<see cref="Loss.HasLogits"/>). Without validation data, and with
    /// examples of one class alone, T is 1. T is from 0.01 to 100; <see cref="TrainedNetwork.Temperature"/> returns
    /// it.</value>
    public bool TemperatureScaling { get; init; }

    /// <summary>Whether features are shifted and scaled, as <see cref="FeatureScaling"/> says.</summary>
    /// <remarks>Features that are constant or empty in training become 0 either way (<see cref="TrainingResult.IgnoredFeatures"/>), unless
    /// <see cref="InitialParameters"/> are given for features that are not scaled.</remarks>
    /// <value>True. Going on from an earlier network uses that network's numbers.</value>
    public bool StandardizeInputs { get; init; } = true;

    /// <summary>By what features are shifted and scaled.</summary>
    /// <value><see cref="FeatureScaling.Standard"/>. Sparse features are divided by their largest magnitude either way.</value>
    public FeatureScaling FeatureScaling { get; init => field = Ranges.Checked(value); }

    /// <summary>Whether targets are, too.</summary>
    /// <value>True. Ignored for losses that do not allow it (<see cref="Loss.AllowsTargetScaling"/>).</value>
    public bool StandardizeTargets { get; init; } = true;

    /// <summary>Whether predictions go no further than the least and the largest target of the training data, in validation and in
    /// scoring.</summary>
    /// <value>False. Only for losses whose predictions are in units of the target (<see cref="Loss.AllowsTargetScaling"/>); others are
    /// refused. Going on from an earlier network widens its bounds.</value>
    public bool ClampPredictions { get; init; }

    /// <summary>λ₁: adds λ₁·Σ|θ| to J, which draws small weights to zero. Coupled: its gradient λ₁·sign θ is added to the
    /// gradient that the optimizer receives.</summary>
    /// <value>0; ≥ 0 and finite. Of weights and embeddings only, unless <see cref="ParameterGroups"/> says otherwise. Reported losses leave
    /// it out.</value>
    public double L1Regularization { get; init => field = Ranges.Checked(value); }

    /// <summary>λ₂: adds ½·λ₂·Σθ² to J, which keeps weights small. Coupled: its gradient λ₂·θ is added to the gradient that
    /// the optimizer receives, as <c>weight_decay</c> of PyTorch's Adam. scikit-learn's <c>alpha</c> is λ₂ times the rows
    /// of a batch.</summary>
    /// <value>0; ≥ 0 and finite. Of weights and embeddings only, unless <see cref="ParameterGroups"/> says otherwise. Reported losses leave
    /// it out.</value>
    public double L2Regularization { get; init => field = Ranges.Checked(value); }

    /// <summary>λ: θ ← θ − α·λ·θ before every step, beside the optimizer instead of through it, so that adaptive steps do not undo
    /// it.</summary>
    /// <remarks>Loshchilov and Hutter (2019), "Decoupled weight decay regularization", arXiv:1711.05101; as PyTorch's AdamW.</remarks>
    /// <value>Null, which stands for <see cref="Optimizer.DefaultWeightDecay"/>: 0.01 for <see cref="AdamW"/>, 0 for others; otherwise ≥ 0
    /// and finite. Of weights and embeddings only, unless <see cref="ParameterGroups"/> says otherwise.</value>
    public double? WeightDecay { get; init => field = Ranges.Checked(value); }

    /// <summary>c: after every step, the weights that enter a unit are shortened to this Euclidean norm, if they are longer.</summary>
    /// <remarks>Srivastava et al. (2014), "Dropout", JMLR 15, §5.1; as Keras's MaxNorm. Of dense layers.</remarks>
    /// <value>Null, which does not; otherwise &gt; 0 and finite. 2 to 4 are usual.</value>
    public double? MaximumNorm { get; init => field = Ranges.Checked(value); }

    /// <summary>Whether and how examples are mixed.</summary>
    /// <value>Null: each is learned from by itself.</value>
    public Mixup? Mixup { get; init; }

    /// <summary>Whether to predict with an average of the parameters on their way.</summary>
    /// <value>Null: with the parameters as they are in the end.</value>
    public WeightAveraging? WeightAveraging { get; init; }

    /// <summary>How gradients are kept short.</summary>
    /// <value>Null: not at all.</value>
    public GradientClipping? GradientClipping { get; init; }

    /// <summary>Factors of learning rate and regularization for weights, biases and others.</summary>
    /// <value>All learn alike; weights and embeddings are regularized.</value>
    public ParameterGroups ParameterGroups { get; init; } = new();

    /// <summary>Whether every <see cref="EpochReport"/> has the scales of activations and gradients in each layer. It also
    /// has warnings when they vanish or explode, or units are dead.</summary>
    /// <value>False. If true, up to 256 more examples go forward and backward in every epoch; what is learned does not
    /// change.</value>
    public bool Diagnostics { get; init; }

    /// <summary>Most threads that one step is shared by, the caller's among them. The result does not depend on it, to the last
    /// bit.</summary>
    /// <value>Null, which stands for the processors that no other training of this process uses; otherwise at least 1. Small steps are left
    /// to fewer threads.</value>
    public int? NumberOfThreads { get; init => field = Ranges.Checked(value); }

    /// <summary>Where random numbers start: same seed, same bits.</summary>
    /// <value>0; any number.</value>
    public int Seed { get; init; }

    /// <summary>What time limits are measured by.</summary>
    /// <value>The system's clock.</value>
    internal TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Refuses what does not go with the optimizer or the loss.</summary>
    /// <exception cref="ArgumentException">Names the option.</exception>
    internal void CheckCombination()
    {
        if (MomentumSchedule is not null && !Optimizer.HasMomentum)
            throw new ArgumentException(
                $"{Optimizer} has no momentum that {nameof(MomentumSchedule)} could change.", nameof(MomentumSchedule));
        if (ClampPredictions && !Loss.AllowsTargetScaling)
            throw new ArgumentException(
                $"{nameof(ClampPredictions)} keeps predictions between the least and the largest target; those of {Loss} are not in " +
                    $"units of the target.",
                nameof(ClampPredictions));
        if (TemperatureScaling && !Loss.HasLogits)
            throw new ArgumentException(
                $"{nameof(TemperatureScaling)} divides logits; the scores of {Loss} are none.", nameof(TemperatureScaling));
        if (KFoldBagging && Mixup is not null)
            throw new ArgumentException(
                $"{nameof(Mixup)} does not go with {nameof(KFoldBagging)}: it mixes rows that a member may learn from with those that it " +
                    $"may not.",
                nameof(Mixup));
        if (KFoldBagging && EarlyStopping is { RefitOnAllRows: true })
            throw new ArgumentException(
                $"{nameof(EarlyStopping.RefitOnAllRows)} does not go with {nameof(KFoldBagging)}, which keeps no rows from training.",
                nameof(EarlyStopping));
        if (!Optimizer.UsesLineSearch) return;
        Refuse(nameof(BatchSize), BatchSize is not (null or FullBatch), "uses all rows in every step: null or FullBatch");
        Refuse(nameof(L1Regularization), L1Regularization > 0, "needs a smooth objective: 0; L2Regularization is smooth");
        Refuse(nameof(WeightDecay), WeightDecay > 0, "minimises one objective: null or 0; L2Regularization is a part of it");
        Refuse(nameof(GradientClipping), GradientClipping is not null, "needs the gradient as it is: null");
        Refuse(nameof(MaximumNorm), MaximumNorm is not null, "needs to know where its steps end: null");
        Refuse(nameof(Mixup), Mixup is not null, "needs a loss that stays the same: null");
        Refuse(nameof(WeightAveraging), WeightAveraging is not null, "converges by itself: null");

        void Refuse(string option, bool isGiven, string reason)
        {
            if (isGiven) throw new ArgumentException($"{option} does not go with {Optimizer.GetType().Name}, which {reason}.", option);
        }
    }

    /// <summary>The batch size used where none is given: about 1/64 of the examples as a power of two, between 8 and 1024.</summary>
    public static int DefaultBatchSize(int exampleCount) =>
        1 << int.Log2(Math.Clamp(exampleCount / 64, 8, 1024));
}
