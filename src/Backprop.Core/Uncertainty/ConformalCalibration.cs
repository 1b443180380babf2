using Backprop.Numerics;

namespace Backprop.Uncertainty;

/// <summary>Conformity scores of held-out rows. Prediction intervals and prediction sets are computed from them, with a guaranteed
/// coverage.</summary>
/// <remarks>
/// A conformity score says how badly a prediction fits a held-out row:
/// <list type="bullet">
/// <item><description>regression: |y − ŷ|</description></item>
/// <item><description>a loss that predicts a variance σ²: |y − ŷ| / σ</description></item>
/// <item><description>a loss that predicts quantiles: max(lowest − y, y − highest)</description></item>
/// <item><description>classification: 1 − p of the true class</description></item>
/// </list>
/// <para>
/// Let n rows be held out, and r = ⌈coverage·(n + 1)⌉. If all rows were held out by the whole network, an interval is ŷ ± the r-th smallest
/// score (split conformal). With k-fold bagging, row i was held out by one member, which predicts ŷᵢ(x) for a new row x. Then the upper end
/// is the r-th smallest of all ŷᵢ(x) + scoreᵢ, and the lower end is the r-th largest of all ŷᵢ(x) − scoreᵢ (CV+). A class belongs to the
/// set if fewer than r scores are below 1 − pᵢ(class). If r &gt; n, intervals are infinite, and sets have all classes.
/// </para>
/// <para>
/// The guarantee is for new rows that are exchangeable with the held-out rows. Split conformal covers at least the nominal share, and at
/// most 1 / (n + 1) more. CV+ covers at least 1 − 2·(1 − coverage), less a term of about √(2 / n). In practice it covers about the nominal
/// share or more.
/// </para>
/// <para>Sources:</para>
/// <list type="bullet">
/// <item><description>Vovk, Gammerman and Shafer (2005), "Algorithmic learning in a random world".</description></item>
/// <item><description>Sadinle, Lei and Wasserman (2019), "Least ambiguous set-valued classifiers with bounded error
/// levels".</description></item>
/// <item><description>Romano, Patterson and Candès (2019), "Conformalized quantile regression".</description></item>
/// <item><description>Romano, Sesia and Candès (2020), "Classification with valid and adaptive coverage".</description></item>
/// <item><description>Barber, Candès, Ramdas and Tibshirani (2021), "Predictive inference with the jackknife+".</description></item>
/// </list>
/// </remarks>
public sealed class ConformalCalibration
{
    /// <summary>Maximum number of scores that are kept for a target. Of more, every g-th largest one is kept, and intervals become wider by
    /// at most one group of each member.</summary>
    internal const int MaxScores = 4096;

    private readonly Real[][] _scores; // [targets · members], each in ascending order

    private ConformalCalibration(double coverage, int rows, int rank, int members, Real[][] scores) =>
        (Coverage, Rows, Rank, Members, _scores) = (coverage, rows, rank, members, scores);

    /// <summary>The nominal share of new rows whose target is in the interval or set.</summary>
    /// <value>Above 0, below 1.</value>
    public double Coverage { get; }

    /// <summary>n: the number of held-out rows. If it is less than coverage / (1 − coverage), intervals are infinite.</summary>
    public int Rows { get; }

    /// <summary>How many members predict the ends of intervals: 1 if rows were held out by the whole network, otherwise all members of the
    /// ensemble.</summary>
    public int Members { get; }

    /// <summary>Number of targets. A multiclass classification has one.</summary>
    public int Targets => _scores.Length / Members;

    /// <summary>The rank among the scores that are kept: r, if all of them are.</summary>
    internal int Rank { get; }

    /// <summary>The scores of the rows that a member held out.</summary>
    /// <returns>In ascending order.</returns>
    internal ReadOnlySpan<Real> ScoresOf(int target, int member) => _scores[target * Members + member];

    /// <summary>Calibrates by the scores of held-out rows.</summary>
    /// <param name="coverage">Above 0, below 1.</param>
    /// <param name="scores">[rows × targets], finite or +∞.</param>
    /// <param name="members">Number of members that predict.</param>
    /// <param name="folds">[rows]: the member that was not trained on the row; empty if there is one.</param>
    internal static ConformalCalibration Of(double coverage, ReadOnlyMatrix scores, int members, ReadOnlySpan<int> folds)
    {
        var counts = new int[members];
        for (var row = 0; row < scores.Rows; row++) counts[folds.IsEmpty ? 0 : folds[row]]++;
        var group = GroupSize(counts);
        var padding = counts.Sum(count => group * Groups(count, group) - count);
        var needed = RankOf(coverage, scores.Rows);
        var rank = needed > scores.Rows ? counts.Sum(count => Groups(count, group)) + 1 : Groups(needed + padding, group);

        var kept = new Real[scores.Columns * members][];
        for (var target = 0; target < scores.Columns; target++)
            for (var member = 0; member < members; member++)
            {
                var own = new Real[counts[member]];
                var count = 0;
                for (var row = 0; row < scores.Rows; row++)
                    if (folds.IsEmpty || folds[row] == member) own[count++] = scores.Row(row)[target];
                kept[target * members + member] = Thinned(own, group);
            }
        return new ConformalCalibration(coverage, scores.Rows, rank, members, kept);
    }

    /// <summary>The calibration that was saved.</summary>
    /// <exception cref="ArgumentException">The values contradict each other.</exception>
    internal static ConformalCalibration Restore(double coverage, int rows, int rank, int members, Real[][] scores)
    {
        if (!(coverage > 0 && coverage < 1)) throw new ArgumentException($"The coverage is {coverage}; it must be above 0 and below 1.");
        if (members < 1 || scores.Length == 0 || scores.Length % members != 0)
            throw new ArgumentException($"{scores.Length} lists of conformity scores do not fit {members} members.");
        var calibration = new ConformalCalibration(coverage, rows, rank, members, scores);
        var total = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i].Length != scores[i % members].Length)
                throw new ArgumentException("The targets have different counts of conformity scores.");
            if (i < members) total = checked(total + scores[i].Length);
            for (var j = 0; j < scores[i].Length; j++)
                if (Real.IsNaN(scores[i][j]) || (j > 0 && scores[i][j] < scores[i][j - 1]))
                    throw new ArgumentException("Conformity scores are not in ascending order.");
        }
        if (rows < total || rank < 1 || rank > total + 1)
            throw new ArgumentException($"The rank {rank} of {total} conformity scores of {rows} rows is impossible.");
        return calibration;
    }

    /// <summary>The interval of one target.</summary>
    /// <param name="target">The index of the target.</param>
    /// <param name="bounds">[Members]: what each predicts.</param>
    /// <returns>Two NaN if a prediction is NaN. If negative scores move the ends past each other, both are the middle.</returns>
    internal (Real Lower, Real Upper) IntervalOf(int target, ReadOnlySpan<PredictionBounds> bounds)
    {
        foreach (var each in bounds)
            if (double.IsNaN(each.Lower + each.Upper + each.Scale)) return (Real.NaN, Real.NaN);
        var upper = EndOf(target, bounds, new UpperEnd());
        var lower = -EndOf(target, bounds, new LowerEnd());
        if (lower > upper) lower = upper = (lower + upper) / 2;
        return ((Real)lower, (Real)upper);
    }

    /// <summary>Whether a class belongs to the prediction set.</summary>
    /// <param name="target">The index of the target.</param>
    /// <param name="scores">[Members]: the conformity score of the class by each.</param>
    internal bool Contains(int target, ReadOnlySpan<double> scores)
    {
        var below = 0;
        for (var member = 0; member < Members; member++) below += CountBelow(ScoresOf(target, member), scores[member]);
        return below < Rank;
    }

    // The smallest end of any member and score whose count reaches the rank. Counts increase along the scores of a member.
    private double EndOf<TEnd>(int target, ReadOnlySpan<PredictionBounds> bounds, TEnd end) where TEnd : struct, IEnd
    {
        var best = double.PositiveInfinity;
        for (var member = 0; member < Members; member++)
        {
            var scores = ScoresOf(target, member);
            int low = 0, high = scores.Length;
            while (low < high)
            {
                var middle = (low + high) / 2;
                var candidate = end.Of(bounds[member], scores[middle]);
                if (candidate >= best || CountUpTo(target, bounds, end, candidate) >= Rank) high = middle;
                else low = middle + 1;
            }
            if (low < scores.Length) best = Math.Min(best, end.Of(bounds[member], scores[low]));
        }
        return best;
    }

    private int CountUpTo<TEnd>(int target, ReadOnlySpan<PredictionBounds> bounds, TEnd end, double limit) where TEnd : struct, IEnd
    {
        var count = 0;
        for (var member = 0; member < Members; member++)
        {
            var scores = ScoresOf(target, member);
            int low = 0, high = scores.Length;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (end.Of(bounds[member], scores[middle]) <= limit) low = middle + 1;
                else high = middle;
            }
            count += low;
        }
        return count;
    }

    private static int CountBelow(ReadOnlySpan<Real> scores, double limit)
    {
        int low = 0, high = scores.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (scores[middle] < limit) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    // ⌈coverage·(n + 1)⌉. A product that should be an integer may be rounded up by its last digit.
    private static int RankOf(double coverage, int rows) => (int)Math.Ceiling(coverage * (rows + 1.0) - 1e-9);

    private static int GroupSize(int[] counts)
    {
        var group = Math.Max(1, counts.Sum() / MaxScores);
        while (counts.Sum(count => Groups(count, group)) > Math.Max(MaxScores, counts.Length)) group++;
        return group;
    }

    private static int Groups(int count, int group) => (count + group - 1) / group;

    // The largest score of each group. If the last group is not full, it is the one of the smallest scores.
    private static Real[] Thinned(Real[] scores, int group)
    {
        Array.Sort(scores);
        var kept = new Real[Groups(scores.Length, group)];
        for (var i = 0; i < kept.Length; i++) kept[^(i + 1)] = scores[^(i * group + 1)];
        return kept;
    }

    private interface IEnd
    {
        double Of(PredictionBounds bounds, double score);
    }

    private readonly struct UpperEnd : IEnd
    {
        public double Of(PredictionBounds bounds, double score) => Sum(bounds.Upper, bounds.Scale, score);
    }

    // Negated, so that both ends are the smallest of their kind.
    private readonly struct LowerEnd : IEnd
    {
        public double Of(PredictionBounds bounds, double score) => Sum(-bounds.Lower, bounds.Scale, score);
    }

    // 0·∞ would be NaN.
    private static double Sum(double end, double scale, double score) => double.IsInfinity(score) ? score : end + scale * score;
}
