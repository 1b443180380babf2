namespace Backprop.Core.Tests.Training;

/// <summary>A clock that stands still until it is advanced, or that advances by itself whenever it is read.</summary>
internal sealed class ManualClock(TimeSpan step = default) : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public TimeSpan Now => TimeSpan.FromTicks(_ticks);

    public override long GetTimestamp() => _ticks += step.Ticks;

    public void Advance(double seconds) => _ticks += TimeSpan.FromSeconds(seconds).Ticks;
}
