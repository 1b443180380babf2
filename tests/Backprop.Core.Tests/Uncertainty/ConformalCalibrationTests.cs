using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Training;
using Backprop.Uncertainty;
using CsCheck;

namespace Backprop.Core.Tests.Uncertainty;

/// <summary>Intervals and sets against their definitions: all ends of all members and scores, listed and sorted.</summary>
public class ConformalCalibrationTests
{
    // In thousandths, so that the rank is exact in integers: 0.14 · 50 is 7, but a little more in floating point.
    private static readonly Gen<int> Thousandths = Gen.Int[50, 950];

    private static readonly Gen<(int Members, float[] Scores, int[] Folds)> Held =
        from members in Gen.Int[1, 4]
        from rows in Gen.Int[1, 60]
        from scores in Gen.Float[-2, 9].Array[rows]
        from folds in Gen.Int[0, members - 1].Array[rows]
        select (members, scores, folds);

    // Lei et al. (2018): of 19 scores, a coverage of 0.9 has rank 18.
    [Theory]
    [InlineData(19, 0.9, 18)]
    [InlineData(9, 0.9, 9)]
    [InlineData(99, 0.95, 95)]
    [InlineData(10, 0.5, 6)]
    [InlineData(49, 0.14, 7)]
    public void Of_one_network_the_width_is_the_score_of_rank_coverage_times_n_plus_1(int rows, double coverage, int rank)
    {
        float[] scores = [.. Enumerable.Range(1, rows).Select(score => (float)score).Reverse()];
        var (lower, upper) = Of(coverage, scores, 1, []).IntervalOf(0, [new PredictionBounds(100, 100, 1)]);
        Assert.Equal((100 - rank, 100 + rank), (lower, upper));
    }

    [Theory, InlineData(8, 0.9), InlineData(18, 0.95), InlineData(98, 0.99), InlineData(0, 0.5)]
    public void Too_few_rows_lead_to_infinite_intervals_and_full_sets(int rows, double coverage)
    {
        var calibration = Of(coverage, new float[rows], 1, []);
        Assert.Equal((float.NegativeInfinity, float.PositiveInfinity), calibration.IntervalOf(0, [new PredictionBounds(1, 1, 1)]));
        Assert.True(calibration.Contains(0, [double.MaxValue]));
    }

    [Fact]
    public void Intervals_of_members_are_those_of_all_their_ends_in_order() => Gen.Select(
        Held, Thousandths, Gen.Double[-5, 5].Array[4], Gen.Double[0, 3].Array[4], Gen.Double[0, 2].Array[4]).Sample(
        (held, thousandths, centers, halves, scales) =>
    {
        var (members, scores, folds) = held;
        PredictionBounds[] bounds = [
            .. Enumerable.Range(0, members).Select(k => new PredictionBounds(centers[k] - halves[k], centers[k] + halves[k], scales[k]))];
        var (lower, upper) = Of(thousandths / 1000.0, scores, members, folds).IntervalOf(0, bounds);

        var rank = RankOf(thousandths, scores.Length);
        var upperEnds = scores.Zip(folds, (score, k) => bounds[k].Upper + bounds[k].Scale * score).Order().ToArray();
        var lowerEnds = scores.Zip(folds, (score, k) => bounds[k].Lower - bounds[k].Scale * score).OrderDescending().ToArray();
        var (low, high) = rank > scores.Length
            ? (double.NegativeInfinity, double.PositiveInfinity)
            : (lowerEnds[rank - 1], upperEnds[rank - 1]);
        if (low > high) low = high = (low + high) / 2;
        Assert.Equal(((float)low, (float)high), (lower, upper));
    });

    [Fact]
    public void A_class_is_in_the_set_if_fewer_scores_than_the_rank_are_below_its_own() => Gen.Select(
        Held, Thousandths, Gen.Double[-2, 9].Array[4]).Sample((held, thousandths, own) =>
    {
        var (members, scores, folds) = held;
        var isIn = Of(thousandths / 1000.0, scores, members, folds).Contains(0, own.AsSpan(0, members));
        var below = scores.Zip(folds).Count(pair => pair.First < own[pair.Second]);
        Assert.Equal(below < RankOf(thousandths, scores.Length), isIn);
    });

    [Theory, InlineData(1), InlineData(3)]
    public void Of_very_many_rows_a_part_is_kept_and_intervals_are_hardly_wider(int members)
    {
        const int rows = 50_000;
        var scores = TestNumbers.Normal(rows, seed: 3).Select(Math.Abs).ToArray();
        int[] folds = [.. Enumerable.Range(0, rows).Select(row => row % members)];
        var calibration = Of(0.9, scores, members, folds);
        PredictionBounds[] bounds = [.. Enumerable.Range(0, members).Select(k => new PredictionBounds(k * 0.1, k * 0.1, 1))];
        var (lower, upper) = calibration.IntervalOf(0, bounds);
        var ends = scores.Zip(folds, (score, k) => bounds[k].Upper + score).Order().ToArray();
        int rank = (int)Math.Ceiling(0.9 * (rows + 1)), group = (int)Math.Ceiling((double)rows / ConformalCalibration.MaxScores);
        Assert.InRange(upper, (float)ends[rank - 1], (float)ends[rank - 1 + group * members]);
        Assert.InRange(lower, -upper - 1, 0);
        var kept = Enumerable.Range(0, members).Sum(member => calibration.ScoresOf(0, member).Length);
        Assert.InRange(kept, ConformalCalibration.MaxScores / 2, ConformalCalibration.MaxScores);
    }

    // The coverage given the calibration rows has a beta distribution, whose mean is rank / (n + 1).
    [Fact]
    public void New_rows_are_covered_as_often_as_promised()
    {
        const int trials = 4_000, rows = 39;
        var normal = TestNumbers.Normal(trials * (rows + 1), seed: 5).Select(Math.Abs).ToArray();
        var covered = 0;
        for (var trial = 0; trial < trials; trial++)
        {
            var (_, upper) = Of(0.9, normal.AsSpan(trial * (rows + 1), rows).ToArray(), 1, []).IntervalOf(0, [new(0, 0, 1)]);
            if (normal[trial * (rows + 1) + rows] <= upper) covered++;
        }
        var deviation = Math.Sqrt(0.9 * 0.1 / trials);
        Assert.InRange((double)covered / trials, 0.9 - 4 * deviation, 0.9 + 4 * deviation);
    }

    [Fact]
    public void A_prediction_that_is_not_a_number_has_no_interval()
    {
        var (lower, upper) = Of(0.5, [1, 2, 3], 1, []).IntervalOf(0, [new PredictionBounds(double.NaN, double.NaN, 1)]);
        Assert.True(float.IsNaN(lower) && float.IsNaN(upper));
    }

    [Fact]
    public void A_score_is_the_smallest_whose_interval_contains_the_target()
    {
        Assert.Equal(2, new PredictionBounds(3, 3, 1).ScoreOf(5));
        Assert.Equal(0.5, new PredictionBounds(3, 3, 4).ScoreOf(1));
        Assert.Equal(-1, new PredictionBounds(2, 6, 1).ScoreOf(3));
        Assert.Equal(double.PositiveInfinity, new PredictionBounds(3, 3, 0).ScoreOf(4));
        Assert.Equal(0, new PredictionBounds(3, 3, 0).ScoreOf(3));
    }

    [Fact]
    public void A_held_out_row_without_a_prediction_fits_worst_of_all()
    {
        var held = new ExampleSet([0, 0, 0], 1, [1, 1, 1]);
        var loss = new SquaredError();
        ReadOnlyMatrix predictions = new([Real.NaN, 2, 4], 3, 1), others = new([Real.PositiveInfinity, 2, 4], 3, 1);
        var found = ConformityScores.Calibrate(loss, 0.5, predictions, held, members: 1, new WorkMeter(() => { }));
        var expected = ConformityScores.Calibrate(loss, 0.5, others, held, members: 1, new WorkMeter(() => { }));
        Assert.Equal(expected.ScoresOf(0, 0).ToArray(), found.ScoresOf(0, 0).ToArray());
    }

    private static int RankOf(int thousandths, int rows) => (thousandths * (rows + 1) + 999) / 1000;

    private static ConformalCalibration Of(double coverage, float[] scores, int members, int[] folds) =>
        ConformalCalibration.Of(coverage, new ReadOnlyMatrix(scores, scores.Length, 1), members, folds);
}
