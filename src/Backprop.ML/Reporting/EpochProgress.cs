using System.Globalization;
using Backprop.Diagnostics;
using Backprop.Training;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Reporting;

/// <summary>Sends every report to <c>MLContext.Log</c>, to ML.NET's progress channel (which the log does not show), to the file for
/// TensorBoard, and to <see cref="BackpropTrainer.Options.Progress"/>.</summary>
internal sealed class EpochProgress : IProgress<EpochReport>, IDisposable
{
    private readonly IChannel _channel;
    private readonly IProgressChannel _progressChannel;
    private readonly BackpropTrainer.Options _options;
    private readonly HashSet<NetworkTrouble> _known = [];
    private TensorBoardLog? _tensorBoard;
    private readonly string? _metric;
    private readonly int _epochs;
    private int _epoch;

    /// <param name="channel">Receives a line for every epoch.</param>
    /// <param name="progressChannel">Receives the losses of every epoch.</param>
    /// <param name="options">The options with the other receivers.</param>
    /// <param name="epochs">The planned number of epochs.</param>
    /// <param name="clock">The clock of the file for TensorBoard; null for the system clock.</param>
    public EpochProgress(
        IChannel channel, IProgressChannel progressChannel, BackpropTrainer.Options options, int epochs, TimeProvider? clock = null)
    {
        (_channel, _progressChannel, _options, _epochs) = (channel, progressChannel, options, epochs);
        _metric = options.EarlyStopping?.Metric?.GetType().Name;
        progressChannel.SetHeader(
            new ProgressHeader(["Loss", "Validation loss", "Learning rate"], ["epochs"]), entry => entry.SetProgress(0, _epoch, epochs));
        // last: only Dispose closes its file
        _tensorBoard = options.TensorBoardDirectory is { } directory ? new TensorBoardLog(directory, _metric, clock) : null;
    }

    public void Report(EpochReport value)
    {
        _epoch = value.Epoch;
        var validation = value.ValidationLoss is { } loss
            ? string.Create(CultureInfo.InvariantCulture, $", validation loss {loss:G6}")
            : "";
        if (value.ValidationMetric is { } metric) validation += string.Create(CultureInfo.InvariantCulture, $", {_metric} {metric:G6}");
        _channel.Info(MessageSensitivity.None, "{0}", string.Create(CultureInfo.InvariantCulture,
            $"Epoch {value.Epoch} of {_epochs}: loss {value.TrainingLoss:G6}{validation}, learning rate {value.LearningRate:G6}"));
        foreach (var warning in value.Diagnostics?.Warnings ?? [])
            // once each, because the next epoch will hardly differ
            if (_known.Add(warning.Trouble)) _channel.Warning(MessageSensitivity.None, "{0}", $"Epoch {value.Epoch}: {warning.Text}");
        _progressChannel.Checkpoint(value.TrainingLoss, value.ValidationLoss, value.LearningRate, value.Epoch);
        UseTensorBoard(log => log.Write(value));
        _options.Progress?.Report(value);
    }

    public void Dispose() => UseTensorBoard(log => log.Dispose());

    // A disk may be full, or a share gone. That must not cost the training.
    private void UseTensorBoard(Action<TensorBoardLog> use)
    {
        if (_tensorBoard is not { } log) return;
        try
        {
            use(log);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _tensorBoard = null;
            _channel.Warning(
                MessageSensitivity.None, "{0} could not be written: {1} Training continues without it.",
                nameof(BackpropTrainer.Options.TensorBoardDirectory), problem.Message);
            log.Abandon();
        }
    }
}
