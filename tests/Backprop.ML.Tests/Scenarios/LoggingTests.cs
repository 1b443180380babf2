using System.Globalization;
using System.Text.RegularExpressions;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Scenarios;

public partial class LoggingTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _train, _validation;
    private readonly List<LoggingEventArgs> _messages = [];

    public LoggingTests()
    {
        (_train, _validation) = (Synthetic.Prepared(_ml, 100), Synthetic.Prepared(_ml, 100, seed: 2));
        _ml.Log += (_, message) => _messages.Add(message);
    }

    [Theory]
    [ClassData(typeof(EveryTask))]
    public void Every_epoch_is_one_message_with_loss_validation_loss_and_learning_rate(string label)
    {
        var model = new BackpropTrainer(_ml, Synthetic.Brief(label)).Fit(_train, _validation).Model;
        var lines = EpochLines();

        Assert.Equal(5, lines.Length);
        Assert.All(
            lines, line => Assert.Equal((ChannelMessageKind.Info, nameof(BackpropTrainer) + "; Training"), (line.Kind, line.Source)));
        Assert.Equal(model.History, lines.Select(line => Parse(line.RawMessage, epochs: 5)), new AsPrinted());
    }

    [Fact]
    public void Without_validation_data_no_validation_loss_is_mentioned()
    {
        var model = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value)).Fit(_train).Model;

        Assert.Equal(model.History, EpochLines().Select(line => Parse(line.RawMessage, epochs: 5)), new AsPrinted());
        Assert.All(EpochLines(), line => Assert.DoesNotContain("validation", line.RawMessage));
    }

    [Fact]
    public void Numbers_are_written_alike_in_every_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        var trainer = new BackpropTrainer(_ml, Synthetic.Brief(Synthetic.Value));
        trainer.Fit(_train, _validation);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal("0,5", 0.5.ToString()); // the culture is really there
            trainer.Fit(_train, _validation);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
        var lines = EpochLines();

        Assert.Equal(lines[..5].Select(line => line.RawMessage), lines[5..].Select(line => line.RawMessage));
    }

    [Fact]
    public void Progress_hears_the_numbers_that_the_history_keeps()
    {
        var options = Synthetic.Brief(Synthetic.Flag);
        var reports = new List<EpochReport>();
        var caller = Environment.CurrentManagedThreadId;
        options.Progress = new Listener<EpochReport>(report =>
        {
            Assert.Equal(caller, Environment.CurrentManagedThreadId);
            reports.Add(report);
        });
        var model = new BackpropTrainer(_ml, options).Fit(_train, _validation).Model;

        Assert.Equal([1, 2, 3, 4, 5], reports.Select(report => report.Epoch));
        Assert.Equal(model.History, reports);
    }

    private LoggingEventArgs[] EpochLines() =>
        [.. _messages.Where(message => message.RawMessage.StartsWith("Epoch", StringComparison.Ordinal))];

    private static EpochReport Parse(string line, int epochs)
    {
        var match = Line().Match(line);
        Assert.True(match.Success, line);
        Assert.Equal(epochs, int.Parse(match.Groups["epochs"].Value));
        double? Number(string name) =>
            match.Groups[name].Success ? double.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : null;
        return new EpochReport(int.Parse(match.Groups["epoch"].Value), Number("rate")!.Value, Number("loss")!.Value, Number("validation"));
    }

    [GeneratedRegex(
        @"^Epoch (?<epoch>\d+) of (?<epochs>\d+): loss (?<loss>[\d.E-]+)(, validation loss (?<validation>[\d.E-]+))?, " +
        @"learning rate (?<rate>[\d.E-]+)$")]
    private static partial Regex Line();

    // Six digits are printed.
    private sealed class AsPrinted : IEqualityComparer<EpochReport>
    {
        public bool Equals(EpochReport? a, EpochReport? b) =>
            a!.Epoch == b!.Epoch && Near(a.LearningRate, b.LearningRate) && Near(a.TrainingLoss, b.TrainingLoss)
                && Near(a.ValidationLoss, b.ValidationLoss);

        public int GetHashCode(EpochReport report) => report.Epoch;

        private static bool Near(double? a, double? b) =>
            a.HasValue == b.HasValue && (a is null || Math.Abs(a.Value - b!.Value) <= 1e-5 * Math.Abs(a.Value));
    }
}
