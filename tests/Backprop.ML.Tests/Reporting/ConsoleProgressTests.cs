using System.Globalization;
using Backprop.ML.Tests.Scenarios;
using Backprop.Training;
using Microsoft.ML;
using Spectre.Console.Testing;

namespace Backprop.ML.Tests.Reporting;

public class ConsoleProgressTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void The_bar_shows_the_epoch_the_losses_and_is_full_at_the_end()
    {
        using var console = new TestConsole().Interactive().Width(100);
        var options = Synthetic.Brief(Synthetic.Flag);
        var model = ConsoleProgress.Show(options.NumberOfIterations, progress =>
        {
            options.Progress = progress;
            return new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100), Synthetic.Prepared(_ml, 100, seed: 2));
        }, console);

        var last = model.Model.History[^1];
        Assert.Contains(
            $"Epoch 5: loss {last.TrainingLoss.ToString("G4", CultureInfo.InvariantCulture)}, validation " +
                $"{last.ValidationLoss!.Value.ToString("G4", CultureInfo.InvariantCulture)}",
            console.Output);
        Assert.Contains("100%", console.Output);
    }

    [Fact]
    public void The_phases_around_the_epochs_are_shown_by_name_and_the_last_losses_stay()
    {
        using var console = new TestConsole().Interactive().Width(100);
        var names = ConsoleProgress.Show(5, (_, phases) =>
        {
            phases.Report(new TrainingPhaseReport(TrainingPhase.Measuring, "Measuring 7 rows"));
            return 7;
        }, console);
        Assert.Equal(7, names);
        Assert.Contains("Measuring 7 rows", console.Output);

        using var another = new TestConsole().Interactive().Width(100);
        var options = Synthetic.Brief(Synthetic.Flag);
        ConsoleProgress.Show(options.NumberOfIterations, (progress, phases) =>
        {
            (options.Progress, options.PhaseProgress) = (progress, phases);
            return new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100));
        }, another);
        Assert.Contains("Epoch 5: loss", another.Output);
    }

    [Fact]
    public void What_training_throws_is_thrown_and_a_bar_needs_a_length()
    {
        using var console = new TestConsole();
        Assert.Throws<OperationCanceledException>(
            void () => ConsoleProgress.Show<int>(10, _ => throw new OperationCanceledException(), console));
        Assert.Equal(
            "numberOfIterations",
            Assert.Throws<ArgumentOutOfRangeException>(void () => ConsoleProgress.Show(0, _ => 1, console)).ParamName);
    }
}
