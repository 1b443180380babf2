using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Ends training when the loss on validation data has not improved for some epochs, and restores the best parameters.</summary>
/// <remarks>Prechelt (1998), "Early stopping — but when?"; the rule is Keras's, with <c>restore_best_weights</c>. Ignored when there is no
/// validation data.</remarks>
public sealed record EarlyStopping
{
    /// <summary>A <see cref="Patience"/> that never ends training. The best parameters are restored nevertheless.</summary>
    public const int Unlimited = int.MaxValue;

    /// <summary>Epochs without improvement after which training ends.</summary>
    /// <value>10; at least 1. <see cref="Unlimited"/> never ends it.</value>
    public int Patience
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 10;

    /// <summary>Epochs from one validation check to the next; the last epoch is always validated. Schedules that depend on the validation
    /// loss receive the losses of these checks.</summary>
    /// <value>1, after every epoch; at least 1. With hundreds of short epochs, a larger interval saves time, and the best
    /// parameters are hardly worse.</value>
    public int Interval
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 1;

    /// <summary>The metric that epochs are compared by.</summary>
    /// <value>Null: the loss. Otherwise a metric that suits the targets and is defined for the validation data; otherwise a trainer throws
    /// before the first step. With a metric, all statements about the loss here hold for the metric. Larger is then better if
    /// <see cref="Metric.HigherIsBetter"/> is true. Of several labels or targets, it is the plain mean of their metrics. Errors of targets
    /// are then in units of the standardized targets.</value>
    public Metric? Metric { get; init; }

    /// <summary>Ends training as soon as the loss, or the metric, is at least as good as this (<see cref="TargetPatience"/>).</summary>
    /// <value>Null: never; otherwise finite.</value>
    public double? Target
    {
        get;
        init =>
            field = value is null || double.IsFinite(value.Value)
                ? value
                : throw ValueRange.Refusal(nameof(Target), value, "must be finite");
    }

    /// <summary>How many validation checks in a row must meet <see cref="Target"/>. After perfect accuracy, a few more
    /// epochs still improve confidence.</summary>
    /// <value>1; at least 1. Ignored without a target.</value>
    public int TargetPatience
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 1;

    /// <summary>By how much the loss must fall below the best one so far to count as an improvement.</summary>
    /// <value>0; ≥ 0 and finite.</value>
    public double MinimumImprovement
    {
        get;
        init => field = ValueRange.NotNegative.Checked(value);
    }

    /// <summary>Whether the last of several equally good epochs is kept. With a decaying learning rate, the last epoch has the smallest
    /// steps. On a small validation set, metrics such as <see cref="Accuracy"/> are often exactly equal.</summary>
    /// <value>False: the first. If true, an epoch that is as good as the best also counts as an improvement for
    /// <see cref="Patience"/>.</value>
    public bool KeepLastBest { get; init; }

    /// <summary>Whether, once the best epoch is known, a network is trained again on the training and validation data together. It makes as
    /// many steps as the first run made up to the end of that epoch. There are no validation rows for this network.</summary>
    /// <remarks>The history is that of the first run. Schedules are the same; those that depend on the loss receive the training
    /// loss.</remarks>
    /// <value>False.</value>
    public bool RefitOnAllRows { get; init; }

    /// <summary>Ends training as soon as the validation loss is more than this percentage above the best: GL = 100·(E / E_best − 1) &gt;
    /// this.</summary>
    /// <remarks>Prechelt (1998), "Early stopping — but when?", the class GL. Has no effect while the best loss is not positive.</remarks>
    /// <value>Null: never; otherwise &gt; 0 and finite. 5 is common.</value>
    public double? MaximumGeneralizationLoss
    {
        get;
        init => field = ValueRange.Positive.Checked(value);
    }

    /// <summary>Ends training after a cycle of the learning-rate schedule that gained too little, if the network overfits. The gain is how
    /// much the cycle lowered the best validation loss of all earlier cycles, as a share of that loss. Noisy data then costs a fraction of
    /// the planned epochs: a longer cycle would only overfit more.</summary>
    /// <remarks>The network overfits if the training loss at the last check of the cycle is below the best validation loss of the cycle.
    /// Otherwise it may still find a rule. The same holds while the validation loss is close to that of the best constant prediction.
    /// Training then continues until a twentieth of the way to a perfect prediction is gained. The losses decide even if
    /// <see cref="Metric"/> selects the best epoch, because they depend less on chance. The decision is made at the first validation check
    /// after the end of a cycle, from the second cycle on. No effect with a schedule without cycles, such as
    /// <see cref="Schedules.CosineDecay"/>.</remarks>
    /// <value>Null: never; otherwise in [0, 1). 0.01 means that a cycle must lower the loss by 1 %.</value>
    public double? MinimumGainOfCycle
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    }

    /// <param name="lossOfNothingLearned">The validation loss above which training does not end.</param>
    internal CycleWatch? StartCycles(Func<double> lossOfNothingLearned) =>
        MinimumGainOfCycle is { } gain ? new CycleWatch(gain, lossOfNothingLearned()) : null;

    internal BestSoFar Start(int parameterCount) => new(this, parameterCount);

    /// <summary>The memory of one training run: the best validation loss, or metric, and the parameters that it was
    /// measured with.</summary>
    internal sealed class BestSoFar(EarlyStopping rule, int parameterCount)
    {
        private readonly Real[] _parameters = new Real[parameterCount];
        private double _loss = double.PositiveInfinity;
        private int _epoch, _checksAtTarget;

        /// <summary>The best epoch so far; 0 for none.</summary>
        public int Epoch => _epoch;

        /// <summary>Shows the best epoch and its parameters to a visitor.</summary>
        public void Visit(StateVisitor visitor)
        {
            visitor.Vector("parameters", _parameters);
            visitor.Number("loss", ref _loss);
            visitor.Count("epoch", ref _epoch);
            visitor.Count("checks at target", ref _checksAtTarget);
        }

        /// <summary>Records one epoch. Returns true when training should end.</summary>
        /// <param name="epoch">1, 2, 3, …</param>
        /// <param name="value">The validation loss, or the metric.</param>
        /// <param name="parameters">The parameters that were validated.</param>
        public bool Observe(int epoch, double value, ReadOnlySpan<Real> parameters)
        {
            var sign = rule.Metric is { HigherIsBetter: true } ? -1 : 1;
            var validationLoss = sign * value;
            var bar = _loss - rule.MinimumImprovement;
            if (_epoch == 0 || validationLoss < bar || (rule.KeepLastBest && validationLoss <= bar))
            {
                (_loss, _epoch) = (validationLoss, epoch);
                parameters.CopyTo(_parameters);
            }
            _checksAtTarget = validationLoss <= sign * rule.Target ? _checksAtTarget + 1 : 0;
            return _checksAtTarget >= rule.TargetPatience || epoch - _epoch >= rule.Patience
                || (_loss > 0 && 100 * (validationLoss / _loss - 1) > rule.MaximumGeneralizationLoss);
        }

        /// <summary>Restores the best parameters. Returns their epoch, or null if there was no validation check.</summary>
        public int? Restore(Span<Real> parameters)
        {
            if (_epoch == 0) return null;
            _parameters.CopyTo(parameters);
            return _epoch;
        }
    }

    /// <summary>The memory of one training run for <see cref="MinimumGainOfCycle"/>.</summary>
    internal sealed class CycleWatch(double minimumGain, double lossOfNothingLearned)
    {
        private int _cycle;
        private double _lossOfCycle = double.PositiveInfinity, _lossBefore = double.PositiveInfinity, _trainingLoss;

        /// <summary>Shows the cycle and the best losses to a visitor.</summary>
        public void Visit(StateVisitor visitor)
        {
            visitor.Count("cycle", ref _cycle);
            visitor.Number("best loss of the cycle", ref _lossOfCycle);
            visitor.Number("best loss before", ref _lossBefore);
            visitor.Number("training loss", ref _trainingLoss);
        }

        /// <summary>Records one validation check. Returns true when training should end.</summary>
        /// <param name="cycle">The number of cycles that ended before the last step.</param>
        /// <param name="loss">The validation loss.</param>
        /// <param name="trainingLoss">The training loss of the epoch.</param>
        public bool Observe(int cycle, double loss, double trainingLoss)
        {
            var mustEnd = false;
            if (cycle > _cycle)
            {
                var gainsLittle = _lossOfCycle > _lossBefore - minimumGain * Math.Abs(_lossBefore);
                var best = Math.Min(_lossBefore, _lossOfCycle);
                var isOverfitting = _trainingLoss < _lossOfCycle && best < lossOfNothingLearned;
                mustEnd = _lossBefore < double.PositiveInfinity && gainsLittle && isOverfitting;
                (_cycle, _lossBefore, _lossOfCycle) = (cycle, best, double.PositiveInfinity);
            }
            (_lossOfCycle, _trainingLoss) = (Math.Min(_lossOfCycle, loss), trainingLoss);
            return mustEnd;
        }
    }
}
