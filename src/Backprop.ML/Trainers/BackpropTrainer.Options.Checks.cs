using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Presets;
using Backprop.ML.Tasks;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    // What options are checked for, and the core's options that are made of them.
    public sealed partial class Options
    {
        internal Options Copy()
        {
            var copy = (Options)MemberwiseClone();
            copy._chosen = new Dictionary<string, object?>(_chosen);
            if (IsChosen(nameof(HiddenLayers))) copy.HiddenLayers = [.. HiddenLayers];
            copy.Categories = [.. Categories];
            copy.CategoricalFeatureColumnNames = [.. CategoricalFeatureColumnNames];
            copy.InitialParameters = InitialParameters is null ? null : [.. InitialParameters];
            return copy;
        }

        /// <summary>The layers; the setters check the ranges.</summary>
        /// <param name="keys">What key columns add to <see cref="Categories"/>.</param>
        /// <param name="indicated">Slots that have missing values.</param>
        internal MultilayerPerceptron ToPerceptron(IEnumerable<EmbeddedCategory> keys, IReadOnlyList<int> indicated) => new()
        {
            HiddenLayers = HiddenLayers,
            Activation = Activation,
            Activations = Activations,
            Normalization = Normalization,
            Dropout = Dropout,
            InputDropout = InputDropout,
            AlphaDropout = AlphaDropout,
            InputNoise = InputNoise,
            Categories = [.. Categories, .. keys],
            MissingValues = MissingValues,
            IndicatedFeatures = indicated,
            SmoothClip = SmoothClip,
            NumericEmbedding = NumericEmbedding,
            FrontScale = FrontScale,
            Residual = Residual,
            InputSkip = InputSkip,
            NtkParametrization = NtkParametrization,
        };

        /// <summary>The part that the core understands; its setters check the ranges.</summary>
        internal TrainingOptions ToTrainingOptions(Loss loss, int seed, double[]? classWeights = null) => new()
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
            FeatureScaling = FeatureScaling,
            StandardizeTargets = NormalizeLabel,
            Diagnostics = Diagnostics,
            ClassWeights = classWeights,
            BalancedClassWeights = ClassWeights is { IsBalanced: true },
            ThresholdMetric = ThresholdMetric,
            CancellationToken = CancellationToken,
            ThrowOnCancellation = ThrowOnCancellation,
            NumberOfThreads = NumberOfThreads,
            Seed = seed,
        };

        /// <exception cref="ArgumentException">An option is missing or out of range; the message names it and what is allowed.</exception>
        internal void Check(IExceptionContext context)
        {
            context.CheckValue(Preset, nameof(Preset));
            context.CheckNonEmpty(LabelColumnName, nameof(LabelColumnName));
            context.CheckNonEmpty(FeatureColumnName, nameof(FeatureColumnName));
            if (ExampleWeightColumnName is not null) context.CheckNonEmpty(ExampleWeightColumnName, nameof(ExampleWeightColumnName));
            context.CheckValue(CategoricalFeatureColumnNames, nameof(CategoricalFeatureColumnNames));
            foreach (var name in CategoricalFeatureColumnNames) context.CheckNonEmpty(name, nameof(CategoricalFeatureColumnNames));
            if (CategoricalFeatureColumnNames.Distinct().Count() < CategoricalFeatureColumnNames.Length) throw OutOfRange(nameof(CategoricalFeatureColumnNames), string.Join(", ", CategoricalFeatureColumnNames), "a column is named twice");
            if (!(LabelSmoothing >= 0 && LabelSmoothing < 1)) throw OutOfRange(nameof(LabelSmoothing), LabelSmoothing, "must be in [0, 1)");
            if (IsChosen(nameof(LabelSmoothing)) && LossFunction is not null) throw OutOfRange(nameof(LabelSmoothing), LabelSmoothing, $"is of the task's own loss; {LossFunction} is given as {nameof(LossFunction)}, which must smooth by itself");
            context.CheckValue(HiddenLayers, nameof(HiddenLayers));
            context.CheckValue(Categories, nameof(Categories));
            context.CheckValue(Activation, nameof(Activation));
            context.CheckValue(Optimizer, nameof(Optimizer));
            context.CheckValue(LearningRateSchedule, nameof(LearningRateSchedule));
            context.CheckValue(Initializer, nameof(Initializer));
            context.CheckValue(ParameterGroups, nameof(ParameterGroups));
            if (NumberOfThreads < 1) throw OutOfRange(nameof(NumberOfThreads), NumberOfThreads, "must be at least 1");
            if (!(PositiveInstanceWeight > 0) || !double.IsFinite(PositiveInstanceWeight)) throw OutOfRange(nameof(PositiveInstanceWeight), PositiveInstanceWeight, "must be > 0 and finite");
            if (!(ValidationFraction >= 0 && ValidationFraction < 1)) throw OutOfRange(nameof(ValidationFraction), ValidationFraction, "must be in [0, 1)");
            if (!Enum.IsDefined(ValidationRows)) throw OutOfRange(nameof(ValidationRows), ValidationRows, "is not known");
            if (SamplingKeyColumnName is not null && ValidationFraction == 0) throw OutOfRange(nameof(SamplingKeyColumnName), SamplingKeyColumnName, $"says which rows are kept from training together; {nameof(ValidationFraction)} must be above 0");
            if (ValidationData is not null && ValidationFraction > 0) throw OutOfRange(nameof(ValidationData), ValidationData, $"does not go with {nameof(ValidationFraction)}: one of the two");
            if (!Enum.IsDefined(Caching)) throw OutOfRange(nameof(Caching), Caching, "is not known");
            if (Caching == DataCaching.Stream && !MayStream) throw OutOfRange(nameof(Caching), Caching, $"does not go with {(Optimizer is Lbfgs ? nameof(Lbfgs) : nameof(EarlyStopping.RefitOnAllRows))}, which needs all rows in memory");
            if (TensorBoardDirectory is not null) context.CheckNonEmpty(TensorBoardDirectory, nameof(TensorBoardDirectory));
            if (MemoryBudget < 1) throw OutOfRange(nameof(MemoryBudget), MemoryBudget, "must be at least 1");
            ToPerceptron([], []).CheckActivations();
            _ = new Trainer(ToTrainingOptions(new SquaredError(), seed: 0));
        }

        /// <exception cref="ArgumentOutOfRangeException">An option does not suit the task; the message names it.</exception>
        internal Loss LossFor(LearningTask task)
        {
            if (_recipe is null) return In(Situation.Typical with { Task = task }).LossFor(task);
            if (PositiveInstanceWeight != 1 && task != LearningTask.BinaryClassification) throw OutOfRange(nameof(PositiveInstanceWeight), PositiveInstanceWeight, $"is for binary classification, not for {task.Name}; ClassWeights suit several classes");
            if (ClassWeights is not null && !task.HasClasses) throw OutOfRange(nameof(ClassWeights), ClassWeights, $"are for binary and multiclass classification, not for {task.Name}");
            if (ThresholdMetric is not null && task != LearningTask.BinaryClassification) throw OutOfRange(nameof(ThresholdMetric), ThresholdMetric, $"is for binary classification, not for {task.Name}");
            if (EarlyStopping?.Metric is { } metric && !metric.Suits(task.TargetKind))
            {
                var suitable = Metric.All.Where(other => other.Suits(task.TargetKind)).Select(other => other.GetType().Name);
                throw OutOfRange(nameof(EarlyStopping), metric, $"does not suit {task.Name}; allowed are {string.Join(", ", suitable)}");
            }
            if (LossFunction is null) return task.LossWith(LabelSmoothing);
            if (LossFunction.TargetKind == task.TargetKind) return LossFunction;
            var allowed = Loss.All.Where(loss => loss.TargetKind == task.TargetKind).Select(loss => loss.GetType().Name);
            throw OutOfRange(nameof(LossFunction), LossFunction, $"does not suit {task.Name}; allowed are {string.Join(", ", allowed)} and others for {task.TargetKind} targets");
        }

        /// <summary>Whether training can do with rows that are read anew in every pass.</summary>
        internal bool MayStream => Optimizer is not Lbfgs && EarlyStopping is not { RefitOnAllRows: true };

        /// <summary>A weight for each class; null where all count the same.</summary>
        internal double[]? ClassWeightsFor(LearningTask task, DataViewSchema.Column label)
        {
            if (!task.HasClasses) return null;
            var weights = ClassWeights?.By(task.ClassNames(label), label.Name);
            if (PositiveInstanceWeight == 1) return weights;
            return [weights?[0] ?? 1, (weights?[1] ?? 1) * PositiveInstanceWeight];
        }

        private static ArgumentOutOfRangeException OutOfRange(string option, object? value, string allowed) => new(option, value, allowed);
    }
}
