using System.Globalization;
using Backprop.Training;
using Spectre.Console;

namespace Backprop.ML;

/// <summary>A progress bar in the console while a model is trained: passes done, loss, remaining time.</summary>
public static class ConsoleProgress
{
    /// <summary>Shows the bar until <paramref name="train"/> returns or throws.</summary>
    /// <example><code>
    /// var model = ConsoleProgress.Show(options.NumberOfIterations, progress =>
    /// {
    ///     options.Progress = progress;
    ///     return pipeline.Append(new BackpropTrainer(ml, options)).Fit(data);
    /// });
    /// </code></example>
    /// <typeparam name="T">What training gives.</typeparam>
    /// <param name="numberOfIterations">How many passes the full bar stands for, at least 1. Training that stops earlier fills it, too.</param>
    /// <param name="train">Trains with the progress that it is given as <see cref="BackpropTrainer.Options.Progress"/>. Of several trainings, as in cross-validation, each starts the bar anew.</param>
    /// <param name="console">Where to; null for the console of this process. One that is not interactive, such as a log, gets a line now and then instead.</param>
    /// <returns>What <paramref name="train"/> returned.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numberOfIterations"/> is below 1.</exception>
    public static T Show<T>(int numberOfIterations, Func<IProgress<EpochReport>, T> train, IAnsiConsole? console = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numberOfIterations, 1);
        ArgumentNullException.ThrowIfNull(train);
        return (console ?? AnsiConsole.Console).Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var bar = new Bar(context.AddTask("Reading data", maxValue: numberOfIterations));
                var result = train(bar);
                bar.Fill();
                return result;
            });
    }

    private sealed class Bar(ProgressTask task) : IProgress<EpochReport>
    {
        public void Report(EpochReport value)
        {
            var validation = value.ValidationLoss is { } loss ? string.Create(CultureInfo.InvariantCulture, $", validation {loss:G4}") : "";
            task.Description = string.Create(CultureInfo.InvariantCulture, $"Epoch {value.Epoch}: loss {value.TrainingLoss:G4}{validation}");
            task.Value = value.Epoch;
        }

        // Early stopping leaves the rest of it empty.
        public void Fill() => task.Value = task.MaxValue;
    }
}
