using System.Globalization;
using Backprop.Training;
using Spectre.Console;

namespace Backprop.ML;

/// <summary>A progress bar in the console while a model is trained: epoch, planned epochs, loss, validation loss or metric, remaining
/// time.</summary>
public static class ConsoleProgress
{
    private const int BarWidth = 12; // leaves room for the losses on 80 columns

    /// <summary>Shows the bar, with the phases before and after the epochs, until <paramref name="train"/> returns or throws. The number of
    /// epochs is that of the training, also if a preset sets it by the number of rows.</summary>
    /// <example><code>
    /// var model = ConsoleProgress.Show(options, () =&gt; pipeline.Append(new BackpropTrainer(ml, options)).Fit(data));
    /// </code></example>
    /// <typeparam name="T">The type of the result of training.</typeparam>
    /// <param name="options">The options of the trainer. During the call, their <see cref="BackpropTrainer.Options.Progress"/> and
    /// <see cref="BackpropTrainer.Options.PhaseProgress"/> are those of the bar.</param>
    /// <param name="train">Creates the trainer from the options, and trains.</param>
    /// <param name="console">The console to write to; null for the console of this process.</param>
    /// <returns>The result of <paramref name="train"/>.</returns>
    public static T Show<T>(BackpropTrainer.Options options, Func<T> train, IAnsiConsole? console = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(train);
        var (epochs, phases) = (options.Progress, options.PhaseProgress);
        try
        {
            return Show(
                options.NumberOfIterations,
                (progress, phaseProgress) =>
                {
                    (options.Progress, options.PhaseProgress) = (progress, phaseProgress);
                    return train();
                },
                console);
        }
        finally
        {
            (options.Progress, options.PhaseProgress) = (epochs, phases);
        }
    }

    /// <summary>Shows the bar until <paramref name="train"/> returns or throws.</summary>
    /// <example><code>
    /// var model = ConsoleProgress.Show(options.NumberOfIterations, progress =>
    /// {
    ///     options.Progress = progress;
    ///     return pipeline.Append(new BackpropTrainer(ml, options)).Fit(data);
    /// });
    /// </code></example>
    /// <typeparam name="T">The type of the result of training.</typeparam>
    /// <param name="numberOfIterations">The planned number of epochs, at least 1. Training that stops earlier fills the bar,
    /// too.</param>
    /// <param name="train">Trains with its argument as <see cref="BackpropTrainer.Options.Progress"/>. With several trainings, as in
    /// cross-validation, each one restarts the bar.</param>
    /// <param name="console">The console to write to; null for the console of this process. If it is not interactive, such as a log, a line
    /// is written from time to time instead.</param>
    /// <returns>The result of <paramref name="train"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numberOfIterations"/> is below 1.</exception>
    public static T Show<T>(int numberOfIterations, Func<IProgress<EpochReport>, T> train, IAnsiConsole? console = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        return Show(numberOfIterations, (progress, _) => train(progress), console);
    }

    /// <summary>Shows the bar with the phases before and after the epochs, such as reading, measuring and calibrating.</summary>
    /// <example><code>
    /// var model = ConsoleProgress.Show(options.NumberOfIterations, (progress, phases) =>
    /// {
    ///     (options.Progress, options.PhaseProgress) = (progress, phases);
    ///     return pipeline.Append(new BackpropTrainer(ml, options)).Fit(data);
    /// });
    /// </code></example>
    /// <typeparam name="T">The type of the result of training.</typeparam>
    /// <param name="numberOfIterations">The planned number of epochs, at least 1. The phases correct it.</param>
    /// <param name="train">Trains with its arguments as <see cref="BackpropTrainer.Options.Progress"/> and
    /// <see cref="BackpropTrainer.Options.PhaseProgress"/>.</param>
    /// <param name="console">The console to write to; null for the console of this process.</param>
    /// <returns>The result of <paramref name="train"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numberOfIterations"/> is below 1.</exception>
    public static T Show<T>(
        int numberOfIterations, Func<IProgress<EpochReport>, IProgress<TrainingPhaseReport>, T> train, IAnsiConsole? console = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numberOfIterations, 1);
        ArgumentNullException.ThrowIfNull(train);
        return (console ?? AnsiConsole.Console).Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth }, new PercentageColumn(),
                new TimeLeftColumn())
            .Start(context =>
            {
                var bar = new Bar(context.AddTask("Reading data", maxValue: numberOfIterations));
                var result = train(bar, bar);
                bar.Fill();
                return result;
            });
    }

    private sealed class Bar(ProgressTask task) : IProgress<EpochReport>, IProgress<TrainingPhaseReport>
    {
        private string? _lastEpoch;

        // Within an epoch, the bar shows the losses of the epoch before, because they are more informative.
        public void Report(TrainingPhaseReport value)
        {
            if (value.PlannedEpochs > 0) task.MaxValue = value.PlannedEpochs;
            if (value.Epoch == 0) task.Description = value.Description;
        }

        public void Report(EpochReport value)
        {
            task.MaxValue = Math.Max(task.MaxValue, value.Epoch);
            var losses = $"loss {Text(value.TrainingLoss)}{ValidationOf(value)}";
            _lastEpoch = task.Description = FormattableString.Invariant($"Epoch {value.Epoch} of {task.MaxValue:0}: {losses}");
            task.Value = value.Epoch;
        }

        // After early stopping, the bar is not full yet. The last losses stay on the screen.
        public void Fill()
        {
            task.Description = _lastEpoch ?? task.Description;
            task.Value = task.MaxValue;
        }

        // If epochs are compared by a metric, it is more informative than the loss.
        private static string ValidationOf(EpochReport report)
        {
            if (report.ValidationMetric is { } metric) return $", validation metric {Text(metric)}";
            return report.ValidationLoss is { } loss ? $", validation loss {Text(loss)}" : "";
        }

        private static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
    }
}
