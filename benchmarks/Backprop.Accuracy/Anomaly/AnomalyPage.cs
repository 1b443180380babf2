using System.Globalization;
using System.Text;
using Backprop.Accuracy.Summary;

namespace Backprop.Accuracy.Anomaly;

/// <summary>docs/measurements/anomaly.md: text above the marker is written by hand, tables below it are made of the results.</summary>
internal static class AnomalyPage
{
    private const string Marker = "<!-- The rest of this page is written by benchmarks/accuracy.sh anomaly summary --write. -->";

    /// <summary>Prints the tables; with <paramref name="write"/> also writes them into the page.</summary>
    public static void Make(bool write)
    {
        var rows = AnomalyRun.Read();
        var text = $"""
            ## Area under the ROC curve

            {Table(rows, "mean", row => row.AreaUnderRocCurve)}
            ## Detection rate at 10 false alarms

            {Table(rows, "mean", row => row.DetectionRate)}
            ## Decisions of `Default`

            {Decisions(rows)}
            """;
        Console.WriteLine(text);
        if (write) MeasurementPage.WriteBelow("anomaly.md", Marker, text);
    }

    // The best value of every set is bold.
    private static string Table(IReadOnlyList<AnomalyRow> rows, string last, Func<AnomalyRow, double> measure)
    {
        var text = new StringBuilder("| set | normal rows | anomalies |");
        foreach (var learner in AnomalyRun.Learners) text.Append($" {learner} |");
        text.Append($"\n| --- | --- | --- |{string.Concat(Enumerable.Repeat(" --- |", AnomalyRun.Learners.Count))}\n");
        var sets = Sets(rows);
        foreach (var set in sets)
        {
            var folds = set.Where(row => row.Learner == AnomalyRun.Ours).ToArray();
            text.Append(CultureInfo.InvariantCulture, $"| {set.Key} | {folds.Sum(row => row.Normal)} | {folds[0].Anomalies} |");
            double[] means = [.. AnomalyRun.Learners.Select(learner => Mean(set, learner, measure))];
            AppendBest(text, means);
        }
        text.Append(CultureInfo.InvariantCulture, $"| {last} | | |");
        AppendBest(text, [.. AnomalyRun.Learners.Select(learner => sets.Average(set => Mean(set, learner, measure)))]);
        return text.ToString();
    }

    private static void AppendBest(StringBuilder text, double[] means)
    {
        foreach (var mean in means)
        {
            var value = mean.ToString("F3", CultureInfo.InvariantCulture);
            text.Append(mean == means.Max() ? $" **{value}** |" : $" {value} |");
        }
        text.Append('\n');
    }

    private static string Decisions(IReadOnlyList<AnomalyRow> rows)
    {
        var text = new StringBuilder(
            "| set | normal rows called anomalies | anomalies found | seconds to fit: default | fast | pca |\n"
            + "| --- | --- | --- | --- | --- | --- |\n");
        foreach (var set in Sets(rows))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {set.Key} | {Mean(set, AnomalyRun.Ours, row => row.FalseAlarms):F3} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Mean(set, AnomalyRun.Ours, row => row.Detected):F3} ");
            foreach (var learner in (string[])[AnomalyRun.Ours, AnomalyRun.Fast, AnomalyRun.PcaOfVariance])
                text.Append(CultureInfo.InvariantCulture, $"| {Mean(set, learner, row => row.FitSeconds):G2} ");
            text.Append("|\n");
        }
        return text.ToString();
    }

    // The sets whose folds all learners have, by their rows.
    private static IGrouping<string, AnomalyRow>[] Sets(IReadOnlyList<AnomalyRow> rows) =>
    [
        .. rows.GroupBy(row => row.Set).Where(set => set.Select(row => row.Learner).Distinct().Count() == AnomalyRun.Learners.Count)
            .OrderBy(set => set.Where(row => row.Learner == AnomalyRun.Ours).Sum(row => row.Normal)),
    ];

    private static double Mean(IEnumerable<AnomalyRow> set, string learner, Func<AnomalyRow, double> measure) =>
        set.Where(row => row.Learner == learner).Average(measure);
}
