using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>The smallest and the largest target of the training data, column by column. Predictions are clipped to these bounds.</summary>
/// <remarks>A prediction beyond the targets of all examples is extrapolation. Holzmüller, Grinsztajn and Steinwart (2024), "Better by
/// default", arXiv:2407.04491.</remarks>
public sealed class TargetBounds
{
    private readonly Real[] _least, _most;

    /// <summary>Makes bounds from known values.</summary>
    /// <param name="least">The minimum of each target column; finite.</param>
    /// <param name="most">The maximum of each target column; finite, and not below the minimum.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a number is out of range.</exception>
    public TargetBounds(ReadOnlySpan<Real> least, ReadOnlySpan<Real> most)
    {
        if (least.Length != most.Length)
            throw new ArgumentException($"There are {least.Length} minima, but {most.Length} maxima. Every target needs one of each.");
        for (var j = 0; j < least.Length; j++)
            if (!Real.IsFinite(least[j]) || !Real.IsFinite(most[j]) || least[j] > most[j])
                throw new ArgumentException(
                    $"Target {j}: the minimum, {least[j]}, and the maximum, {most[j]}, must be finite and in this order.");
        (_least, _most) = (least.ToArray(), most.ToArray());
    }

    /// <summary>The smallest target of every column.</summary>
    public ReadOnlySpan<Real> Least => _least;

    /// <summary>The largest target of every column.</summary>
    public ReadOnlySpan<Real> Most => _most;

    /// <summary>The bounds of some targets.</summary>
    /// <param name="targets">[rows × target columns], finite; NaN if missing. At least one row; at least one value of each
    /// column.</param>
    public static TargetBounds Measure(ReadOnlyMatrix targets)
    {
        var bounds = None(targets.Columns);
        for (var row = 0; row < targets.Rows; row++) bounds.Widen(targets.Row(row));
        return bounds;
    }

    /// <summary>The bounds of no targets yet: NaN until <see cref="Widen"/>.</summary>
    internal static TargetBounds None(int columns)
    {
        var bounds = new TargetBounds(new Real[columns], new Real[columns]);
        Array.Fill(bounds._least, Real.NaN);
        Array.Fill(bounds._most, Real.NaN);
        return bounds;
    }

    /// <summary>The bounds of these targets and of others together.</summary>
    internal TargetBounds JoinedWith(TargetBounds? others)
    {
        var joined = new TargetBounds(_least, _most);
        if (others is not null)
        {
            joined.Widen(others._least);
            joined.Widen(others._most);
        }
        return joined;
    }

    /// <summary>Extends the bounds by one more row, without its missing targets (NaN); only for the code that made them.</summary>
    internal void Widen(ReadOnlySpan<Real> targets)
    {
        for (var j = 0; j < targets.Length; j++) (_least[j], _most[j]) = (
            Real.MinNumber(_least[j], targets[j]), Real.MaxNumber(_most[j], targets[j]));
    }

    /// <summary>The same in the units of scaled targets.</summary>
    internal TargetBounds Scaled(Standardization? targets)
    {
        if (targets is null) return this;
        Real[] least = new Real[_least.Length], most = new Real[_most.Length];
        targets.Apply(_least, least);
        targets.Apply(_most, most);
        return new TargetBounds(least, most);
    }

    /// <summary>The limits of every score of a network. A target may have several scores.</summary>
    internal ScoreLimits ToLimits(Loss loss, int outputs)
    {
        Real[] least = new Real[outputs], most = new Real[outputs];
        Array.Fill(least, Real.NegativeInfinity);
        Array.Fill(most, Real.PositiveInfinity);
        loss.BoundScores(_least, _most, least, most);
        return new ScoreLimits(least, most);
    }
}

/// <summary>The limits of every score; infinite without a limit.</summary>
/// <param name="least">[outputs]: the minima.</param>
/// <param name="most">[outputs]: the maxima.</param>
internal sealed class ScoreLimits(Real[] least, Real[] most)
{
    /// <summary>The minimum of every score.</summary>
    public ReadOnlySpan<Real> Least => least;

    /// <summary>The maximum of every score.</summary>
    public ReadOnlySpan<Real> Most => most;

    /// <summary>Clips all scores in place. NaN stays NaN.</summary>
    public void Apply(Matrix scores)
    {
        for (var row = 0; row < scores.Rows; row++)
        {
            var z = scores.Row(row);
            for (var i = 0; i < z.Length; i++) z[i] = Math.Clamp(z[i], least[i], most[i]);
        }
    }
}
