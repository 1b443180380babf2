using ScottPlot;
using ScottPlot.TickGenerators;

namespace Backprop.Accuracy.Summary;

/// <summary>Plots of the results, for docs/measurements/accuracy.md.</summary>
internal static class Plots
{
    private const int Width = 900;

    private static readonly Color _ours = Colors.C0, _others = Colors.Gray, _worse = Colors.C1;

    /// <summary>Draws all that there are results for.</summary>
    /// <returns>The names of the files, and what they show.</returns>
    public static IEnumerable<(string File, string Caption)> Draw(ScoreBoard board, string folder)
    {
        Directory.CreateDirectory(folder);
        if (board.Learners.Count > 0)
        {
            Ranks(board).SavePng(Path.Combine(folder, "ranks.png"), Width, 120 + 32 * board.Learners.Count);
            yield return ("ranks.png", "Mean rank over the sets");
        }
        foreach (var (peer, name) in new[] { ("lightgbm", "LightGbm"), ("sklearn-mlp", "scikit-learn's MLP") })
        {
            (string Set, double Percent)[] differences = [
                .. board.Pairs("folds", Standings.Reference, peer).Select(pair => (pair.One.Set, Improvement(pair.One, pair.Other)))
                    .OrderBy(difference => difference.Item2)];
            if (differences.Length == 0) continue;
            var file = $"against-{peer}.png";
            Differences(differences, name).SavePng(Path.Combine(folder, file), Width, 120 + 17 * differences.Length);
            yield return (file, $"How much smaller Default's error is than that of {name}");
        }
        if (board.Learners.Any(learner => Standings.RelativeTime(board, learner, row => row.FitProcessorSeconds) is not null))
        {
            Times(board).SavePng(Path.Combine(folder, "fit-times.png"), Width, 500);
            yield return ("fit-times.png", "Mean rank and time of fitting");
        }
    }

    private static Plot Ranks(ScoreBoard board)
    {
        var plot = new Plot();
        // The first bar is drawn at the bottom; the best should be at the top.
        var learners = board.Learners.Select(learner => (Learner: learner, Rank: board.MeanRank("folds", learner, board.Learners).Mean))
            .Where(one => double.IsFinite(one.Rank)).OrderByDescending(one => one.Rank).ToArray();
        plot.Add.Bars(
            learners.Select(
                (one, i) =>
                    new Bar
                    {
                        Position = i, Value = one.Rank, FillColor = one.Learner.IsOurs ? _ours : _others, Label = $"{one.Rank:F2}"
                    }).ToArray()).Horizontal = true;
        Names(plot, learners.Select(one => one.Learner.Name));
        plot.XLabel("mean rank over the sets (1 is best)");
        plot.Axes.SetLimitsX(0, learners.Max(one => one.Rank) * 1.1);
        return plot;
    }

    private static Plot Differences((string Set, double Percent)[] differences, string peer)
    {
        var plot = new Plot();
        plot.Add.Bars(
            differences.Select((one, i) => new Bar { Position = i, Value = one.Percent, FillColor = one.Percent >= 0 ? _ours : _worse })
                .ToArray()).Horizontal = true;
        Names(plot, differences.Select(one => one.Set));
        plot.Title($"How much smaller the error of Default is than that of {peer}");
        plot.XLabel("% of the larger one; error is the share of wrong rows, or RMSE");
        return plot;
    }

    private static Plot Times(ScoreBoard board)
    {
        List<TimeAndRank> points = [];
        foreach (var learner in board.Learners)
        {
            if (Standings.RelativeTime(board, learner, row => row.FitProcessorSeconds) is { } time)
                points.Add(new TimeAndRank(learner.Name, learner.IsOurs, time, board.MeanRank("folds", learner, board.Learners).Mean));
        }
        return Times(points);
    }

    /// <summary>Mean ranks against the times of fitting, which are multiples of LightGBM's.</summary>
    public static Plot Times(IReadOnlyList<TimeAndRank> learners)
    {
        var plot = new Plot();
        (double X, double Y)[] places = [.. learners.Select(learner => (Math.Log10(learner.Time), learner.Rank))];
        foreach (var (learner, (x, y)) in learners.Zip(places))
        {
            plot.Add.Marker(x, y, size: 12, color: learner.IsOurs ? _ours : _others);
            var text = plot.Add.Text(learner.Name, x, y);
            (text.OffsetX, text.OffsetY) = (10, -8 + Shift(x, y, places));
        }
        double fastest = Math.Min(0, places.Min(place => place.X)), slowest = Math.Max(0, places.Max(place => place.X));
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic
        {
            IntegerTicksOnly = true, LabelFormatter = exponent => $"{Math.Pow(10, exponent):G3}"
        };
        plot.XLabel("processor time of fitting, times that of LightGbm (geometric mean over the sets)");
        plot.YLabel("mean rank (1 is best)");
        plot.Axes.Bottom.MinorTickStyle.Length = 0;
        plot.Axes.AutoScale(invertX: false, invertY: true);
        // Names stand to the right of their points.
        plot.Axes.SetLimitsX(fastest - 0.1, slowest + 0.25 * (slowest - fastest + 1));
        return plot;
    }

    // Each name is moved down by some pixels, so that names of neighbours do not overlap: the leftmost name stands above the others.
    private static float Shift(double x, double y, IEnumerable<(double X, double Y)> points)
    {
        var near = points.Where(point => point != (x, y) && Math.Abs(point.X - x) < 0.7 && Math.Abs(point.Y - y) < 0.25).ToArray();
        if (near.Length == 0) return 0;
        if (near.All(point => point.X > x)) return -18;
        return near.Any(point => point.Y < y) ? 6 : 0;
    }

    private static void Names(Plot plot, IEnumerable<string> names)
    {
        var ticks = names.Select((name, i) => new Tick(i, name)).ToArray();
        plot.Axes.Left.TickGenerator = new NumericManual(ticks);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Axes.SetLimitsY(-0.7, ticks.Length - 0.3);
        plot.HideGrid();
    }

    // In percent of the larger error, so that it is from −100 to 100 also where one of them is 0.
    private static double Improvement(Cell ours, Cell other) =>
        Math.Max(ours.Error, other.Error) is var larger and > 0 ? 100 * (other.Error - ours.Error) / larger : 0;
}

/// <summary>What a learner costs, and how good it is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsOurs">Whether it is ours.</param>
/// <param name="Time">The time of fitting, as a multiple of LightGBM's.</param>
/// <param name="Rank">The mean rank over the sets; 1 is best.</param>
internal readonly record struct TimeAndRank(string Name, bool IsOurs, double Time, double Rank);
