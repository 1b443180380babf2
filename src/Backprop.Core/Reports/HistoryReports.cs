using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Backprop.Diagnostics;
using Backprop.Training;

namespace Backprop.Reports;

/// <summary>Writes how a training went: as a table for a spreadsheet, as JSON for a program, as a page with curves for a reader.</summary>
/// <remarks>Layers appear where <see cref="TrainingOptions.Diagnostics"/> measured them; a saved model keeps losses and rates
/// alone.</remarks>
public static class HistoryReports
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, // a gradient that explodes
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>A line of names, then one line for every epoch; comma-separated (RFC 4180), numbers with a point and in full
    /// precision.</summary>
    /// <param name="history">The epochs.</param>
    /// <returns>Epoch, LearningRate, TrainingLoss, ValidationLoss, ValidationMetric, then GradientScale of every layer that has parameters;
    /// empty where there is none.</returns>
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
    /// <returns>JSON; numbers that are not finite as the strings "NaN", "Infinity" and "-Infinity".</returns>
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

    /// <summary>A page that needs nothing else: curves of loss, metric, learning rate, and of gradients and updates by layer, as SVG
    /// without a script, and a table of all epochs.</summary>
    /// <param name="history">The epochs.</param>
    /// <param name="title">Stands above it.</param>
    /// <returns>HTML.</returns>
    public static string ToHtml(this IReadOnlyList<EpochReport> history, string title = "Training")
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(title);
        return HistoryPage.Write(history, title);
    }

    /// <summary>Writes <see cref="ToCsv"/> to a file, over what is there.</summary>
    /// <param name="history">The epochs.</param>
    /// <param name="path">The file; its folder exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveCsv(this IReadOnlyList<EpochReport> history, string path) => File.WriteAllText(path, history.ToCsv());

    /// <summary>Writes <see cref="ToJson"/> to a file, over what is there.</summary>
    /// <inheritdoc cref="SaveCsv"/>
    public static void SaveJson(this IReadOnlyList<EpochReport> history, string path) => File.WriteAllText(path, history.ToJson());

    /// <summary>Writes <see cref="ToHtml"/> to a file, over what is there.</summary>
    /// <param name="history">The epochs.</param>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="title">Stands above it.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SaveHtml(this IReadOnlyList<EpochReport> history, string path, string title = "Training") =>
        File.WriteAllText(path, history.ToHtml(title));

    internal static NetworkDiagnostics? LastDiagnostics(this IReadOnlyList<EpochReport> history) =>
        history.LastOrDefault(report => report.Diagnostics is not null)?.Diagnostics;

    // Their number and order are the same in every epoch. Whether a layer has parameters shows in its updates.
    internal static LayerDiagnostics[] LearningLayers(this NetworkDiagnostics? diagnostics) =>
        [.. (diagnostics?.Layers ?? []).Where(layer => layer.UpdateRatio is not null)];
}
