using Backprop.Metrics;

namespace Backprop.Reports;

/// <summary>What a model must not be used for, as far as it follows from the values of its report.</summary>
internal static class UseLimits
{
    private const int MaxRanges = 3;

    public static IEnumerable<string> Of(ModelReport report)
    {
        yield return RangesOf(report);
        if (report.Model.CategoryColumns.Count > 0)
            yield return "Rows with categories that did not occur in training. The model treats all of them as one unknown value: "
                + $"{ReportWarnings.List(report.Model.CategoryColumns.Select(name => $"'{name}'"))}.";
        yield return "Other populations, other sources of data, and later times. "
            + "The measured rows say nothing about them, so measure again before such a use.";
        yield return "Conclusions about causes. Importance and partial dependence describe the model, "
            + "not what happens if a value is changed.";
        if (report.Calibration is { } calibration) yield return SharesOf(report, calibration);
        string[] rare = [.. ReportWarnings.RareClasses(report).Select(each => FormattableString.Invariant($"'{each.Name}' ({each.Rows})"))];
        if (rare.Length > 0)
            yield return $"Decisions about classes or labels with few measured rows: {ReportWarnings.List(rare)}.";
        if (report.Model.NominalCoverage is null)
            yield return report.Model.HasClasses || report.Model.HasLabels
                ? "Decisions that need a guarantee for a single prediction. The model has no prediction sets."
                : "Decisions that need the error of a single prediction. The model has no prediction intervals."
                    + RangeOf(report.Residuals);
        else
            yield return "A guarantee for a single row or for one group of rows. The coverage of intervals and sets is that of all rows.";
    }

    private static string RangeOf(ResidualSummary? residuals) => residuals is null
        ? ""
        : $" In the measured rows, 9 of 10 residuals are from {ReportNumber.Of(residuals.Lower)} to {ReportNumber.Of(residuals.Upper)}.";

    // The ranges of the most important numeric columns are named; the table of columns has all.
    private static string RangesOf(ModelReport report)
    {
        var byName = report.Data.Columns.Where(column => !column.IsCategory && double.IsFinite(column.Minimum))
            .DistinctBy(column => column.Name).ToDictionary(column => column.Name);
        var ranges = report.Importance.Where(column => byName.ContainsKey(column.Name)).Take(MaxRanges)
            .Select(column => byName[column.Name])
            .Select(column => $"'{column.Name}' from {ReportNumber.Of(column.Minimum)} to {ReportNumber.Of(column.Maximum)}").ToArray();
        const string rule = "Rows with values outside the ranges that were measured. A network may predict anything there.";
        return ranges.Length == 0 ? rule : $"{rule} Measured were {string.Join(", ", ranges)}; the table of columns has all ranges.";
    }

    private static string SharesOf(ModelReport report, CalibrationMetrics calibration)
    {
        const string rule = "Probabilities for data with other shares of the classes, such as rows that were resampled to balance them. "
            + "Calibrate again on such data.";
        if (report.EachCalibration.Count > 0) return rule;
        return $"{rule} In the measured rows, the share of true is {ReportNumber.Of(calibration.PositiveShare)}.";
    }
}
