namespace Backprop.Core.Tests.Training;

/// <summary>Hears reports at once; <c>Progress&lt;T&gt;</c> would post them to other threads.</summary>
internal sealed class Heard<T>(Action<T> hear) : IProgress<T>
{
    public void Report(T value) => hear(value);
}
