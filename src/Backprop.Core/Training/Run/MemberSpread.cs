using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Training;

/// <summary>How much the members of an ensemble differ on rows that one of them held out. The temperature of their average follows from
/// that of a single member.</summary>
/// <remarks>
/// A score of a member is z = s + e: what the members have in common, and an error of its own with the variance v. The temperature of the
/// held-out scores allows for the whole error, but the average of M members has only v/M of it. The best factor of a score with an error is
/// proportional to the share of s in its variance (Spearman, 1904: attenuation). That is (V − v)/V for a member with the variance V, and
/// (V − v)/(V − v + v/M) for the average. So T of the average is T·(1 − (1 − 1/M)·v/V). The members that were trained on a row differ from
/// the one that was not by d, and E[d²] = v·M/(M − 1).
/// </remarks>
/// <param name="members">M, at least 2.</param>
/// <param name="outputs">Scores of a member.</param>
/// <param name="areOneOfAll">Whether the scores are those of classes that exclude each other.</param>
/// <param name="rows">Maximum number of rows of one call.</param>
internal sealed class MemberSpread(int members, int outputs, bool areOneOfAll, int rows)
{
    // With few rows, the members may differ by as much as their scores.
    private const double MinFactor = 0.5;

    private readonly Real[] _scores = new Real[checked(rows * members * outputs)];
    private readonly double[] _sums = new double[outputs];
    private double _weights, _squares, _differences;

    /// <summary>By what the temperature of single members is multiplied for their average; 1 without rows.</summary>
    public double Factor
    {
        get
        {
            var variance = _squares / _weights - _sums.Sum(sum => sum / _weights * (sum / _weights));
            if (!(variance > 0)) return 1;
            var share = 1 - 1.0 / members;
            return Math.Max(MinFactor, 1 - share * share * (_differences / _weights) / variance);
        }
    }

    /// <summary>The scores of some rows, which must be written before <see cref="Add(ReadOnlySpan{int}, ReadOnlySpan{Real})"/>.</summary>
    /// <param name="count">Number of rows.</param>
    /// <returns>[(rows · members) × outputs]</returns>
    public Matrix ScoresOf(int count) => new(_scores.AsSpan(0, count * members * outputs), count * members, outputs);

    /// <summary>Adds the rows of <see cref="ScoresOf"/>.</summary>
    /// <param name="heldOutBy">[rows]: the member that was not trained on the row.</param>
    /// <param name="weights">[rows], or empty.</param>
    public void Add(ReadOnlySpan<int> heldOutBy, ReadOnlySpan<Real> weights)
    {
        var scores = ScoresOf(heldOutBy.Length);
        for (var row = 0; row < heldOutBy.Length; row++)
        {
            double weight = Metric.WeightOf(weights, row);
            var first = row * members;
            if (areOneOfAll)
                for (var m = 0; m < members; m++) Center(scores.Row(first + m));
            for (var k = 0; k < outputs; k++) Add(scores, first, heldOutBy[row], k, weight);
            _weights += weight;
        }
    }

    private void Add(Matrix scores, int first, int heldOutBy, int output, double weight)
    {
        double own = scores.Row(first + heldOutBy)[output], others = 0;
        for (var m = 0; m < members; m++)
            if (m != heldOutBy) others += scores.Row(first + m)[output];
        var difference = own - others / (members - 1);
        _sums[output] += weight * own;
        _squares += weight * own * own;
        _differences += weight * difference * difference;
    }

    // The softmax does not depend on what all scores of a row have in common.
    private static void Center(Span<Real> scores)
    {
        double sum = 0;
        foreach (var score in scores) sum += score;
        var mean = (Real)(sum / scores.Length);
        foreach (ref var score in scores) score -= mean;
    }
}
