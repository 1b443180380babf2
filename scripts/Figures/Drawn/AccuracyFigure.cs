using System.Globalization;

namespace Backprop.Figures;

/// <summary>The error of Preset.Default as a multiple of LightGBM's, one dot for each data set of docs/measurements/accuracy.md.</summary>
internal static class AccuracyFigure
{
    private const double RowHeight = 15, Top = 118;

    // Of classifications 1 − accuracy; of regressions the RMSE. Both are means over the five folds.
    private sealed record Comparison(string Set, double Ratio, bool IsClear);

    public static string Draw()
    {
        var ours = Read("default.csv");
        var theirs = Read("lightgbm.csv");
        var classes = Compare(ours, theirs, isRegression: false);
        var values = Compare(ours, theirs, isRegression: true);

        var rows = Math.Max(classes.Length, values.Length);
        var svg = new Svg(720, (int)(Top + rows * RowHeight + 46));
        svg.Text(24, 34, "Error of Preset.Default, as a multiple of LightGBM's", size: 15, isBold: true);
        var count = classes.Length + values.Length;
        svg.Text(24, 54, $"{count} data sets, five folds, both with their defaults; logarithmic scale", size: 12, fill: Colours.Muted);
        Legend(svg, 24, 74);
        Panel(svg, 24, "Share of wrong classes", classes, rows);
        Panel(svg, 374, "RMSE of regressions", values, rows);

        var all = classes.Concat(values).ToArray();
        Console.WriteLine(
            $"{all.Length} sets; smaller on {all.Count(set => set.Ratio < 1)}, equal on {all.Count(set => set.Ratio == 1)}; " +
            $"clear: {all.Count(set => set.IsClear && set.Ratio < 1)} smaller, {all.Count(set => set.IsClear && set.Ratio > 1)} larger");
        return svg.ToString();
    }

    private static void Legend(Svg svg, double x, double y)
    {
        svg.Circle(x + 6, y - 4, 4.5, Colours.Blue, Colours.Blue);
        svg.Text(x + 16, y, "smaller", size: 12);
        svg.Circle(x + 86, y - 4, 4.5, Colours.Orange, Colours.Orange);
        svg.Text(x + 96, y, "larger", size: 12);
        svg.Circle(x + 156, y - 4, 4.5, Colours.Paper, Colours.Grey);
        svg.Text(x + 166, y, "difference of at most one standard error", size: 12);
    }

    private static void Panel(Svg svg, double left, string heading, Comparison[] sets, int rows)
    {
        double start = left + 152, end = left + 318, bottom = Top + rows * RowHeight;
        var axis = new Axis(0.1, 2, [0.1, 0.2, 0.5, 1, 2], IsLogarithmic: true);
        double X(double ratio) => start + axis.Position(ratio) * (end - start);

        svg.Text(left, Top - 18, heading, size: 13, isBold: true);
        foreach (var mark in axis.Marks)
        {
            svg.Line(X(mark), Top - 8, X(mark), bottom, mark == 1 ? Colours.Grey : Colours.Grid, mark == 1 ? 1.5 : 1);
            if (mark != 0.2) svg.Text(X(mark), bottom + 18, FormattableString.Invariant($"{mark} ×"), "middle", 12, Colours.Muted);
        }
        for (var i = 0; i < sets.Length; i++)
        {
            var (set, ratio, isClear) = sets[i];
            var y = Top + i * RowHeight + 6;
            var colour = !isClear ? Colours.Grey : ratio < 1 ? Colours.Blue : Colours.Orange;
            svg.Text(start - 10, y + 4, set, "end", 11);
            svg.Line(X(1), y, X(ratio), y, colour, 1.2);
            svg.Circle(X(ratio), y, 4, isClear ? colour : Colours.Paper, colour);
            if (ratio >= axis.Lowest) continue;
            svg.Text(X(1) + 6, y + 4, FormattableString.Invariant($"{ratio:0.##} ×"), size: 11, fill: Colours.Muted);
        }
    }

    private static Comparison[] Compare(
        Dictionary<string, double[]> ours, Dictionary<string, double[]> theirs, bool isRegression) =>
        [.. ours.Where(set => set.Key.EndsWith(isRegression ? "/rmse" : "/error", StringComparison.Ordinal))
            .Select(set => Compare(set.Key.Split('/')[0], set.Value, theirs[set.Key]))
            .OrderBy(set => set.Ratio).ThenBy(set => set.Set, StringComparer.Ordinal)];

    // A difference is clear if its mean over the folds is more than one standard error, as in docs/measurements/accuracy.md.
    private static Comparison Compare(string set, double[] ours, double[] theirs)
    {
        var differences = ours.Zip(theirs, (own, other) => own - other).ToArray();
        var mean = differences.Average();
        var deviation = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1));
        var ratio = ours.SequenceEqual(theirs) || theirs.Average() == 0 && ours.Average() == 0 ? 1 : ours.Average() / theirs.Average();
        return new Comparison(set, ratio, Math.Abs(mean) > deviation / Math.Sqrt(differences.Length));
    }

    // The error of each fold, by set and kind. Of several results for a fold, the last one counts.
    private static Dictionary<string, double[]> Read(string file)
    {
        var path = Path.Combine(Repository.Root, "benchmarks", "accuracy", file);
        var folds = new Dictionary<(string Key, int Fold), double>();
        foreach (var line in File.ReadLines(path).Skip(1))
        {
            var cells = line.Split(',');
            if (cells[0] != "folds") continue;
            var isRegression = cells[3].Length == 0;
            var value = double.Parse(cells[isRegression ? 6 : 3], CultureInfo.InvariantCulture);
            var key = $"{cells[1]}/{(isRegression ? "rmse" : "error")}";
            folds[(key, int.Parse(cells[2], CultureInfo.InvariantCulture))] = isRegression ? value : 1 - value;
        }
        return folds.GroupBy(fold => fold.Key.Key)
            .ToDictionary(set => set.Key, set => set.OrderBy(fold => fold.Key.Fold).Select(fold => fold.Value).ToArray());
    }
}
