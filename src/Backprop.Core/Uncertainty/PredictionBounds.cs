namespace Backprop.Uncertainty;

/// <summary>The part of a prediction interval that a prediction determines. With the conformity score e of held-out rows, the interval is
/// [Lower − Scale·e, Upper + Scale·e].</summary>
/// <param name="Lower">The prediction, or the lowest of several predicted quantiles.</param>
/// <param name="Upper">The prediction, or the highest of several predicted quantiles.</param>
/// <param name="Scale">1, or the predicted standard deviation; at least 0.</param>
internal readonly record struct PredictionBounds(double Lower, double Upper, double Scale)
{
    /// <summary>The conformity score of a target: the smallest e whose interval contains it. Below 0 if the target is between
    /// quantiles.</summary>
    /// <returns>Infinity for a scale of 0 if the target is not between the bounds.</returns>
    public double ScoreOf(double target)
    {
        var excess = Math.Max(Lower - target, target - Upper);
        return Scale > 0 ? excess / Scale : excess > 0 ? double.PositiveInfinity : 0;
    }
}
