using Backprop.Numerics;

namespace Backprop.Schedules;

/// <summary>The value falls by a factor when the loss has not improved for some validation checks (or epochs, without validation
/// data).</summary>
/// <remarks>As PyTorch's ReduceLROnPlateau with its relative threshold, measured from the magnitude of the best loss, so that negative
/// losses are allowed. Watches the validation loss, or the training loss when there is no validation data.</remarks>
public sealed record ReduceOnPlateau : Schedule
{
    /// <summary>The factor of each fall.</summary>
    /// <value>0.1; in [0, 1].</value>
    public double Factor
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    } = 0.1;

    /// <summary>Number of validation checks (or epochs, without validation data) without improvement that are tolerated. After one more,
    /// the value falls.</summary>
    /// <value>10; at least 0.</value>
    public int Patience
    {
        get;
        init => field = ValueRange.AtLeastZero.Checked(value);
    } = 10;

    /// <summary>The minimum fall of the loss that counts as an improvement, as a share of the best loss.</summary>
    /// <value>1e-4; in [0, 1).</value>
    public double MinimumImprovement
    {
        get;
        init => field = ValueRange.BelowOne.Checked(value);
    } = 1e-4;

    /// <summary>Number of validation checks (or epochs, without validation data) after a fall that are not counted.</summary>
    /// <value>0; at least 0.</value>
    public int Cooldown
    {
        get;
        init => field = ValueRange.AtLeastZero.Checked(value);
    }

    /// <summary>The factor never falls below this.</summary>
    /// <value>0; in [0, 1].</value>
    public double LowestFactor
    {
        get;
        init => field = ValueRange.Share.Checked(value);
    }

    /// <inheritdoc/>
    public override double FactorAt(TrainingMoment moment) => 1;

    /// <inheritdoc/>
    public override ScheduleState Start() => new State(this);

    private sealed class State(ReduceOnPlateau rule) : ScheduleState
    {
        private double _factor = 1, _best = double.PositiveInfinity;
        private int _waited, _resting;

        public override double FactorAt(TrainingMoment moment) => _factor;

        public override void Visit(StateVisitor visitor)
        {
            visitor.Number("factor", ref _factor);
            visitor.Number("best loss", ref _best);
            visitor.Count("epochs waited", ref _waited);
            visitor.Count("epochs of cooldown left", ref _resting);
        }

        public override void Observe(double loss)
        {
            if (loss < _best - rule.MinimumImprovement * Math.Abs(_best) || double.IsPositiveInfinity(_best)) (_best, _waited) = (loss, 0);
            else _waited++;
            if (_resting > 0) (_resting, _waited) = (_resting - 1, 0);
            if (_waited <= rule.Patience) return;
            _factor = Math.Max(rule.LowestFactor, _factor * rule.Factor);
            (_resting, _waited) = (rule.Cooldown, 0);
        }
    }
}
