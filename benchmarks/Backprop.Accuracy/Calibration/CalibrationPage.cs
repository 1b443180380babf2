using System.Globalization;
using System.Text;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Summary;

namespace Backprop.Accuracy.Calibration;

/// <summary>docs/measurements/calibration.md: text above the marker is written by hand, tables below it are made of the results.</summary>
internal static class CalibrationPage
{
    private const string Marker = "<!-- The rest of this page is written by benchmarks/accuracy.sh calibration summary --write. -->";

    /// <summary>Prints the tables; with <paramref name="write"/> also writes them into the page.</summary>
    public static void Make(bool write)
    {
        CalibrationResult[] results = [
            .. CalibrationResults.Read().GroupBy(result => result.Set)
                .Where(set => Learner.OfProbabilities.All(learner => set.Any(result => result.Learner == learner.Key)))
                .SelectMany(set => set)];
        var text = $"## Means over the sets\n\n{Means(results)}\n## Expected calibration error of every set\n\n{Sets(results)}";
        Console.WriteLine(text);
        if (write) MeasurementPage.WriteBelow("calibration.md", Marker, text);
    }

    private static string Means(IReadOnlyList<CalibrationResult> results)
    {
        var ours = Of(results, Learner.OfProbabilities[0].Key);
        var text = new StringBuilder(
            $"Means over {ours.Count} sets. The last two columns count the sets on which the learner's error is larger than that of\n"
            + "`Default`.\n\n"
            + "| learner | top-label ECE | class-wise ECE | Brier score | log-loss | accuracy | larger top-label | larger class-wise |\n"
            + "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var learner in Learner.OfProbabilities)
        {
            var theirs = Of(results, learner.Key);
            var isOurs = learner == Learner.OfProbabilities[0];
            text.Append(CultureInfo.InvariantCulture, $"| {learner.Name} | {theirs.Values.Average(one => one.TopLabel):F4} ");
            text.Append(CultureInfo.InvariantCulture, $"| {theirs.Values.Average(one => one.ClassWise):F4} ");
            text.Append(CultureInfo.InvariantCulture, $"| {theirs.Values.Average(one => one.BrierScore):F4} ");
            text.Append(CultureInfo.InvariantCulture, $"| {theirs.Values.Average(one => one.LogLoss):F4} ");
            text.Append(CultureInfo.InvariantCulture, $"| {theirs.Values.Average(one => one.Accuracy):F4} ");
            text.Append(isOurs ? "| | |\n" : $"| {Larger(one => one.TopLabel)} | {Larger(one => one.ClassWise)} |\n");

            int Larger(Func<CalibrationResult, double> error) => theirs.Count(one => error(one.Value) > error(ours[one.Key]));
        }
        return text.ToString();
    }

    private static string Sets(IReadOnlyList<CalibrationResult> results)
    {
        var text = new StringBuilder("Top-label, with the smallest in bold.\n\n| set | rows | classes |");
        foreach (var learner in Learner.OfProbabilities) text.Append($" {learner.Key} |");
        text.Append($"\n| --- | --- | --- |{string.Concat(Enumerable.Repeat(" --- |", Learner.OfProbabilities.Count))}\n");
        foreach (var set in results.GroupBy(result => result.Set).OrderBy(set => set.First().Rows))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {set.Key} | {set.First().Rows} | {set.First().Classes} |");
            var best = set.Min(result => result.TopLabel);
            foreach (var learner in Learner.OfProbabilities)
            {
                var error = set.Single(result => result.Learner == learner.Key).TopLabel;
                var number = error.ToString("F4", CultureInfo.InvariantCulture);
                text.Append(error == best ? $" **{number}** |" : $" {number} |");
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    private static Dictionary<string, CalibrationResult> Of(IEnumerable<CalibrationResult> results, string learner) =>
        results.Where(result => result.Learner == learner).ToDictionary(result => result.Set);
}
