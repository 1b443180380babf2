using System.Globalization;
using System.Text;
using Backprop.Diagnostics;
using Backprop.Training;
using static System.Net.WebUtility;

namespace Backprop.Reports;

/// <summary>The page of <see cref="HistoryReports.ToHtml"/>.</summary>
internal static class HistoryPage
{
    private const string Style = """
        :root { color-scheme: light dark; }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 760px; margin: 2em auto; padding: 0 1em; }
        figure { margin: 2em 0; }
        figcaption span { margin-left: 1.2em; white-space: nowrap; }
        figcaption i { display: inline-block; width: 1em; height: .25em; margin-right: .4em; vertical-align: middle; }
        svg { width: 100%; }
        svg text { font-size: 12px; fill: currentColor; }
        svg path { fill: none; stroke-width: 1.8; }
        .grid { stroke: currentColor; opacity: .15; }
        .mark { stroke: currentColor; stroke-dasharray: 4 4; opacity: .6; }
        .warning { border-left: 4px solid #d55e00; padding-left: .8em; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { text-align: right; padding: .1em .8em; }
        """;

    public static string Write(IReadOnlyList<EpochReport> history, string title)
    {
        var diagnostics = history.LastDiagnostics();
        var best = history.Where(report => report.ValidationLoss is not null).MinBy(report => report.ValidationLoss);
        var page = new StringBuilder();
        page.Append(
            CultureInfo.InvariantCulture,
            $"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"/><meta name=\"viewport\" " +
                $"content=\"width=device-width\"/><title>{HtmlEncode(title)}</title>\n<style>\n{Style}\n</style></head>\n<body>\n" +
                $"<h1>{HtmlEncode(title)}</h1>\n<p>{HtmlEncode(Summary(history, best))}</p>\n");
        foreach (var warning in diagnostics?.Warnings ?? [])
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"warning\">{HtmlEncode(warning.Text)}</p>\n");

        page.Append(
            new LineChart("Loss").With("training", Each(report => report.TrainingLoss))
                .With("validation", Each(report => report.ValidationLoss)).ToHtml(best?.Epoch));
        page.Append(new LineChart("Metric").With("validation", Each(report => report.ValidationMetric)).ToHtml(best?.Epoch));
        page.Append(new LineChart("Learning rate").With("last step of the epoch", Each(report => report.LearningRate)).ToHtml());
        page.Append(OfLayers("Scale of the gradient by layer", layer => layer.GradientScale));
        page.Append(OfLayers("Scale of updates over that of parameters by layer", layer => layer.UpdateRatio));

        page.Append(
            "<details><summary>All epochs</summary><table>\n<tr><th>epoch</th><th>learning rate</th><th>training loss</th><th>validation " +
                "loss</th><th>validation metric</th></tr>\n");
        foreach (var report in history)
            page.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{report.Epoch}</td><td>{report.LearningRate:G6}</td><td>{report.TrainingLoss:G6}</td>" +
                $"<td>{report.ValidationLoss:G6}</td><td>{report.ValidationMetric:G6}</td></tr>\n");
        return page.Append("</table></details>\n</body>\n</html>\n").ToString();

        IEnumerable<(int, double?)> Each(Func<EpochReport, double?> number) => history.Select(report => (report.Epoch, number(report)));

        string OfLayers(string name, Func<LayerDiagnostics, double?> number)
        {
            var chart = new LineChart(name);
            foreach (var layer in diagnostics.LearningLayers())
                chart.With(
                    $"{layer.Layer} {layer.Name}",
                    Each(report => report.Diagnostics is { } measured ? number(measured.Layers[layer.Layer]) : null));
            return chart.ToHtml();
        }
    }

    private static string Summary(IReadOnlyList<EpochReport> history, EpochReport? best)
    {
        if (history.Count == 0) return "No epoch was trained.";
        var validation = best is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $" Lowest validation loss {best.ValidationLoss:G6}, after epoch {best.Epoch}.");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{history.Count} epochs. Training loss {history[0].TrainingLoss:G6} in the first, {history[^1].TrainingLoss:G6} in the " +
                $"last.{validation}");
    }
}
