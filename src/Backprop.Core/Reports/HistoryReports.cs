using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Backprop.Diagnostics;
using Backprop.Training;

namespace Backprop.Reports;

/// <summary>Writes the history of a training run as CSV, as JSON, or as an HTML page with curves.</summary>
/// <remarks>Values of layers are included if <see cref="TrainingOptions.Diagnostics"/> measured them. A saved model keeps only losses,
/// metrics and learning rates.</remarks>
public static class HistoryReports
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, // a gradient that explodes
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>CSV (RFC 4180): a line of names, then one line for every epoch. Values have a decimal point and full precision.</summary>
    /// <param name="history">The epochs.</param>
    /// <returns>Epoch, LearningRate, TrainingLoss, ValidationLoss, ValidationMetric, then GradientScale of every layer that has parameters.
    /// A cell without a value is empty.</returns>
    public static string ToCsv(this IReadOnlyList<EpochReport> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var layers = history.LastDiagnostics().LearningLayers();
        var text = new StringBuilder();
        Line(
            [
                "Epoch", "LearningRate", "TrainingLoss", "ValidationLoss", "ValidationMetric",
                .. layers.Select(
                    layer => $"\"GradientScale {layer.Layer} {layer.Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")]);
        foreach (var report in history)
            Line(
                [
                    Number(report.Epoch), Number(report.LearningRate), Number(report.TrainingLoss), Number(report.ValidationLoss),
                    Number(report.ValidationMetric),
                    .. layers.Select(layer => Number(report.Diagnostics?.Layers[layer.Layer].GradientScale))]);
        return text.ToString();

        void Line(IEnumerable<string> cells) => text.AppendJoin(',', cells).Append("\r\n");
        static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>An array with an object for every epoch: what <see cref="EpochReport"/> holds, with <c>Layers</c> and <c>Warnings</c> of
    /// its diagnostics.</summary>
    /// <param name="history">The epochs.</param>
    /// <returns>JSON. Values that are not finite are the strings "NaN", "Infinity" and "-Infinity".</returns>
    public static string ToJson(this IReadOnlyList<EpochReport> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        var epochs = history.Select(report => new
        {
            report.Epoch,
            report.LearningRate,
            report.TrainingLoss,
            report.ValidationLoss,
            report.ValidationMetric,
            report.Diagnostics?.Layers,
            report.Diagnostics?.Warnings,
        });
        return JsonSerializer.Serialize(epochs, Json);
    }

    /// <summary>A self-contained page: the facts of the run, curves of loss, metric, learning rate, and of gradients and updates by layer,
    /// and a table of all epochs. The curves are SVG without a script.</summary>
    /// <param name="history">The epochs.</param>
    /// <param name="title">The heading of the page.</param>
    /// <param name="summary">Which epoch was kept and why, time, preset, seed and warnings
    /// (<see cref="TrainingResult.Summary"/>). Null if they are not known: then the epoch with the lowest validation loss is
    /// marked.</param>
    /// <returns>HTML. Values have four significant digits.</returns>
    public static string ToHtml(this IReadOnlyList<EpochReport> history, string title = "Training", TrainingSummary? summary = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(title);
        return HistoryPage.Write(history, title, summary);
    }

    /// <summary>Writes <see cref="ToCsv"/> to a file. An existing file is overwritten.</summary>
    /// <param name="history">The epochs.</param>
    /// <param name="path">The file; its folder exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveCsv(this IReadOnlyList<EpochReport> history, string path) => File.WriteAllText(path, history.ToCsv());

    /// <summary>Writes <see cref="ToJson"/> to a file. An existing file is overwritten.</summary>
    /// <inheritdoc cref="SaveCsv"/>
    public static void SaveJson(this IReadOnlyList<EpochReport> history, string path) => File.WriteAllText(path, history.ToJson());

    /// <summary>Writes <see cref="ToHtml"/> to a file. An existing file is overwritten.</summary>
    /// <param name="history">The epochs.</param>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="title">The heading of the page.</param>
    /// <param name="summary">The facts of the run, as in <see cref="ToHtml"/>; null if they are not known.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveHtml(
        this IReadOnlyList<EpochReport> history, string path, string title = "Training", TrainingSummary? summary = null) =>
        File.WriteAllText(path, history.ToHtml(title, summary));

    internal static NetworkDiagnostics? LastDiagnostics(this IReadOnlyList<EpochReport> history) =>
        history.LastOrDefault(report => report.Diagnostics is not null)?.Diagnostics;

    // The number and order of the layers are the same in every epoch. A layer has parameters if it has updates.
    internal static LayerDiagnostics[] LearningLayers(this NetworkDiagnostics? diagnostics) =>
        [.. (diagnostics?.Layers ?? []).Where(layer => layer.UpdateRatio is not null)];
}
