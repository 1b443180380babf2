using Microsoft.ML.Runtime;

namespace Backprop.ML.Reporting;

/// <summary>A channel that drops all messages except errors, for ranks above 0: rank 0 logs the same.</summary>
/// <param name="channel">Receives errors; disposed with this object.</param>
internal sealed class SilentChannel(IChannel channel) : IChannel
{
    public string ContextDescription => channel.ContextDescription;

    public void Warning(MessageSensitivity sensitivity, string fmt)
    {
    }

    public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args)
    {
    }

    public void Trace(MessageSensitivity sensitivity, string fmt)
    {
    }

    public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args)
    {
    }

    public void Error(MessageSensitivity sensitivity, string fmt) => channel.Error(sensitivity, fmt);

    public void Error(MessageSensitivity sensitivity, string fmt, params object[] args) => channel.Error(sensitivity, fmt, args);

    public void Info(MessageSensitivity sensitivity, string fmt)
    {
    }

    public void Info(MessageSensitivity sensitivity, string fmt, params object[] args)
    {
    }

    public void Send(ChannelMessage msg)
    {
    }

    public TException Process<TException>(TException ex) where TException : Exception => channel.Process(ex);

    public void Dispose() => channel.Dispose();
}
