using Backprop.Losses;
using Backprop.Metrics;
using Backprop.ML.Data;
using Backprop.ML.Tasks;
using Backprop.Numerics;
using Backprop.Optimizers;
using Backprop.Presets;
using Backprop.Training;
using Microsoft.ML.Runtime;

namespace Backprop.ML;

public sealed partial class BackpropTrainer
{
    // Checks of several options together. The table of options has the checks of single options.
    public sealed partial class Options
    {
        /// <exception cref="ArgumentException">An option is missing or out of range; the message names it and what is allowed.</exception>
        internal void Check(IExceptionContext context)
        {
            context.CheckValue(Preset, nameof(Preset));
            foreach (var option in OptionTable.All)
                if (_chosen.TryGetValue(option.Name, out var chosen)) option.Check(context, chosen);
            CheckColumns();
            Refuse(
                IsChosen(nameof(LabelSmoothing)) && LossFunction is not null, nameof(LabelSmoothing), LabelSmoothing,
                $"applies to the default loss of the task only, but {nameof(LossFunction)} is {LossFunction}: set the smoothing there");
            CheckValidation();
            CheckPartitions();
            var needsMemory = NeedsAllRowsInMemory();
            Refuse(
                Caching == DataCaching.Stream && needsMemory is not null, nameof(Caching), Caching,
                $"cannot be combined with {needsMemory}, which needs all rows in memory");
            Refuse(
                Distributed is { Partitioned: true } && needsMemory is not null, nameof(Distributed), Distributed,
                $"reads rows again in every epoch, because it is {nameof(Distributed.Partitioned)}. So it cannot be combined with "
                + $"{needsMemory}, which needs all rows in memory");
            CheckEnsemble();
            CheckMonotone();
            Refuse(
                SearchesExplicitly && EarlyStopping is { RefitOnAllRows: true }, nameof(Search), Search,
                $"compares networks on held-out rows, which {nameof(Training.EarlyStopping.RefitOnAllRows)} of {nameof(EarlyStopping)} "
                + "trains on: set only one of the two");
            Refuse(
                SearchesExplicitly && InitialParameters is not null, nameof(Search), Search,
                $"compares networks of different sizes, but {nameof(InitialParameters)} fits a single one: set only one of the two");
            Refuse(
                Dropout > 0 && Optimizer.UsesLineSearch, nameof(Dropout), Dropout,
                $"cannot be combined with {Optimizer.GetType().Name}, which needs a loss that does not change from step to step: set 0"
                + OfPreset(nameof(Dropout)));
            _ = new Trainer(ToTrainingOptions(new SquaredError(), seed: 0));
        }

        private void CheckPartitions()
        {
            if (Distributed is not { Partitioned: true } distributed) return;
            ShardChecks.CheckPartitions(distributed, Shuffle);
            Refuse(
                Caching == DataCaching.Memory, nameof(Caching), Caching,
                $"cannot be combined with {distributed}, which reads rows again in every epoch: set {nameof(DataCaching.Auto)}");
        }

        private void CheckColumns()
        {
            var categories = CategoricalFeatureColumnNames;
            Refuse(
                FeatureColumnName is null && categories.Length == 0, nameof(FeatureColumnName), "null",
                $"may be null only if {nameof(CategoricalFeatureColumnNames)} names a column to predict from");
            Refuse(
                categories.Distinct().Count() < categories.Length, nameof(CategoricalFeatureColumnNames), string.Join(", ", categories),
                "names a column twice");
        }

        private void CheckValidation()
        {
            Refuse(
                SamplingKeyColumnName is not null && ValidationFraction == 0, nameof(SamplingKeyColumnName), SamplingKeyColumnName,
                $"determines which rows are held out together, so {nameof(ValidationFraction)} must be above 0");
            Refuse(
                SamplingKeyColumnName is not null && HoldsOutForIntervals, nameof(SamplingKeyColumnName), SamplingKeyColumnName,
                $"holds out rows of a group together, but {nameof(Conformal.HeldOutFraction)} of {nameof(PredictionIntervals)} holds out "
                + "single rows: set it to 0");
            Refuse(
                ValidationData is not null && ValidationFraction > 0, nameof(ValidationData), ValidationData,
                $"cannot be combined with {nameof(ValidationFraction)}: set only one of the two");
        }

        private void CheckEnsemble()
        {
            Refuse(
                InputSkip && EnsembleSize > 1, nameof(InputSkip), InputSkip,
                $"is for a single network, but {nameof(EnsembleSize)} is {EnsembleSize}{OfPreset(nameof(EnsembleSize))}");
            ToPerceptron([], FeatureTraits.None, MonotoneSlots.None).CheckCombination();
            Refuse(KFoldBagging && EnsembleSize < 2, nameof(EnsembleSize), EnsembleSize, $"must be at least 2 for {nameof(KFoldBagging)}");
            Refuse(
                Uncertainty && EnsembleSize < 2, nameof(Uncertainty), Uncertainty,
                $"is the spread of an ensemble, but {nameof(EnsembleSize)} is {EnsembleSize}{OfPreset(nameof(EnsembleSize))}: set at "
                + "least 2");
            var other = ValidationData is null ? nameof(ValidationFraction) : nameof(ValidationData);
            Refuse(
                KFoldBagging && (ValidationFraction > 0 || ValidationData is not null), nameof(KFoldBagging), KFoldBagging,
                $"validates on all rows, so it cannot be combined with {other}");
            Refuse(
                KFoldBagging && MissingValues == Layers.MissingValues.Learned, nameof(MissingValues), MissingValues,
                $"is trained on all rows, so it cannot be combined with {nameof(KFoldBagging)}: set Mean or Median");
            Refuse(
                EnsembleSize > 1 && Optimizer.UsesLineSearch, nameof(EnsembleSize), EnsembleSize,
                $"cannot be combined with {Optimizer.GetType().Name}, which makes one line search for all members: " +
                    $"set 1{OfPreset(nameof(EnsembleSize))}");
        }

        private void CheckMonotone()
        {
            if (MonotoneConstraints is not { } constraints) return;
            Refuse(constraints.Repeated is not null, nameof(MonotoneConstraints), constraints, $"names '{constraints.Repeated}' twice");
            Refuse(
                Normalization != Networks.Normalization.None, nameof(Normalization), Normalization,
                $"cannot be combined with {nameof(MonotoneConstraints)}, because a normalized unit may decrease: set None");
            Refuse(
                InitialParameters is not null, nameof(InitialParameters), "an array",
                $"cannot be combined with {nameof(MonotoneConstraints)}, because an array has no constraints: continue from a model that "
                + "was trained with them");
            const string others = "set one that never decreases, such as ReLU, ELU or Tanh";
            Refuse(
                IsChosen(nameof(Activation)) && !Activation.IsNondecreasing, nameof(Activation), Activation,
                $"may decrease, so it cannot be combined with {nameof(MonotoneConstraints)}: {others}");
            var decreasing = Activations?.FirstOrDefault(activation => !activation.IsNondecreasing);
            Refuse(
                decreasing is not null, nameof(Activations), decreasing,
                $"may decrease, so it cannot be combined with {nameof(MonotoneConstraints)}: {others}");
        }

        private void CheckMonotone(LearningTask task, Loss loss)
        {
            if (MonotoneConstraints is not { } constraints) return;
            Refuse(
                !task.HasLabel, nameof(MonotoneConstraints), constraints,
                $"is not for {task.Name}, whose score is an error and not monotone in a feature: do not set it");
            Refuse(
                task == LearningTask.MulticlassClassification, nameof(MonotoneConstraints), constraints,
                $"is not for {task.Name}: the probabilities of all classes add up to 1, so they cannot all grow. Train a binary "
                + "classification for each class that needs constraints");
            Refuse(
                !loss.HasMonotoneLink, nameof(MonotoneConstraints), constraints,
                $"cannot be combined with {loss}, whose predictions depend on several scores: use another {nameof(LossFunction)}");
        }

        /// <exception cref="ArgumentOutOfRangeException">An option does not suit the task; the message names it.</exception>
        internal Loss LossFor(LearningTask task)
        {
            if (_values is null) return In(task.Describe(DatasetProfile.Typical)).LossFor(task);
            var hasLabels = task.HasLabel && task.HasThreshold;
            Refuse(
                PositiveInstanceWeight != 1 && !hasLabels, nameof(PositiveInstanceWeight), PositiveInstanceWeight,
                $"is for binary and multi-label classification, not for {task.Name}: use {nameof(ClassWeights)} for several classes");
            Refuse(
                ClassWeights is not null && !task.HasClasses && !hasLabels, nameof(ClassWeights), ClassWeights,
                $"are for binary, multiclass and multi-label classification, not for {task.Name}");
            Refuse(
                ThresholdMetric is not null && !hasLabels, nameof(ThresholdMetric), ThresholdMetric,
                $"is for binary and multi-label classification, not for {task.Name}");
            CheckGroups(task);
            if (task.HasLabel)
                Refuse(
                    IsChosen(nameof(AnomalyThreshold)), nameof(AnomalyThreshold), AnomalyThreshold,
                    $"is for anomaly detection, not for {task.Name}");
            else CheckAnomalyDetection();
            if (EarlyStopping?.Metric is { } metric) CheckSuits(metric, task);
            var loss = LossFunction ?? task.DefaultLoss;
            Refuse(
                ClampPredictions && !loss.AllowsTargetScaling, nameof(ClampPredictions), ClampPredictions,
                $"is for regression with predictions in units of the label, not for {task.Name} with {loss}");
            Refuse(
                IsExplicitlyEnabled(nameof(TemperatureScaling)) && !loss.HasLogits, nameof(TemperatureScaling), TemperatureScaling,
                $"is for classification by a loss with logits, not for {task.Name} with {loss}");
            CheckGroupLoss(task, loss);
            CheckMonotone(task, loss);
            if (LossFunction is null) return task.LossWith(LabelSmoothing);
            var allowed = Loss.All.Where(other => other.TargetKind == task.TargetKind).Select(other => other.GetType().Name);
            Refuse(
                loss.TargetKind != task.TargetKind, nameof(LossFunction), loss,
                $"does not suit {task.Name}; allowed are {string.Join(", ", allowed)} and others for {task.TargetKind} targets");
            CheckLossPerTarget(task, loss);
            return loss;
        }

        private void CheckLossPerTarget(LearningTask task, Loss loss)
        {
            if (loss is not LossPerTarget perTarget) return;
            Refuse(
                !task.HasSeveralTargets, nameof(LossFunction), loss,
                $"is for several targets, not for {task.Name}: set one of its losses");
            Refuse(
                PredictionIntervals is not null && perTarget.LabelAmongNumbers is not null,
                nameof(PredictionIntervals), PredictionIntervals,
                $"are intervals of real values, but {nameof(LossFunction)} has a loss for a target of 0 or 1: set null, or train that "
                + "target alone");
        }

        private void CheckGroups(LearningTask task)
        {
            Refuse(
                RowGroupColumnName is not null && !task.HasGroups, nameof(RowGroupColumnName), RowGroupColumnName,
                $"is for ranking, not for {task.Name}: set {nameof(SamplingKeyColumnName)} to hold out the rows of a group together");
            if (!task.HasGroups) return;
            Refuse(
                SamplingKeyColumnName is not null, nameof(SamplingKeyColumnName), SamplingKeyColumnName,
                $"cannot be combined with {task.Name}, which holds out whole groups of {nameof(RowGroupColumnName)}: set null");
        }

        // The core refuses options that the loss does not allow, such as Mixup. Here they are refused before there is data.
        private void CheckGroupLoss(LearningTask task, Loss loss)
        {
            if (task.HasGroups && loss.TargetKind == task.TargetKind) _ = new Trainer(ToTrainingOptions(loss, seed: 0));
        }

        // The target of every row is a reconstruction error of 0, so options of labels have no meaning.
        private void CheckAnomalyDetection()
        {
            string[] ofLabels =
            [
                nameof(LabelColumnName), nameof(LossFunction), nameof(LabelSmoothing), nameof(LabelSmoothingSchedule),
                nameof(NormalizeLabel), nameof(ClampPredictions), nameof(OutputBiasPrior), nameof(PredictionIntervals),
                nameof(Uncertainty), nameof(KFoldBagging), nameof(Mixup), nameof(InputSkip), nameof(AddNewClasses),
                nameof(MaximumIndicatedValues),
            ];
            foreach (var option in ofLabels.Select(OptionTable.Of))
                Refuse(
                    _chosen.TryGetValue(option.Name, out var chosen) && !Equals(chosen, option.ValueIn(_values!)), option.Name, chosen,
                    "is not for anomaly detection, which has no label and reconstructs the features: do not set it");
            const string oneHot = "ml.Transforms.Categorical.OneHotEncoding, and concatenate the result with the features";
            Refuse(
                CategoricalFeatureColumnNames.Length > 0, nameof(CategoricalFeatureColumnNames),
                string.Join(", ", CategoricalFeatureColumnNames), $"is not for anomaly detection: encode categories by {oneHot}");
            Refuse(
                Categories.Length > 0, nameof(Categories), string.Join(", ", Categories),
                $"is not for anomaly detection: encode categories by {oneHot}");
            Refuse(
                EarlyStopping is { Metric: not null }, nameof(EarlyStopping), EarlyStopping?.Metric,
                $"selects by a metric of labels, but anomaly detection has none: set {nameof(Metric)} = null to select by the error");
            Refuse(
                EarlyStopping is { RefitOnAllRows: true }, nameof(EarlyStopping), nameof(Training.EarlyStopping.RefitOnAllRows),
                "leaves no held-out rows, which calibrate the probabilities: set it to false");
        }

        private static void CheckSuits(Metric metric, LearningTask task)
        {
            var suitable = Metric.All.Where(other => other.Suits(task.TargetKind)).Select(other => other.GetType().Name);
            Refuse(
                !metric.Suits(task.TargetKind), nameof(EarlyStopping), metric,
                $"does not suit {task.Name}; allowed are {string.Join(", ", suitable)}");
        }

        /// <summary>Whether training works with rows that are read again in every epoch.</summary>
        /// <remarks>The k-fold bagging of a preset does not prevent a stream: a stream disables it.</remarks>
        internal bool MayStreamInstead =>
            !Optimizer.UsesLineSearch && EarlyStopping is not { RefitOnAllRows: true } && !IsExplicitlyEnabled(nameof(KFoldBagging))
            && !HoldsOutForIntervals && !SearchesExplicitly && RowGroupColumnName is null;

        /// <summary>Whether rows are read again in every epoch, even if they fit into memory.</summary>
        internal bool IsStream => Caching == DataCaching.Stream || Distributed is { Partitioned: true };

        private bool SearchesExplicitly => IsChosen(nameof(Search)) && Search is not null;

        private bool HoldsOutForIntervals => PredictionIntervals is { HeldOutFraction: > 0 };

        // The option that does not allow a stream; null if there is none.
        private string? NeedsAllRowsInMemory()
        {
            if (RowGroupColumnName is not null) return nameof(RowGroupColumnName);
            if (MayStreamInstead && !KFoldBagging) return null;
            if (KFoldBagging) return nameof(KFoldBagging);
            if (HoldsOutForIntervals) return $"{nameof(Conformal.HeldOutFraction)} of {nameof(PredictionIntervals)}";
            if (SearchesExplicitly) return nameof(Search);
            return Optimizer.UsesLineSearch ? Optimizer.GetType().Name : nameof(Training.EarlyStopping.RefitOnAllRows);
        }

        // A note for the message, if the conflicting value is that of the preset.
        private string OfPreset(string option)
        {
            if (IsChosen(option)) return "";
            return $" (the value of {nameof(Preset)}.{Preset.Name}; {nameof(Preset)}.{nameof(Preset.Plain)} allows it)";
        }

        private static void Refuse(bool isWrong, string option, object? value, string reason)
        {
            if (isWrong) throw ValueRange.Refusal(option, value, reason);
        }
    }
}
