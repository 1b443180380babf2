using System.Globalization;
using Backprop.Metrics;
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
        using var console = new TestConsole().Interactive().Width(80);
        var options = Synthetic.Brief(Synthetic.Flag);
        var model = ConsoleProgress.Show(options.NumberOfIterations, progress =>
        {
            options.Progress = progress;
            return new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100), Synthetic.Prepared(_ml, 100, seed: 2));
        }, console);

        var last = model.Model.History[^1];
        Assert.Contains(
            $"Epoch 5 of 5: loss {last.TrainingLoss.ToString("G4", CultureInfo.InvariantCulture)}, validation loss " +
                $"{last.ValidationLoss!.Value.ToString("G4", CultureInfo.InvariantCulture)}",
            console.Output);
        Assert.Contains("100%", console.Output);
        Assert.Contains("took 1 s", console.Output);
    }

    // Plain has 100 epochs for every number of rows; Fast has fewer over many rows than the options say before there is data.
    [Fact]
    public void The_number_of_epochs_is_that_of_the_training_and_the_options_are_as_before()
    {
        using var console = new TestConsole().Interactive().Width(80);
        var reported = 0;
        var mine = new Listener<EpochReport>(_ => reported++);
        var options = Synthetic.Brief(Synthetic.Flag);
        options.Preset = Preset.Fast;
        options.Progress = mine;
        options.NumberOfIterations = 3;
        options.EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve() };
        options.ValidationFraction = 0.2;
        options.KFoldBagging = false;
        options.EnsembleSize = 1;
        var model = ConsoleProgress.Show(options, () => new BackpropTrainer(_ml, options).Fit(Synthetic.Prepared(_ml, 100)), console);

        var metric = model.Model.History[^1].ValidationMetric!.Value.ToString("G4", CultureInfo.InvariantCulture);
        Assert.Contains("Epoch 3 of 3: loss ", console.Output);
        Assert.Contains($", validation metric {metric}", console.Output);
        Assert.Same(mine, options.Progress);
        Assert.Null(options.PhaseProgress);
        Assert.Equal(0, reported);
    }

    [Fact]
    public void The_phases_correct_the_number_of_epochs()
    {
        using var console = new TestConsole().Interactive().Width(80);
        ConsoleProgress.Show(5, (progress, phases) =>
        {
            phases.Report(new TrainingPhaseReport(TrainingPhase.Training, "Training epoch 1", 1) { PlannedEpochs = 20 });
            progress.Report(new EpochReport(1, 0.1, 0.25, null));
            return 0;
        }, console);
        Assert.Contains("Epoch 1 of 20: loss 0.25", console.Output);
    }

    [Fact]
    public void A_line_fits_on_80_columns()
    {
        using var console = new TestConsole().Interactive().Width(80);
        ConsoleProgress.Show(1000, progress =>
        {
            progress.Report(new EpochReport(998, 0.1, 1.2345e-5, 2.3456e-5));
            return 0;
        }, console);
        Assert.Contains("Epoch 998 of 1000: loss 1.234E-05, validation loss 2.346E-05", console.Output);
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
        Assert.Contains("Epoch 5 of 5: loss", another.Output);
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
