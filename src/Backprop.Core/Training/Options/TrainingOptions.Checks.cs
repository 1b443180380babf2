using Backprop.Losses;
using Backprop.Optimizers;

namespace Backprop.Training;

// Checks of several options together. Each option checks its own values.
public sealed partial record TrainingOptions
{
    /// <summary>Checks that the options can be combined with the optimizer and the loss.</summary>
    /// <exception cref="ArgumentException">An option cannot be combined with another. The message names both.</exception>
    internal void CheckCombination()
    {
        if (MomentumSchedule is not null && !Optimizer.HasMomentum)
            throw new ArgumentException(
                $"{nameof(MomentumSchedule)} needs an optimizer with momentum, but {Optimizer} has none. Set it to null.",
                nameof(MomentumSchedule));
        if (ClampPredictions && !Loss.AllowsTargetScaling)
            throw new ArgumentException(
                $"{nameof(ClampPredictions)} limits predictions to the range of the targets, but predictions of {Loss} are not in units " +
                    $"of the target. Set it to false.",
                nameof(ClampPredictions));
        if (TemperatureScaling && !Loss.HasLogits)
            throw new ArgumentException(
                $"{nameof(TemperatureScaling)} divides logits, but the scores of {Loss} are not logits. Set it to false.",
                nameof(TemperatureScaling));
        if (KFoldBagging && Mixup is not null)
            throw new ArgumentException(
                $"{nameof(Mixup)} cannot be combined with {nameof(KFoldBagging)}: it would mix the training rows of a member with its " +
                    $"validation rows.",
                nameof(Mixup));
        if (KFoldBagging && EarlyStopping is { RefitOnAllRows: true })
            throw new ArgumentException(
                $"{nameof(EarlyStopping.RefitOnAllRows)} cannot be combined with {nameof(KFoldBagging)}: " +
                    $"the ensemble is trained on all rows already.",
                nameof(EarlyStopping));
        if (Distributed is { RanksPerTrial: not null })
            throw new ArgumentException(
                $"{nameof(Distributed.RanksPerTrial)} of {nameof(Distributed)} divides the ranks of a search, but this is one training. "
                + "Set it to null.",
                nameof(Distributed));
        CheckGroupLoss();
        if (Optimizer.UsesLineSearch) CheckLineSearch();
        if (Optimizer is StepwiseOptimizer { PredictsWithOthers: true }) CheckOwnPredictor();
        if (Distributed is not null) ShardChecks.Check(Distributed, this);
    }

    private void CheckLineSearch()
    {
        Refuse(nameof(BatchSize), BatchSize is not (null or FullBatch), "uses all rows in every step. Set null or FullBatch");
        Refuse(nameof(L1Regularization), L1Regularization > 0, "needs a smooth objective. Set 0, or use L2Regularization");
        Refuse(nameof(WeightDecay), WeightDecay > 0, "minimises a single objective. Set null or 0, or use L2Regularization");
        Refuse(nameof(GradientClipping), GradientClipping is not null, "needs the unchanged gradient. Set null");
        Refuse(nameof(MaximumNorm), MaximumNorm is not null, "needs steps that nothing else changes. Set null");
        Refuse(nameof(Mixup), Mixup is not null, "needs a loss that does not change from step to step. Set null");
        Refuse(nameof(WeightAveraging), WeightAveraging is not null, "converges without averages. Set null");
        Refuse(
            nameof(LabelSmoothingSchedule), LabelSmoothingSchedule is not null,
            "needs a loss that does not change from step to step. Set null");
        Refuse(
            nameof(DropoutSchedule), DropoutSchedule is not null, "needs a loss that does not change from step to step. Set null");
        Refuse(
            nameof(ParameterGroups), ParameterGroups.All.Any(group => group.LearningRate is not (0 or 1)),
            "has one step size for all parameters. Set the learning rates of groups to 1, or to 0 for parameters that are not learned");

        void Refuse(string option, bool isGiven, string reason) => RefuseWith(Optimizer, option, isGiven, reason);
    }

    private void CheckOwnPredictor()
    {
        RefuseWith(
            Optimizer, nameof(MaximumNorm), MaximumNorm is not null,
            "computes the parameters from its own averages, which no limit would change. Set null");
        RefuseWith(Optimizer, nameof(WeightAveraging), WeightAveraging is not null, "averages the parameters itself. Set null");
    }

    private void CheckGroupLoss()
    {
        if (Loss is not GroupLoss ofGroups) return;
        Refuse(nameof(Mixup), Mixup is not null, "needs the rows of a group as they are. Set null");
        Refuse(nameof(KFoldBagging), KFoldBagging, "needs whole groups. Set false, and use validation examples");
        Refuse(nameof(OutputBiasPrior), OutputBiasPrior, "depends on differences of scores, which no constant changes. Set false");
        Refuse(nameof(PredictionIntervals), PredictionIntervals is not null, "has scores without units. Set null");
        Refuse(nameof(Uncertainty), Uncertainty, "depends on differences of scores, so members may differ by a constant. Set false");
        Refuse(
            nameof(Optimizer), Optimizer.UsesLineSearch && !ofGroups.IsContinuous,
            $"jumps where the order of scores changes, so {Optimizer.GetType().Name} cannot search along a line. Use another optimizer, or "
            + $"{nameof(RankNetLoss)}");

        void Refuse(string option, bool isGiven, string reason) => RefuseWith(Loss, option, isGiven, reason);
    }

    internal static void RefuseWith(object other, string option, bool isGiven, string reason)
    {
        if (isGiven) throw new ArgumentException($"{option} cannot be combined with {other.GetType().Name}, which {reason}.", option);
    }
}
