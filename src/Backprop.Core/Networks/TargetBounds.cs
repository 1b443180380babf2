using Backprop.Losses;
using Backprop.Numerics;

namespace Backprop.Networks;

/// <summary>The least and the largest target that was learned from, column by column: predictions go no further.</summary>
/// <remarks>What no example came near, a network has only made up. Holzmüller, Grinsztajn and Steinwart (2024), "Better by default",
/// arXiv:2407.04491.</remarks>
public sealed class TargetBounds
{
    private readonly Real[] _least, _most;

    /// <summary>Uses the given numbers.</summary>
    /// <param name="least">One for each target column; finite.</param>
    /// <param name="most">One for each target column; finite, and not below its least.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a number is out of range.</exception>
    public TargetBounds(ReadOnlySpan<Real> least, ReadOnlySpan<Real> most)
    {
        if (least.Length != most.Length) throw new ArgumentException($"{least.Length} least targets do not fit {most.Length} largest.");
        for (var j = 0; j < least.Length; j++)
            if (!Real.IsFinite(least[j]) || !Real.IsFinite(most[j]) || least[j] > most[j])
                throw new ArgumentException(
                    $"Target {j}: the least, {least[j]}, and the largest, {most[j]}, must be finite and in this order.");
        (_least, _most) = (least.ToArray(), most.ToArray());
    }

    /// <summary>The least target of every column.</summary>
    public ReadOnlySpan<Real> Least => _least;

    /// <summary>The largest target of every column.</summary>
    public ReadOnlySpan<Real> Most => _most;

    /// <summary>The bounds of some targets.</summary>
    /// <param name="targets">[rows × target columns], finite; at least one row.</param>
    public static TargetBounds Measure(ReadOnlyMatrix targets)
    {
        var bounds = new TargetBounds(targets.Row(0), targets.Row(0));
        for (var row = 1; row < targets.Rows; row++) bounds.Widen(targets.Row(row));
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

    /// <summary>Extends the bounds by one more row; only for the code that has just made them.</summary>
    internal void Widen(ReadOnlySpan<Real> targets)
    {
        for (var j = 0; j < targets.Length; j++) (_least[j], _most[j]) = (Math.Min(_least[j], targets[j]), Math.Max(_most[j], targets[j]));
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

/// <summary>What every score is limited to; infinite where it is not.</summary>
/// <param name="least">[outputs]</param>
/// <param name="most">[outputs]</param>
internal sealed class ScoreLimits(Real[] least, Real[] most)
{
    /// <summary>The least values.</summary>
    public ReadOnlySpan<Real> Least => least;

    /// <summary>The largest values.</summary>
    public ReadOnlySpan<Real> Most => most;

    /// <summary>Limits all scores in place. NaN stays NaN.</summary>
    public void Apply(Matrix scores)
    {
        for (var row = 0; row < scores.Rows; row++)
        {
            var z = scores.Row(row);
            for (var i = 0; i < z.Length; i++) z[i] = Math.Clamp(z[i], least[i], most[i]);
        }
    }
}
