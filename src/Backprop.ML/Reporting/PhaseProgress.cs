using Backprop.Training;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Reporting;

/// <summary>
/// Reports the phases of a training to <c>MLContext.Log</c>, to ML.NET's progress channels, and to
/// <see cref="BackpropTrainer.Options.PhaseProgress"/>.
/// </summary>
internal sealed class PhaseProgress : IProgress<TrainingPhaseReport>, IDisposable
{
    private readonly IHost _host;
    private readonly IChannel _channel;
    private readonly BackpropTrainer.Options _options;
    private IProgressChannel? _running;

    /// <param name="host">Runs the progress channels.</param>
    /// <param name="channel">Receives phases, notes and warnings.</param>
    /// <param name="options">The options of the training.</param>
    /// <param name="log">Receives the warnings that the result does not list; null for <paramref name="channel"/>.</param>
    public PhaseProgress(IHost host, IChannel channel, BackpropTrainer.Options options, IChannel? log = null)
    {
        (_host, _channel, _options) = (host, channel, options);
        var reports = new RunReports(
            this,
            warn: text => channel.Warning(MessageSensitivity.None, "{0}", text),
            note: text => channel.Info(MessageSensitivity.None, "{0}", text),
            advise: text => (log ?? channel).Warning(MessageSensitivity.None, "{0}", text));
        StopCondition = new StopCondition(
            options.MaximumTrainingTime, options.Clock, host.CheckAlive, reports, options.ThrowOnCancellation, options.CancellationToken);
    }

    /// <summary>The condition that ends the training. It reports the phases to this object.</summary>
    public StopCondition StopCondition { get; }

    public void Report(TrainingPhaseReport value)
    {
        _running?.Dispose();
        _running = null;

        // Epochs have their own line and progress channel.
        if (value.Epoch == 0)
        {
            _channel.Info(MessageSensitivity.None, "{0}", value.Description);
            _running = _host.StartProgressChannel(value.Phase.ToString());
        }
        _options.PhaseProgress?.Report(value);
    }

    public void Dispose() => _running?.Dispose();
}
