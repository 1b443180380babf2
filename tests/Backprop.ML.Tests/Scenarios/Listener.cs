namespace Backprop.ML.Tests.Scenarios;

/// <summary>Hears reports at once; <c>Progress&lt;T&gt;</c> would post them to other threads.</summary>
internal sealed class Listener<T>(Action<T> hear) : IProgress<T>
{
    public void Report(T value) => hear(value);
}
