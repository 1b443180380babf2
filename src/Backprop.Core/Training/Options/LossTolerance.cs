using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>Ends training when the training loss has stopped falling. Keeps the last parameters, because there are no held-out rows for a
/// comparison of epochs.</summary>
/// <remarks>scikit-learn's rule of <c>tol</c> and <c>n_iter_no_change</c>. An epoch counts as idle unless its loss is at least
/// the tolerance below the best. Training ends after more idle epochs in a row than the patience allows.</remarks>
public sealed record LossTolerance
{
    /// <summary>By how much the training loss must fall below the best one so far to count as an improvement.</summary>
    /// <value>1e-4; ≥ 0 and finite.</value>
    public double MinimumImprovement
    {
        get;
        init => field = ValueRange.NotNegative.Checked(value);
    } = 1e-4;

    /// <summary>Idle epochs in a row that are allowed; one more ends training.</summary>
    /// <value>10; at least 1.</value>
    public int Patience
    {
        get;
        init => field = ValueRange.AtLeastOne.Checked(value);
    } = 10;

    internal Watch Start() => new(this);

    /// <summary>The memory of one training run.</summary>
    internal sealed class Watch(LossTolerance rule)
    {
        private double _best = double.PositiveInfinity;
        private int _idle;

        /// <summary>Shows the best loss and the idle epochs to a visitor.</summary>
        public void Visit(StateVisitor visitor)
        {
            visitor.Number("best loss", ref _best);
            visitor.Count("idle epochs", ref _idle);
        }

        /// <summary>Records one epoch. Returns true when training should end.</summary>
        public bool Observe(double trainingLoss)
        {
            _idle = trainingLoss > _best - rule.MinimumImprovement ? _idle + 1 : 0;
            _best = Math.Min(_best, trainingLoss);
            return _idle > rule.Patience;
        }
    }
}
