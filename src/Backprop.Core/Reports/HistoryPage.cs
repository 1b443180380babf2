using System.Globalization;
using System.Text;
using Backprop.Diagnostics;
using Backprop.Training;
using static System.Net.WebUtility;

namespace Backprop.Reports;

/// <summary>The page of <see cref="HistoryReports.ToHtml"/>.</summary>
internal static class HistoryPage
{
    public static string Write(IReadOnlyList<EpochReport> history, string title, TrainingSummary? summary)
    {
        var diagnostics = history.LastDiagnostics();
        var mark = EpochMark.Of(history, summary);
        string[] warnings = [.. summary?.Warnings ?? [], .. (diagnostics?.Warnings ?? []).Select(warning => warning.Text)];
        var metric = RunFacts.MetricName(summary);
        var page = new StringBuilder();
        page.Append(HtmlPage.Open(title));
        if (history.Count == 0) page.Append("<p>No epoch was trained.</p>\n");
        else page.Append(HtmlPage.Facts(RunFacts.Of(history, summary, mark, warnings.Length)));
        if (summary is { IsRefit: true })
            page.Append("<p>The network was then trained again on all rows. The values are those of the first training.</p>\n");
        foreach (var warning in warnings)
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"warning\">{HtmlEncode(warning)}</p>\n");

        AppendCurves(page, history, metric, mark);
        page.Append(OfLayers("Scale of the gradient by layer", layer => layer.GradientScale));
        page.Append(OfLayers("Scale of updates over that of parameters by layer", layer => layer.UpdateRatio));
        if (history.Count > 0) AppendEpochs(page, history, metric, summary is null ? null : mark);
        return page.Append(HtmlPage.Close).ToString();

        string OfLayers(string name, Func<LayerDiagnostics, double?> number)
        {
            var chart = new LineChart(name);
            foreach (var layer in diagnostics.LearningLayers())
                chart.With(
                    $"{layer.Layer} {layer.Name}",
                    history.Select(report =>
                        (report.Epoch, report.Diagnostics is { } measured ? number(measured.Layers[layer.Layer]) : null)));
            return chart.ToHtml(mark);
        }
    }

    /// <summary>Appends the curves of loss, metric and learning rate.</summary>
    public static void AppendCurves(StringBuilder page, IReadOnlyList<EpochReport> history, string metric, EpochMark? mark)
    {
        page.Append(
            new LineChart("Loss").With("training", Each(report => report.TrainingLoss))
                .With("validation", Each(report => report.ValidationLoss)).ToHtml(mark));
        page.Append(new LineChart(metric).With("validation", Each(report => report.ValidationMetric)).ToHtml(mark));
        page.Append(new LineChart("Learning rate").With("last step of the epoch", Each(report => report.LearningRate)).ToHtml(mark));

        IEnumerable<(int, double?)> Each(Func<EpochReport, double?> number) => history.Select(report => (report.Epoch, number(report)));
    }

    /// <summary>Appends a table of all epochs.</summary>
    public static void AppendEpochs(StringBuilder page, IReadOnlyList<EpochReport> history, string metric, EpochMark? kept)
    {
        page.Append(
            CultureInfo.InvariantCulture,
            $"<details><summary>All epochs</summary><div class=\"scroll\"><table>\n<tr><th>epoch</th><th>learning rate</th>" +
                $"<th>training loss</th><th>validation loss</th><th>{HtmlEncode(metric)}</th></tr>\n");
        foreach (var report in history)
        {
            page.Append(report.Epoch == kept?.Epoch ? "<tr class=\"kept\">" : "<tr>");
            page.Append(CultureInfo.InvariantCulture, $"<td>{report.Epoch}</td>");
            foreach (var value in new[] { report.LearningRate, report.TrainingLoss, report.ValidationLoss, report.ValidationMetric })
                page.Append(CultureInfo.InvariantCulture, $"<td>{ReportNumber.Of(value)}</td>");
            page.Append("</tr>\n");
        }
        page.Append("</table></div></details>\n");
    }
}
