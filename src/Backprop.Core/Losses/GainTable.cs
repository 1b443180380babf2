using System.Globalization;
using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>The gain of every relevance label 0, 1, 2, …, and the discounted cumulative gain of an order: DCG@k = Σ gain / log(1 +
/// position) over the first k positions.</summary>
/// <remarks>Järvelin and Kekäläinen (2002), "Cumulated gain-based evaluation of IR techniques". The natural logarithm is that of ML.NET.
/// The quotient of two DCGs does not depend on its base.</remarks>
internal sealed class GainTable
{
    /// <summary>Maximum number of labels.</summary>
    public const int MaxLabels = 256;

    private readonly double[] _gains;

    private GainTable(double[] gains) => _gains = gains;

    /// <summary>0, 3, 7, 15, …, 4095: the gains of ML.NET's LightGBM trainer, for labels from 0 to 11.</summary>
    public static GainTable Default { get; } =
        new([.. Enumerable.Range(0, 12).Select(label => label == 0 ? 0.0 : (1 << (label + 1)) - 1)]);

    /// <summary>The gains, as options show them.</summary>
    public IReadOnlyList<double> Gains => Array.AsReadOnly(_gains);

    /// <summary>The allowed labels, for error messages.</summary>
    public string AllowedLabels => $"0, 1, 2, … up to {_gains.Length - 1}, the last label of its gains";

    /// <summary>Checks and copies the gains of an option.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are too few or too many, or one is not allowed.</exception>
    public static GainTable Of(IReadOnlyList<double> gains, string option)
    {
        ArgumentNullException.ThrowIfNull(gains);
        double[] copy = [.. gains];
        var areGains = copy.Length is >= 2 and <= MaxLabels && copy.All(gain => gain >= 0 && double.IsFinite(gain));
        var ascend = copy.Zip(copy.Skip(1), (low, high) => low <= high).All(ascends => ascends);
        if (!areGains || !ascend)
            throw ValueRange.Refusal(
                option, Text(copy), $"must have 2 to {MaxLabels} gains, each ≥ 0 and finite, none below the one before");
        return new GainTable(copy);
    }

    /// <summary>Whether a target is a label of the table.</summary>
    public bool Contains(Real target) => target >= 0 && target < _gains.Length && Real.IsInteger(target);

    /// <summary>The gain of a label.</summary>
    public double Of(Real target) => _gains[(int)target];

    /// <summary>1 / log(1 + position) of the first k positions, 0 of the others.</summary>
    /// <param name="index">The position, from 0 on.</param>
    /// <param name="truncationLevel">k.</param>
    public static double Discount(int index, int truncationLevel) => index < truncationLevel ? 1 / Math.Log(2 + index) : 0;

    /// <summary>The largest DCG@k: that of the labels in descending order.</summary>
    public double IdealDcg(ReadOnlySpan<Real> targets, int truncationLevel)
    {
        Span<int> counts = stackalloc int[_gains.Length];
        counts.Clear();
        foreach (var target in targets) counts[(int)target]++;
        double dcg = 0;
        var index = 0;
        for (var label = _gains.Length - 1; label >= 0 && index < truncationLevel; label--)
            for (var end = Math.Min(index + counts[label], truncationLevel); index < end; index++)
                dcg += _gains[label] * Discount(index, truncationLevel);
        return dcg;
    }

    /// <summary>Whether the gains are the same.</summary>
    public override bool Equals(object? obj) => obj is GainTable other && _gains.AsSpan().SequenceEqual(other._gains);

    /// <inheritdoc/>
    public override int GetHashCode() => _gains.Aggregate(_gains.Length, HashCode.Combine);

    /// <summary>Lists the gains.</summary>
    public override string ToString() => Text(_gains);

    private static string Text(double[] gains) =>
        $"[{string.Join(", ", gains.Select(gain => gain.ToString(CultureInfo.InvariantCulture)))}]";
}
