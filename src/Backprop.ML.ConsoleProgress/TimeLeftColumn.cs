using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Backprop.ML;

/// <summary>The remaining time of a task in words; after the task, the time that it took.</summary>
internal sealed class TimeLeftColumn : ProgressColumn
{
    protected override bool NoWrap => true;

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(TextOf(task));

    private static string TextOf(ProgressTask task)
    {
        if (task.IsFinished) return $"took {InWords(task.ElapsedTime ?? TimeSpan.Zero)}";
        return task.RemainingTime is { } left ? $"{InWords(left)} left" : "";
    }

    private static string InWords(TimeSpan time) => time.TotalSeconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(time.TotalSeconds):0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
    };
}
