using Backprop.Accuracy.Data;
using Backprop.Accuracy.Summary;

namespace Backprop.Accuracy.Tuning;

/// <summary>docs/measurements/tuning.md: text above the marker is written by hand, tables below it are made of the results.</summary>
internal static class TuningPage
{
    private const string Marker = "<!-- The rest of this page is written by benchmarks/accuracy.sh tuning summary --write. -->";

    /// <summary>Prints the tables; with <paramref name="write"/> also writes them into the page.</summary>
    public static void Make(Manifest manifest, bool write)
    {
        var tables = new TuningTables(manifest);
        var text = $"""
            ## Result

            {tables.Sets} sets. The error is the share of wrong rows, or the RMSE, as a mean of both folds. Ranks are among these learners.

            {tables.Standing()}
            Sets on which this library is better, equal, worse than LightGBM with the same time, by task:

            {tables.ByTask()}
            ## Every set

            Accuracy or RMSE.

            {tables.Scores()}
            ## Log-loss

            {tables.LogLosses()}
            """;
        Console.WriteLine(text);
        if (write) MeasurementPage.WriteBelow("tuning.md", Marker, text);
    }
}
