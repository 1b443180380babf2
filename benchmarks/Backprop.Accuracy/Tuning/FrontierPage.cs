using System.Globalization;
using System.Text;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Summary;

namespace Backprop.Accuracy.Tuning;

/// <summary>The end of docs/measurements/recipe-search.md: mean rank and time of cheaper and more expensive variants of the default
/// preset, each in place of it among the learners of others. On fold 1 of the sets that all variants have.</summary>
internal static class FrontierPage
{
    private const string Marker = "<!-- The rest of this page is written by benchmarks/accuracy.sh frontier summary --write. -->";
    private const string Folds = "folds";
    private const int Fold = 1;

    /// <summary>Prints the table; with <paramref name="write"/> also writes it, and a plot, into the page.</summary>
    public static void Make(bool write)
    {
        Learner[] peers = [.. Learner.All.Where(learner => !learner.IsOurs)];
        Learner[] variants = [
            .. new[] { "best", "best@2", "default" }.Concat(Variation.Sizes.Select(name => $"default@{name}")).Append("fast")
                .Select(key => Learner.Of(key)!)];
        var board = new ScoreBoard([.. variants, .. peers]);
        string[] sets = [
            .. board.Sets(Folds).Where(set => variants.All(variant => board.FindSplit(Folds, set, variant, Fold) is not null))];
        if (sets.Length == 0)
            throw new FormatException(
                $"No set has fold 1 of {string.Join(", ", variants.Select(variant => variant.Key))}: run them first.");
        TimeAndRank[] points = [
            .. variants.Select(variant => new TimeAndRank(
                NameOf(variant), variant.IsOurs, TimeOf(board, sets, variant), RankOf(board, sets, variant, peers)))];
        var text = new StringBuilder($"""
            ## Time and mean rank

            Fold 1 of {sets.Length} sets. Each variant stands in place of `Default` among the {peers.Length} learners of others.
            `Default` has 3 × 128 units and 5 members, or 8 for regression up to 2,000 rows. These are test rows, so nothing was chosen by
            this table.

            | variant | fit, times LightGbm | mean rank |
            | --- | --- | --- |

            """);
        foreach (var point in points.OrderByDescending(point => point.Time))
            text.Append(CultureInfo.InvariantCulture, $"| {point.Name} | {point.Time:G3} | {point.Rank:F2} |\n");
        text.Append("\n![Mean rank and time of variants](plots/frontier.png)\n");
        Console.WriteLine(text);
        if (!write) return;
        Plots.Times(points).SavePng(Repository.Path("docs", "measurements", "plots", "frontier.png"), 900, 500);
        MeasurementPage.WriteBelow("recipe-search.md", Marker, text.ToString());
    }

    private static string NameOf(Learner learner) => learner.Key switch
    {
        "best" => "Best",
        "best@2" => "Best, twice",
        "default" => "Default",
        "fast" => "Fast",
        _ => ((BackpropLearner)learner).Variation!.Name,
    };

    private static double TimeOf(ScoreBoard board, string[] sets, Learner learner) => Math.Exp(
        sets.Select(set => board.RelativeTime(board.FindSplit(Folds, set, learner, Fold)!, row => row.FitProcessorSeconds)).OfType<double>()
            .Average(Math.Log));

    private static double RankOf(ScoreBoard board, string[] sets, Learner learner, Learner[] peers) => sets.Average(set =>
    {
        Cell[] cells = [.. peers.Prepend(learner).Select(each => board.FindSplit(Folds, set, each, Fold)).OfType<Cell>()];
        return ScoreBoard.RankOf(cells[0].Mean, cells.Select(cell => cell.Mean));
    });
}
