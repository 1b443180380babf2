using Backprop.Layers;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Data;
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
        /// <param name="keys">What key columns add.</param>
        /// <param name="slots">What the features are like.</param>
        internal MultilayerPerceptron ToPerceptron(IReadOnlyList<KeySlot> keys, FeatureTraits slots) => new()
        {
            HiddenLayers = HiddenLayers,
            Activation = Activation,
            Activations = Activations,
            Normalization = Normalization,
            Dropout = Dropout,
            InputDropout = InputDropout,
            AlphaDropout = AlphaDropout,
            InputNoise = InputNoise,
            Categories =
            [
                .. Categories.Select(category => InNetwork(category, slots)),
                .. keys.Where(key => !IsOneHot(key)).Select(Embedded),
            ],
            OneHotCategories = [.. keys.Where(IsOneHot).Select(key => new OneHotCategory(key.Slot, key.Count))],
            OneHotScaling = NormalizeFeatures ? FeatureScaling : null,
            MissingValues = MissingValues,
            IndicatedFeatures = slots.WithMissing,
            QuantileFeatures = [.. slots.Concentrated.Except(Categories.Select(category => category.Slot)).Except(keys.Select(key => key.Slot))],
            SmoothClip = SmoothClip,
            NumericEmbedding = NumericEmbedding,
            InputScale = InputScale,
            Residual = Residual,
            InputSkip = InputSkip,
            NtkParametrization = NtkParametrization,
            EnsembleSize = EnsembleSize,
        };

        // Slots are named as they stand in the data.
        private static EmbeddedCategory InNetwork(EmbeddedCategory category, FeatureTraits traits) =>
            traits.Columns is { } known ? category with { Slot = known.Features.PlaceOf(category.Slot) } : category;

        private EmbeddedCategory Embedded(KeySlot key) =>
            new(key.Slot, key.Count, EmbeddingDimension ?? EmbeddedCategory.DefaultDimension(key.Count));

        // The missing value is one of them.
        private bool IsOneHot(KeySlot key) => key.Count < MaximumOneHotValues;

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
            EvenBatches = EvenBatches,
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
            KFoldBagging = KFoldBagging,
            LossTolerance = LossTolerance,
            MaximumTrainingTime = MaximumTrainingTime,
            Clock = Clock,
            StandardizeInputs = NormalizeFeatures,
            FeatureScaling = FeatureScaling,
            StandardizeTargets = NormalizeLabel,
            ClampPredictions = ClampPredictions,
            Diagnostics = Diagnostics,
            ClassWeights = classWeights,
            BalancedClassWeights = ClassWeights is { IsBalanced: true },
            ThresholdMetric = ThresholdMetric,
            TemperatureScaling = TemperatureScaling && loss.HasLogits,
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
            if (FeatureColumnName is not null) context.CheckNonEmpty(FeatureColumnName, nameof(FeatureColumnName));
            if (ExampleWeightColumnName is not null) context.CheckNonEmpty(ExampleWeightColumnName, nameof(ExampleWeightColumnName));
            context.CheckValue(CategoricalFeatureColumnNames, nameof(CategoricalFeatureColumnNames));
            foreach (var name in CategoricalFeatureColumnNames) context.CheckNonEmpty(name, nameof(CategoricalFeatureColumnNames));
            if (FeatureColumnName is null && CategoricalFeatureColumnNames.Length == 0)
                throw OutOfRange(nameof(FeatureColumnName), "null", $"there is nothing to predict from: it may be null only where {nameof(CategoricalFeatureColumnNames)} names a column");
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
            if (Caching == DataCaching.Stream && !MayStream) throw OutOfRange(nameof(Caching), Caching, $"does not go with {(KFoldBagging ? nameof(KFoldBagging) : Optimizer is Lbfgs ? nameof(Lbfgs) : nameof(EarlyStopping.RefitOnAllRows))}, which needs all rows in memory");
            if (TensorBoardDirectory is not null) context.CheckNonEmpty(TensorBoardDirectory, nameof(TensorBoardDirectory));
            if (MaximumOneHotValues < 0) throw OutOfRange(nameof(MaximumOneHotValues), MaximumOneHotValues, "must be at least 0");
            if (EmbeddingDimension < 1) throw OutOfRange(nameof(EmbeddingDimension), EmbeddingDimension, "must be at least 1");
            if (MemoryBudget < 1) throw OutOfRange(nameof(MemoryBudget), MemoryBudget, "must be at least 1");
            if (InputSkip && EnsembleSize > 1) throw OutOfRange(nameof(InputSkip), InputSkip, $"is for a single network; {nameof(EnsembleSize)} is {EnsembleSize}{OfPreset(nameof(EnsembleSize))}");
            ToPerceptron([], FeatureTraits.None).CheckCombination();
            if (KFoldBagging && EnsembleSize < 2) throw OutOfRange(nameof(EnsembleSize), EnsembleSize, $"{nameof(KFoldBagging)} needs at least 2");
            if (KFoldBagging && (ValidationFraction > 0 || ValidationData is not null)) throw OutOfRange(nameof(KFoldBagging), KFoldBagging, $"validates on all rows; {(ValidationData is null ? nameof(ValidationFraction) : nameof(ValidationData))} does not go with it");
            if (KFoldBagging && MissingValues == MissingValues.Learned) throw OutOfRange(nameof(MissingValues), MissingValues, $"is learned from all rows, which {nameof(KFoldBagging)} keeps apart: Mean or Median");
            if (EnsembleSize > 1 && Optimizer is Lbfgs) throw OutOfRange(nameof(EnsembleSize), EnsembleSize, $"does not go with {nameof(Lbfgs)}, which searches along one line for all of them: 1{OfPreset(nameof(EnsembleSize))}");
            if (Dropout > 0 && Optimizer is Lbfgs) throw OutOfRange(nameof(Dropout), Dropout, $"does not go with {nameof(Lbfgs)}, which needs a loss that stays the same from step to step: 0{OfPreset(nameof(Dropout))}");
            _ = new Trainer(ToTrainingOptions(new SquaredError(), seed: 0));
        }

        /// <exception cref="ArgumentOutOfRangeException">An option does not suit the task; the message names it.</exception>
        internal Loss LossFor(LearningTask task)
        {
            if (_recipe is null) return In(DatasetProfile.Typical with { Task = task }).LossFor(task);
            if (PositiveInstanceWeight != 1 && task != LearningTask.BinaryClassification) throw OutOfRange(nameof(PositiveInstanceWeight), PositiveInstanceWeight, $"is for binary classification, not for {task.Name}; ClassWeights suit several classes");
            if (ClassWeights is not null && !task.HasClasses) throw OutOfRange(nameof(ClassWeights), ClassWeights, $"are for binary and multiclass classification, not for {task.Name}");
            if (ThresholdMetric is not null && task != LearningTask.BinaryClassification) throw OutOfRange(nameof(ThresholdMetric), ThresholdMetric, $"is for binary classification, not for {task.Name}");
            if (EarlyStopping?.Metric is { } metric && !metric.Suits(task.TargetKind))
            {
                var suitable = Metric.All.Where(other => other.Suits(task.TargetKind)).Select(other => other.GetType().Name);
                throw OutOfRange(nameof(EarlyStopping), metric, $"does not suit {task.Name}; allowed are {string.Join(", ", suitable)}");
            }
            if (EarlyStopping?.Metric is { SuitsSeveralLabels: false } single && task == LearningTask.MultiLabelClassification)
            {
                throw OutOfRange(
                    nameof(EarlyStopping), single,
                    $"selects by a metric of one label, not of several; allowed for {task.Name} is {nameof(Metric)} = null, which selects by the loss");
            }
            if (ClampPredictions && !(LossFunction ?? task.DefaultLoss).AllowsTargetScaling) throw OutOfRange(nameof(ClampPredictions), ClampPredictions, $"is for regression with predictions in units of the label, not for {task.Name} with {LossFunction ?? task.DefaultLoss}");
            if (IsExplicitlyEnabled(nameof(TemperatureScaling)) && !(LossFunction ?? task.DefaultLoss).HasLogits) throw OutOfRange(nameof(TemperatureScaling), TemperatureScaling, $"is for classification by a loss with logits, not for {task.Name} with {LossFunction ?? task.DefaultLoss}");
            if (LossFunction is null) return task.LossWith(LabelSmoothing);
            if (LossFunction.TargetKind == task.TargetKind) return LossFunction;
            var allowed = Loss.All.Where(loss => loss.TargetKind == task.TargetKind).Select(loss => loss.GetType().Name);
            throw OutOfRange(nameof(LossFunction), LossFunction, $"does not suit {task.Name}; allowed are {string.Join(", ", allowed)} and others for {task.TargetKind} targets");
        }

        /// <summary>Whether training can do with rows that are read anew in every pass.</summary>
        internal bool MayStream => MayStreamInstead && !KFoldBagging;

        /// <summary>The same where members need not leave out different rows: that is the preset's, and goes where rows do not fit into memory.</summary>
        internal bool MayStreamInstead => Optimizer is not Lbfgs && EarlyStopping is not { RefitOnAllRows: true } && !IsExplicitlyEnabled(nameof(KFoldBagging));

        /// <summary>A weight for each class; null where all count the same.</summary>
        internal double[]? ClassWeightsFor(LearningTask task, DataViewSchema.Column label)
        {
            if (!task.HasClasses) return null;
            var weights = ClassWeights is { IsBalanced: false } named ? named.By(task.ClassNames(label), label.Name) : null;
            if (PositiveInstanceWeight == 1) return weights;
            return [weights?[0] ?? 1, (weights?[1] ?? 1) * PositiveInstanceWeight];
        }

        // Nobody looks for the fault in an option that they did not set.
        private string OfPreset(string option) => IsChosen(option) ? "" : $" (that is {nameof(Preset)}.{Preset.Name}'s; {nameof(Preset)}.{nameof(Preset.Plain)} goes with it)";

        private static ArgumentOutOfRangeException OutOfRange(string option, object? value, string allowed) => new(option, value, allowed);
    }
}
