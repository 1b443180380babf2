using Backprop.Training;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Hears reports at once; <c>Progress&lt;T&gt;</c> would post them to other threads.</summary>
internal sealed class Listener(Action<EpochReport> hear) : IProgress<EpochReport>
{
    public void Report(EpochReport value) => hear(value);
}
