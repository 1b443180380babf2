using Backprop.Metrics;

namespace Backprop.Reports;

/// <summary>Warnings that follow from the values of a report.</summary>
internal static class ReportWarnings
{
    private const int FewRows = 100, FewRowsOfClass = 30, MaxNames = 10;

    public static IEnumerable<string> Of(ModelReport report) =>
        [.. OfRows(report.Data), .. OfClasses(report), .. OfColumns(report.Data), .. OfMetrics(report), .. OfCoverage(report)];

    /// <summary>The classes with fewer rows than a statement about them needs.</summary>
    public static IEnumerable<(string Name, int Rows)> RareClasses(ModelReport report)
    {
        if (report.Model.HasLabels)
            return report.EachCalibration.Select(label => (label.Name, (int)Math.Round(label.PositiveShare * label.Rows)))
                .Where(label => label.Item2 < FewRowsOfClass);
        return report.Confusion is not { } confusion ? []
            : confusion.Classes.Select((name, k) => (name, confusion.TrueRows(k))).Where(each => each.Item2 < FewRowsOfClass);
    }

    /// <summary>Some names in quotes, and how many others there are.</summary>
    public static string List(IEnumerable<string> names)
    {
        string[] all = [.. names];
        var others = all.Length > MaxNames ? Invariant($" and {all.Length - MaxNames} others") : "";
        return string.Join(", ", all.Take(MaxNames)) + others;
    }

    private static IEnumerable<string> OfRows(MeasuredData data)
    {
        if (data.MeasuredRows < FewRows)
            yield return Invariant(
                $"Only {data.MeasuredRows} rows were measured. All intervals are wide, and bootstrap intervals may be too narrow.");
        if (data.RowsWithoutLabel > 0)
            yield return Invariant($"{data.RowsWithoutLabel} of {data.SampledRows} rows have no label, or a class that the model does ")
                + "not have. They are not part of the metrics.";
        if (data.RowsWithoutPrediction > 0)
            yield return Invariant(
                $"{data.RowsWithoutPrediction} of {data.SampledRows} rows have no finite prediction. They are not part of the metrics.");
    }

    private static IEnumerable<string> OfClasses(ModelReport report)
    {
        var rare = RareClasses(report).ToArray();
        var kind = report.Model.HasLabels ? "labels are true" : "classes occur";
        var absent = rare.Where(each => each.Rows == 0).Select(each => $"'{each.Name}'").ToArray();
        if (absent.Length > 0) yield return $"These {kind} in no measured row, so their quality is unknown: {List(absent)}.";
        var few = rare.Where(each => each.Rows > 0).Select(each => Invariant($"'{each.Name}' ({each.Rows})")).ToArray();
        if (few.Length > 0) yield return Invariant($"These {kind} in fewer than {FewRowsOfClass} measured rows: {List(few)}.");
    }

    private static IEnumerable<string> OfColumns(MeasuredData data)
    {
        var empty = data.Columns.Where(column => column.MissingRows == column.Rows).ToArray();
        if (empty.Length > 0) yield return $"These columns are missing in all measured rows: {List(empty.Select(Quoted))}.";
        var constant = data.Columns.Where(column => column.DistinctValues == 1).ToArray();
        if (constant.Length > 0)
            yield return "These columns have one value in all measured rows, so their effect is not measured: "
                + $"{List(constant.Select(Quoted))}.";
        var unknown = data.Columns.Where(column => column.UnknownRows > 0).ToArray();
        if (unknown.Length > 0)
            yield return "These columns have values that did not occur in training, in some measured rows: "
                + $"{List(unknown.Select(column => Invariant($"'{column.Name}' ({column.UnknownRows})")))}.";
        if (data.OtherColumns > 0)
            yield return Invariant(
                $"{data.OtherColumns} columns are not described, because there are too many. Their importance is measured together.");

        static string Quoted(ColumnSummary column) => $"'{column.Name}'";
    }

    private static IEnumerable<string> OfMetrics(ModelReport report)
    {
        if (report.Model.PredictionNames.Count > 1)
            yield return "The loss makes several predictions for each target. Metrics, residuals and curves are those of the first: "
                + $"'{report.Model.PredictionNames[0]}'.";
        foreach (var (i, metric) in report.Metrics.Index())
        {
            var name = MetricName.Of(metric.Metric);
            var isBetter = metric.Metric.HigherIsBetter
                ? metric.Lower > report.ConstantMetrics[i]
                : metric.Upper < report.ConstantMetrics[i];
            if (i == 0 && double.IsFinite(metric.Value) && !isBetter)
                yield return $"{name} is not clearly better than {ReportNumber.Of(report.ConstantMetrics[i])}, "
                    + "the value of a constant prediction.";
            if (!double.IsFinite(metric.Value)) yield return $"{name} is not defined on the measured rows.";
            else if (metric.UndefinedSamples > 0)
                yield return Invariant($"{name} is not defined on {metric.UndefinedSamples} of {metric.Samples} bootstrap samples. ")
                    + "Its interval is that of the others.";
        }
        if (report.Model.HasClasses | report.Model.HasLabels && report.Calibration is null)
            yield return "The predictions are not probabilities, so calibration was not measured.";
    }

    private static IEnumerable<string> OfCoverage(ModelReport report)
    {
        if (report.Model.NominalCoverage is not { } nominal) yield break;
        var coverage = report.Intervals?.Coverage ?? report.PredictionSets?.Coverage;
        var ofTargets = report.Intervals?.Targets.Select(target => target.Rows).Where(count => count > 0).DefaultIfEmpty(0).Min();
        var rows = ofTargets ?? report.PredictionSets?.Rows ?? 0;
        if (coverage is { } share && WilsonInterval.Of(share, rows).Upper < nominal)
            yield return $"The measured coverage, {ReportNumber.Of(share)}, is below the nominal {ReportNumber.Of(nominal)}. "
                + "These rows may differ from the rows of the calibration.";
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
