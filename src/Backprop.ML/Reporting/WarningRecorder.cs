using System.Globalization;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Reporting;

/// <summary>A channel that forwards every message and keeps the warnings, for the report of the training.</summary>
/// <param name="channel">Receives all messages; disposed with this object.</param>
internal sealed class WarningRecorder(IChannel channel) : IChannel
{
    private readonly List<string> _warnings = [];

    /// <summary>The warnings so far, each once, in their order.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The channel without the recording.</summary>
    public IChannel Inner => channel;

    public string ContextDescription => channel.ContextDescription;

    public void Warning(MessageSensitivity sensitivity, string fmt)
    {
        Keep(fmt);
        channel.Warning(sensitivity, fmt);
    }

    public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args)
    {
        Keep(string.Format(CultureInfo.InvariantCulture, fmt, args));
        channel.Warning(sensitivity, fmt, args);
    }

    public void Trace(MessageSensitivity sensitivity, string fmt) => channel.Trace(sensitivity, fmt);

    public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args) => channel.Trace(sensitivity, fmt, args);

    public void Error(MessageSensitivity sensitivity, string fmt) => channel.Error(sensitivity, fmt);

    public void Error(MessageSensitivity sensitivity, string fmt, params object[] args) => channel.Error(sensitivity, fmt, args);

    public void Info(MessageSensitivity sensitivity, string fmt) => channel.Info(sensitivity, fmt);

    public void Info(MessageSensitivity sensitivity, string fmt, params object[] args) => channel.Info(sensitivity, fmt, args);

    public void Send(ChannelMessage msg) => channel.Send(msg);

    public TException Process<TException>(TException ex) where TException : Exception => channel.Process(ex);

    public void Dispose() => channel.Dispose();

    private void Keep(string text)
    {
        if (!_warnings.Contains(text)) _warnings.Add(text);
    }
}
