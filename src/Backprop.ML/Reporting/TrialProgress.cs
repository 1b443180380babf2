using Backprop.Training;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Reporting;

/// <summary>Writes every trial of a search to <c>MLContext.Log</c>, and reports it to another receiver.</summary>
/// <param name="channel">The log.</param>
/// <param name="next">Receives each trial, too; null for none.</param>
internal sealed class TrialProgress(IChannel channel, IProgress<SearchTrial>? next) : IProgress<SearchTrial>
{
    public void Report(SearchTrial value)
    {
        channel.Info(MessageSensitivity.None, "{0}", TuningResult.Describe(value));
        next?.Report(value);
    }
}
