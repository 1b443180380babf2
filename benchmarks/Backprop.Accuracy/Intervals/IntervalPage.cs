using System.Globalization;
using System.Text;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Summary;

namespace Backprop.Accuracy.Intervals;

/// <summary>docs/measurements/intervals.md: text above the marker is written by hand, tables below it are made of the results.</summary>
internal static class IntervalPage
{
    private const string Marker = "<!-- The rest of this page is written by benchmarks/accuracy.sh intervals summary --write. -->";

    // Coverage that is off by more than this is marked.
    private const double Tolerance = 0.02;

    /// <summary>Prints the tables; with <paramref name="write"/> also writes them into the page.</summary>
    public static void Make(bool write)
    {
        var manifest = new Manifest();
        var rows = Complete(IntervalRun.Read());
        var sets = manifest.Entries.Where(entry => rows.Any(row => row.Set == entry.Name)).OrderBy(entry => entry.Rows).ToArray();
        var text = $"""
            ## Regression

            {Regression([.. sets.Where(entry => entry.Task == TaskKind.Regression)], rows)}
            ## Classification

            {Classification([.. sets.Where(entry => entry.Task != TaskKind.Regression)], rows, manifest)}
            """;
        Console.WriteLine(text);
        if (write) MeasurementPage.WriteBelow("intervals.md", Marker, text);
    }

    // The folds of a set that all of its methods have.
    private static IntervalRow[] Complete(IReadOnlyList<IntervalRow> rows) =>
    [
        .. rows.GroupBy(row => row.Set).SelectMany(set =>
        {
            var methods = set.Select(row => row.Method).Distinct().Count();
            return set.GroupBy(row => row.Fold).Where(fold => fold.Count() == methods).SelectMany(fold => fold);
        }),
    ];

    private static string Regression(ManifestEntry[] sets, IReadOnlyList<IntervalRow> rows)
    {
        var text = new StringBuilder(
            "Widths are those of `Default` with CV+ = 1.\n\n"
            + "| set | rows | tested | CV+ | held out | CQR | LightGBM | width: held out | CQR | LightGBM | correlation |\n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var set in sets)
        {
            var (members, held) = (Of(rows, set, IntervalRun.Members), Of(rows, set, IntervalRun.HeldOut));
            var (quantiles, trees) = (Of(rows, set, IntervalRun.Quantiles), Of(rows, set, IntervalRun.Trees));
            text.Append(CultureInfo.InvariantCulture, $"| {set.Name} | {set.Rows} | {members?.Rows} | {members?.Text} | {held?.Text} ");
            text.Append(CultureInfo.InvariantCulture, $"| {quantiles?.Text} | {trees?.Text} | {held?.SizeOver(members)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {quantiles?.SizeOver(members)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {trees?.SizeOver(members)} | {members?.Correlation:F2} |\n");
        }
        return text.ToString();
    }

    private static string Classification(ManifestEntry[] sets, IReadOnlyList<IntervalRow> rows, Manifest manifest)
    {
        var text = new StringBuilder(
            "| set | rows | tested | classes | CV+ | held out | size: CV+ | held out | empty: CV+ | held out | correlation |\n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var set in sets)
        {
            var (members, held) = (Of(rows, set, IntervalRun.Members), Of(rows, set, IntervalRun.HeldOut));
            text.Append(CultureInfo.InvariantCulture, $"| {set.Name} | {set.Rows} | {members?.Rows} ");
            text.Append(CultureInfo.InvariantCulture, $"| {manifest.Open(set.Name).Classes.Length} ");
            text.Append(CultureInfo.InvariantCulture, $"| {members?.Text} | {held?.Text} | {members?.Size:F2} | {held?.Size:F2} ");
            text.Append(CultureInfo.InvariantCulture, $"| {members?.Empty:F2} | {held?.Empty:F2} | {members?.Correlation:F2} |\n");
        }
        return text.ToString();
    }

    private static Total? Of(IEnumerable<IntervalRow> rows, ManifestEntry set, string method)
    {
        var own = rows.Where(row => row.Set == set.Name && row.Method == method).ToArray();
        if (own.Length == 0) return null;
        double count = own.Sum(row => row.Rows);
        var correlations = own.Where(row => row.Correlation is not null).ToArray();
        return new Total(
            (int)count, own.Sum(row => row.Covered) / count, own.Sum(row => row.Size * row.Rows) / count, own.Sum(row => row.Empty) / count,
            correlations.Length == 0 ? null : correlations.Average(row => row.Correlation!.Value));
    }

    /// <summary>One method on all folds of a set.</summary>
    private sealed record Total(int Rows, double Coverage, double Size, double Empty, double? Correlation)
    {
        public string Text => Math.Abs(Coverage - IntervalRun.Coverage) <= Tolerance
            ? Coverage.ToString("F3", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"*{Coverage:F3}*");

        public string SizeOver(Total? other) =>
            other is null ? "" : (Size / other.Size).ToString("F2", CultureInfo.InvariantCulture);
    }
}
