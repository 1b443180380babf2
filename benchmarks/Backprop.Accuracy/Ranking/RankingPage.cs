using System.Globalization;
using System.Text;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Summary;

namespace Backprop.Accuracy.Ranking;

/// <summary>docs/measurements/ranking.md: text above the marker is written by hand, tables below it are made of the results.</summary>
internal static class RankingPage
{
    private const string Marker = "<!-- The rest of this page is written by benchmarks/accuracy.sh ranking summary --write. -->";

    /// <summary>Prints the tables; with <paramref name="write"/> also writes them into the page.</summary>
    public static void Make(Manifest manifest, bool write)
    {
        var rows = RankingRun.Read();
        var text = new StringBuilder("## NDCG\n\n");
        text.Append("| set | groups | rows | learner | tested groups | NDCG@5 | difference | NDCG@10 | difference | fit (s) |\n");
        text.Append("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var set in RankingRun.Sets(manifest))
            foreach (var learner in RankingRun.Learners)
                if (Line(set, learner, rows) is { } line) text.Append(line);
        Console.WriteLine(text);
        if (write) MeasurementPage.WriteBelow("ranking.md", Marker, text.ToString());
    }

    private static string? Line(RankingSet set, string learner, IReadOnlyList<RankingRow> rows)
    {
        var own = rows.Where(row => row.Set == set.Name && row.Learner == learner).OrderBy(row => row.Group).ToArray();
        if (own.Length == 0) return null;
        var groups = own.Select(row => row.Group).ToHashSet();
        var others = rows.Where(row => row.Set == set.Name && row.Learner == RankingRun.Learners[0] && groups.Contains(row.Group))
            .OrderBy(row => row.Group).ToArray();
        var seconds = own.GroupBy(row => row.Fold).Average(fold => fold.First().FitSeconds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {set.Name} | {set.GroupCount} | {set.Groups.Length} | {learner} | {own.Length} | {own.Average(row => row.At5):F4} "
            + $"| {Difference(row => row.At5)} | {own.Average(row => row.At10):F4} | {Difference(row => row.At10)} | {seconds:F1} |\n");

        // The mean difference to the first learner on the same groups, and its standard error.
        string Difference(Func<RankingRow, double> measure)
        {
            if (learner == RankingRun.Learners[0]) return "";
            double[] differences = [.. own.Zip(others, (mine, theirs) => measure(mine) - measure(theirs))];
            return string.Create(
                CultureInfo.InvariantCulture, $"{differences.Average():+0.0000;−0.0000;0.0000} ± {Cell.StandardErrorOf(differences):F4}");
        }
    }
}
