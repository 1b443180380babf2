using System.Text;
using Backprop.Metrics;

namespace Backprop.Reports;

/// <summary>The page of <see cref="ModelReport.ToHtml"/>.</summary>
internal static class ModelPage
{
    private const int MaxColumns = 100, MaxOpenColumns = 20, MaxImportances = 30, MaxNames = 20, MaxEach = 50;

    public static string Write(ModelReport report)
    {
        (string Id, string Title, string Content)[] sections =
        [
            ("model", "Model", Model(report)),
            ("data", "Data", Data(report.Data)),
            ("training", "Training", Training(report)),
            ("metrics", "Metrics", Metrics(report)),
            report.Model.HasClasses || report.Model.HasLabels
                ? ("calibration", "Calibration", Calibration(report))
                : ("residuals", "Residuals", Residuals(report)),
            ("confusion", "Confusion", report.Confusion is { } confusion ? ConfusionTable.ToHtml(confusion, ChosenOutput(report)) : ""),
            ("importance", "Importance", Importance(report)),
            ("dependence", "Partial dependence", Dependence(report)),
            ("warnings", "Warnings", Warnings(report)),
            ("limits", "What it must not be used for", HtmlPage.List(report.NotFor)),
        ];
        var shown = sections.Where(section => section.Content.Length > 0).ToArray();
        var page = new StringBuilder(HtmlPage.Open(report.Title));
        page.Append(HtmlPage.Facts(Headline(report)));
        page.Append("<nav>").AppendJoin("\n", shown.Select(section => $"<a href=\"#{section.Id}\">{section.Title}</a>"));
        page.Append("</nav>\n");
        foreach (var (id, title, content) in shown) page.Append(Section(id, title, content));
        return page.Append(HtmlPage.Close).ToString();
    }

    private static string Section(string id, string title, string content) =>
        $"<section id=\"{id}\">\n<h2>{title}</h2>\n{content}</section>\n";

    private static IEnumerable<(string Name, string Value, string Note)> Headline(ModelReport report)
    {
        var first = report.Metrics[0];
        yield return ("Task", report.Model.Task, $"predicts {report.Model.Label}");
        yield return (MetricName.Of(first.Metric), ReportNumber.Of(first.Value), IntervalOf(first));
        yield return ("Rows", Text(report.Data.MeasuredRows), "measured");
        yield return ("Warnings", report.Warnings.Count == 0 ? "none" : Text(report.Warnings.Count), "");
    }

    private static string Model(ModelReport report)
    {
        var model = report.Model;
        List<(string Name, string Value)> facts =
        [
            ("Task", model.Task),
            ("Label", model.Label),
            ("Loss", model.Loss),
            ("Features", Text(model.Features)),
            ("Category columns", model.CategoryColumns.Count == 0 ? "none" : Names(model.CategoryColumns)),
            (model.HasLabels ? "Labels" : model.HasClasses ? "Classes" : "Targets", Names(model.Outputs)),
            ("Network", model.Network),
            ("Members of the ensemble", Text(model.Members)),
            ("Trained parameters", Text(model.Parameters)),
        ];
        if (model.Threshold is { } threshold) facts.Add(("Decision threshold", threshold));
        if (model.Temperature != 1) facts.Add(("Temperature", ReportNumber.Of(model.Temperature)));
        if (model.NominalCoverage is { } coverage) facts.Add(("Coverage of intervals or sets", ReportNumber.Of(coverage)));
        facts.Add(("Preset", report.Training.Preset ?? "not known"));
        var table = HtmlPage.Table(["fact", "value"], facts.Select(fact => new[] { fact.Name, fact.Value }), hasTexts: true);
        if (report.Training.Options is not { } options)
            return table + HtmlPage.Paragraph("The options of the training are not known, because they are not saved with a model.");
        var rows = options.Select(option => new[] { option.Name, option.Value, option.IsSetByCaller ? "caller" : "preset" });
        return table + HtmlPage.Details("Options of the training", HtmlPage.Table(["option", "value", "set by"], rows, hasTexts: true));
    }

    private static string Data(MeasuredData data)
    {
        var page = new StringBuilder();
        page.Append(HtmlPage.Paragraph(
            data.SampledRows == data.TotalRows
                ? $"All {Text(data.TotalRows)} rows were measured. They should be rows that training did not use."
                : $"{Text(data.SampledRows)} of {Text(data.TotalRows)} rows were chosen at random, and measured. "
                    + "They should be rows that training did not use."));
        page.Append(HtmlPage.Table(
            ["rows", "count"],
            [
                ["in the data", Text(data.TotalRows)], ["in the sample", Text(data.SampledRows)],
                ["without a known label", Text(data.RowsWithoutLabel)], ["without a prediction", Text(data.RowsWithoutPrediction)],
                ["measured", Text(data.MeasuredRows)],
            ]));
        var rows = data.Columns.Take(MaxColumns).Select(column => new[]
        {
            column.Name, column.IsCategory ? "category" : "number", Percent(column.MissingShare), Text(column.DistinctValues),
            column.IsCategory ? Frequent(column) : Range(column),
        });
        var table = HtmlPage.Table(["column", "kind", "missing", "distinct values", "minimum, mean, maximum; most frequent"], rows);
        page.Append(data.Columns.Count <= MaxOpenColumns ? table : HtmlPage.Details($"{Text(data.Columns.Count)} columns", table));
        var others = Math.Max(0, data.Columns.Count - MaxColumns) + data.OtherColumns;
        if (others > 0) page.Append(HtmlPage.Paragraph($"{Text(others)} other columns are not listed."));
        return page.ToString();

        static string Range(ColumnSummary column) => column.MissingRows == column.Rows ? ""
            : $"{ReportNumber.Of(column.Minimum)}, {ReportNumber.Of(column.Mean)}, {ReportNumber.Of(column.Maximum)}";

        static string Frequent(ColumnSummary column) =>
            string.Join(", ", column.Frequent.Select(value => $"{value.Value} ({Text(value.Rows)})"));
    }

    private static string Training(ModelReport report)
    {
        if (report.History.Count == 0) return HtmlPage.Paragraph("The epochs of the training are not known.");
        var training = report.Training with { Duration = null }; // it differs from run to run
        var mark = EpochMark.Of(report.History, training);
        var page = new StringBuilder(HtmlPage.Facts(RunFacts.Of(report.History, training, mark, training.Warnings?.Count ?? 0)));
        var metric = RunFacts.MetricName(training);
        HistoryPage.AppendCurves(page, report.History, metric, mark);
        HistoryPage.AppendEpochs(page, report.History, metric, mark);
        return page.ToString();
    }

    private static string Metrics(ModelReport report)
    {
        var first = report.Metrics[0];
        var page = new StringBuilder();
        page.Append(HtmlPage.Paragraph(
            $"Intervals have a confidence of {Percent(first.Confidence)}: percentiles of {Text(first.Samples)} bootstrap samples of the "
            + "rows. They assume independent rows. The constant prediction ignores all columns: it is the mean of the target, or the "
            + "shares of the classes."));
        page.Append(HtmlPage.Table(
            ["metric", "value", "interval", "constant", "better"],
            report.Metrics.Select((metric, i) => new[]
            {
                MetricName.Of(metric.Metric), ReportNumber.Of(metric.Value), IntervalOf(metric),
                ReportNumber.Of(Rounded(report.ConstantMetrics[i])), metric.Metric.HigherIsBetter ? "higher" : "lower",
            })));
        if (report.Targets.Count > 0)
            page.Append(HtmlPage.Table(
                ["target", "mean absolute error", "root mean squared error", "R²"],
                report.Targets.Take(MaxEach).Select(target => new[]
                {
                    target.Name, ReportNumber.Of(target.MeanAbsoluteError), ReportNumber.Of(target.RootMeanSquaredError),
                    ReportNumber.Of(target.RSquared),
                }))).Append(Others(report.Targets.Count, "targets"));
        if (report.Labels.Count > 0)
            page.Append(HtmlPage.Table(
                ["label", "precision", "recall", "F1 score", "area under the ROC curve"],
                report.Labels.Take(MaxEach).Select(label => new[]
                {
                    label.Name, ReportNumber.Of(label.Precision), ReportNumber.Of(label.Recall), ReportNumber.Of(label.F1Score),
                    ReportNumber.Of(label.AreaUnderRocCurve),
                }))).Append(Others(report.Labels.Count, "labels"));
        if (report.Intervals is { } intervals)
            page.Append("<h3>Prediction intervals</h3>\n").Append(HtmlPage.Table(
                ["target", "coverage", "nominal", "below", "above", "mean width", "median width"],
                intervals.Targets.Take(MaxEach).Select(target => new[]
                {
                    target.Name, CoverageOf(target.Coverage, target.Rows), ReportNumber.Of(report.Model.NominalCoverage),
                    ReportNumber.Of(target.ShareBelow), ReportNumber.Of(target.ShareAbove), ReportNumber.Of(target.MeanWidth),
                    ReportNumber.Of(target.MedianWidth),
                }))).Append(Others(intervals.Targets.Count, "targets"));
        if (report.PredictionSets is { } sets)
            page.Append("<h3>Prediction sets</h3>\n").Append(HtmlPage.Table(
                ["coverage", "nominal", "mean size", "empty", "one class"],
                [
                    [
                        CoverageOf(sets.Coverage, sets.Rows), ReportNumber.Of(report.Model.NominalCoverage), ReportNumber.Of(sets.MeanSize),
                        ReportNumber.Of(sets.EmptyShare), ReportNumber.Of(sets.SingleShare),
                    ],
                ]));
        return page.ToString();
    }

    private static string Calibration(ModelReport report)
    {
        if (report.Calibration is not { } calibration)
            return HtmlPage.Paragraph("Calibration was not measured, because the predictions are not probabilities.");
        var page = new StringBuilder();
        page.Append(HtmlPage.Facts(
        [
            ("Expected calibration error", ReportNumber.Of(calibration.ExpectedCalibrationError), $"of {calibration.Name}"),
            ("Maximum calibration error", ReportNumber.Of(calibration.MaximumCalibrationError), "of one bin"),
            ("Brier score", ReportNumber.Of(calibration.BrierScore), "lower is better"),
            ("Mean probability", ReportNumber.Of(calibration.MeanProbability), $"share {ReportNumber.Of(calibration.PositiveShare)}"),
        ]));
        page.Append("<div class=\"pair\">\n").Append(ModelCharts.Reliability(calibration)).Append("</div>\n");
        if (report.EachCalibration.Count > 0)
            page.Append(HtmlPage.Details(
                report.Model.HasLabels ? "Each label" : "Each class",
                HtmlPage.Table(
                    ["name", "share", "mean probability", "expected calibration error", "Brier score"],
                    report.EachCalibration.Take(MaxEach).Select(each => new[]
                    {
                        each.Name, ReportNumber.Of(each.PositiveShare), ReportNumber.Of(each.MeanProbability),
                        ReportNumber.Of(each.ExpectedCalibrationError), ReportNumber.Of(each.BrierScore),
                    })) + Others(report.EachCalibration.Count, "classes or labels")));
        return page.ToString();
    }

    private static string Residuals(ModelReport report)
    {
        if (report.Residuals is not { } residuals) return "";
        return HtmlPage.Paragraph($"A residual is label − prediction, in units of {residuals.Target}.")
            + HtmlPage.Facts(
            [
                ("Mean", ReportNumber.Of(residuals.Mean), "above 0: predictions are too low"),
                ("Standard deviation", ReportNumber.Of(residuals.StandardDeviation), ""),
                ("Median", ReportNumber.Of(residuals.Median), ""),
                ("9 of 10", $"{ReportNumber.Of(residuals.Lower)} to {ReportNumber.Of(residuals.Upper)}", "of the residuals"),
            ])
            + $"<div class=\"pair\">\n{ModelCharts.Predictions(residuals)}{ModelCharts.Histogram(residuals)}</div>\n";
    }

    private static string Importance(ModelReport report)
    {
        if (report.ImportanceMetric is not { } metric) return HtmlPage.Paragraph("Importance was not measured.");
        var shown = report.Importance.Take(MaxImportances).Select(column =>
        {
            var (lower, upper) = column.Interval(report.Confidence);
            return new BarRow(column.Name, column.Mean, lower, upper);
        });
        var others = report.Importance.Count - MaxImportances;
        return HtmlPage.Paragraph(
                $"How much worse {MetricName.Of(metric)} becomes if a column is permuted among the rows, with an interval of "
                + $"{Percent(report.Confidence)} over the permutations. Columns that contain the same information share their importance.")
            + BarTable.OfBars([.. shown])
            + (others > 0 ? HtmlPage.Paragraph($"{Text(others)} columns of less importance are not shown.") : "");
    }

    private static string Dependence(ModelReport report)
    {
        if (report.Dependence.Count == 0) return HtmlPage.Paragraph("No curve was measured.");
        var (first, output) = (report.Dependence[0], PredictedOutput(report));
        return HtmlPage.Paragraph(
                $"The mean of the predicted {output} if a column has the same value in all rows. "
                + $"The band contains the changes of {Percent(first.Coverage)} of the rows, from the first value on. "
                + "The curves describe the model. They average over combinations of values that may not occur.")
            + $"<div class=\"pair\">\n{string.Concat(report.Dependence.Select(curve => ModelCharts.Dependence(curve, output)))}</div>\n";
    }

    private static string Warnings(ModelReport report)
    {
        var unknown = report.Training.Warnings is null
            ? HtmlPage.Paragraph("The warnings of the training are not known, because they are not saved with a model.")
            : "";
        if (report.Warnings.Count == 0) return unknown + HtmlPage.Paragraph("None.");
        return unknown + HtmlPage.List(report.Warnings);
    }

    private static string ChosenOutput(ModelReport report) => report.Model.HasLabels ? report.Output ?? "" : "";

    private static string PredictedOutput(ModelReport report)
    {
        var isProbability = report.Model.HasClasses || report.Model.HasLabels;
        if (isProbability) return $"probability of {report.Output ?? "true"}";
        return report.Output ?? report.Model.Label;
    }

    // R² of a constant prediction is 0 except for the rounding of its mean.
    private static double Rounded(double value) => Math.Round(value, 9);

    private static string IntervalOf(MetricInterval metric) => $"{ReportNumber.Of(metric.Lower)} to {ReportNumber.Of(metric.Upper)}";

    private static string CoverageOf(double share, int rows)
    {
        var (lower, upper) = WilsonInterval.Of(share, rows);
        return $"{ReportNumber.Of(share)} ({ReportNumber.Of(lower)} to {ReportNumber.Of(upper)})";
    }

    private static string Others(int count, string names) =>
        count > MaxEach ? HtmlPage.Paragraph($"{Text(count - MaxEach)} other {names} are not listed.") : "";

    private static string Names(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MaxNames)) + (names.Count > MaxNames ? $" and {Text(names.Count - MaxNames)} others" : "");

    private static string Text(long count) => FormattableString.Invariant($"{count:N0}");

    private static string Percent(double share) => FormattableString.Invariant($"{100 * share:0.##} %");
}
