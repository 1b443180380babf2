using System.Reflection;
using Backprop.Layers;
using Backprop.Metrics;
using Backprop.Optimizers;
using Backprop.Schedules;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Phases are reported by name, and a token, a time limit and the context's own cancellation are answered in each of
/// them.</summary>
public sealed class PhaseTests : IDisposable
{
    private static readonly TrainingPhase[] BeforeTheFirstStep = [
        TrainingPhase.Counting, TrainingPhase.Reading, TrainingPhase.Measuring, TrainingPhase.Initializing];

    private readonly MLContext _ml = new(seed: 1);
    private readonly List<LoggingEventArgs> _messages = [];
    private readonly CancellationTokenSource _source = new();
    private readonly IDataView _data;

    public PhaseTests()
    {
        _data = Synthetic.Prepared(_ml, 200);
        _ml.Log += (_, message) => _messages.Add(message);
    }

    public static TheoryData<string> Ways =>
        [.. Preset.All.Select(preset => preset.Name), "stream", "L-BFGS", "threshold", "learned from the last rows of a stream"];

    [Theory, MemberData(nameof(Ways))]
    public void Every_phase_is_reported_in_its_order(string way)
    {
        var reports = new List<TrainingPhaseReport>();
        var options = OptionsFor(way);
        options.PhaseProgress = new Listener<TrainingPhaseReport>(reports.Add);
        new BackpropTrainer(_ml, options).Fit(_data);

        var order = reports.Where(report => report.Epoch == 0).Select(report => report.Phase).ToArray();
        var ofFirst = order.TakeWhile(phase => phase != TrainingPhase.Searching).ToArray(); // later trials repeat phases
        Assert.Equal(ofFirst.Order(), ofFirst);
        Assert.Equal(way == nameof(Preset.Best), order.Contains(TrainingPhase.Searching));
        Assert.Contains(TrainingPhase.Reading, order);
        Assert.Contains(TrainingPhase.Measuring, order);
        Assert.Contains(TrainingPhase.Initializing, order);
        Assert.Equal([1, 2], reports.Where(report => report.Phase == TrainingPhase.Training).Select(report => report.Epoch));
        Assert.All(reports, report => Assert.NotEmpty(report.Description));
        var lines = _messages.Where(message => message.Kind == ChannelMessageKind.Info).Select(message => message.RawMessage).ToArray();
        Assert.All(reports.Where(report => report.Epoch == 0), report => Assert.Contains(report.Description, lines));
        Assert.Contains(
            reports,
            report => report.Phase == TrainingPhase.Measuring && report.Description.Contains(" rows of ", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Ways))]
    public void A_token_that_is_cancelled_before_the_first_step_ends_Fit_by_an_exception(string way)
    {
        foreach (var phase in BeforeTheFirstStep)
        {
            var (options, seen) = (OptionsFor(way), false);
            using var source = new CancellationTokenSource();
            var epochs = 0;
            options.CancellationToken = source.Token;
            options.Progress = new Listener<EpochReport>(_ => epochs++);
            options.PhaseProgress = new Listener<TrainingPhaseReport>(report =>
            {
                if (report.Phase != phase) return;
                seen = true;
                source.Cancel();
            });
            if (phase == TrainingPhase.Counting && way != "learned from the last rows of a stream") continue;
            Assert.Throws<OperationCanceledException>(() => new BackpropTrainer(_ml, options).Fit(_data));
            Assert.True(seen);
            Assert.Equal(0, epochs);
        }
    }

    [Theory, MemberData(nameof(Ways))]
    public void The_contexts_own_cancellation_ends_Fit_in_every_phase(string way)
    {
        foreach (var phase in Enum.GetValues<TrainingPhase>())
        {
            var ml = new MLContext(seed: 1);
            var (options, seen) = (OptionsFor(way), false);
            options.PhaseProgress = new Listener<TrainingPhaseReport>(report =>
            {
                if (report.Phase != phase) return;
                seen = true;
                Cancel(ml);
            });
            var trainer = new BackpropTrainer(ml, options);
            var data = Synthetic.Prepared(ml, 200);
            if (phase >= TrainingPhase.Validating) continue; // few rows have no check in the phases at the end
            try
            {
                trainer.Fit(data);
                Assert.False(seen);
            }
            catch (OperationCanceledException)
            {
                Assert.True(seen);
            }
        }
    }

    [Fact]
    public void Time_that_is_over_while_preparing_is_an_error_that_names_the_option_and_reading_does_not_count()
    {
        foreach (var phase in BeforeTheFirstStep)
        {
            var clock = new Clock();
            var options = OptionsFor("Default");
            (options.MaximumTrainingTime, options.Clock) = (TimeSpan.FromSeconds(10), clock);
            options.PhaseProgress = new Listener<TrainingPhaseReport>(report => clock.Seconds += report.Phase == phase ? 20 : 0);
            if (phase <= TrainingPhase.Reading) Assert.Equal(2, new BackpropTrainer(_ml, options).Fit(_data).Model.History.Count);
            else
                Assert.Contains(
                    "MaximumTrainingTime", Assert.Throws<TimeoutException>(() => new BackpropTrainer(_ml, options).Fit(_data)).Message,
                    StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_range_test_answers_the_token()
    {
        var options = OptionsFor("Plain");
        options.CancellationToken = _source.Token;
        options.PhaseProgress = new Listener<TrainingPhaseReport>(report =>
        {
            if (report.Phase == TrainingPhase.Training) _source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => new BackpropTrainer(_ml, options).FindLearningRate(_data));
    }

    [Fact]
    public void Rows_that_are_all_skipped_do_not_hide_the_token()
    {
        var options = new BackpropTrainer.Options { Preset = Preset.Plain, CancellationToken = _source.Token };
        var rows = 0;
        IEnumerable<Row> Endless()
        {
            while (true)
            {
                if (++rows == 50) _source.Cancel();
                yield return new Row { Features = [float.NaN] };
            }
        }
        Assert.Throws<OperationCanceledException>(() => new BackpropTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(Endless())));
        Assert.InRange(rows, 50, 100);
    }

    [Fact]
    public void Scoring_and_evaluation_answer_the_contexts_own_cancellation()
    {
        var model = new BackpropTrainer(_ml, OptionsFor("Plain")).Fit(_data);
        var rows = 0;
        var watched = _ml.Data.LoadFromEnumerable(Count());
        var scored = model.Transform(_ml.Transforms.Concatenate("Features", Synthetic.FeatureNames).Fit(watched).Transform(watched));
        Assert.ThrowsAny<OperationCanceledException>(() => scored.GetColumn<float>("Score").Count());
        Assert.InRange(rows, 100, 2000); // of 100,000; ML.NET reads ahead

        IEnumerable<Example> Count()
        {
            foreach (var example in Enumerable.Repeat(Synthetic.Examples(100), 1000).SelectMany(all => all))
            {
                if (++rows == 100) Cancel(_ml);
                yield return example;
            }
        }
    }

    [Fact]
    public void Warnings_of_the_run_are_warnings_of_the_log()
    {
        var clock = new Clock();
        var options = OptionsFor("Plain");
        (options.NumberOfIterations, options.LearningRateSchedule) = (100_000, new CosineLogarithmicSchedule());
        (options.MaximumTrainingTime, options.Clock) = (TimeSpan.FromSeconds(1000), clock);
        options.Progress = new Listener<EpochReport>(report => clock.Seconds += report.Epoch == 5 ? 2000 : 1);
        new BackpropTrainer(_ml, options).Fit(_data);
        Assert.Contains(
            _messages,
            message =>
                message.Kind == ChannelMessageKind.Warning
                    && message.RawMessage.StartsWith(
                        "MaximumTrainingTime (00:16:40) ended training after 5 of 100,000 epochs", StringComparison.Ordinal));
    }

    // The third field case as a test: the same model, however training ended.
    [Fact]
    public void A_cancelled_run_has_temperature_and_threshold()
    {
        var free = Fit(epochs: 6, cancelAt: null);
        var cancelled = Fit(epochs: 40, cancelAt: 6);
        Assert.Equal(free.Model.Network.Parameters.ToArray(), cancelled.Model.Network.Parameters.ToArray());
        Assert.Equal(free.Model.Network.Temperature, cancelled.Model.Network.Temperature, 1e-5);
        Assert.Equal(free.Threshold, cancelled.Threshold, 1e-5f);
        Assert.NotEqual((1, 0), (cancelled.Model.Network.Temperature, cancelled.Threshold));

        BackpropTransformer Fit(int epochs, int? cancelAt)
        {
            using var source = new CancellationTokenSource();
            var options = OptionsFor("Plain");
            (
                options.NumberOfIterations, options.ValidationFraction, options.TemperatureScaling,
                options.ThresholdMetric) = (epochs, 0.3, true, new F1Score());
            options.CancellationToken = source.Token;
            options.Progress = new Listener<EpochReport>(report =>
            {
                if (report.Epoch == cancelAt) source.Cancel();
            });
            return new BackpropTrainer(new MLContext(seed: 1), options).Fit(_data);
        }
    }

    public void Dispose() => _source.Dispose();

    private static BackpropTrainer.Options OptionsFor(string way)
    {
        var preset = Preset.All.FirstOrDefault(preset => preset.Name == way) ?? Preset.Plain;
        var options = new BackpropTrainer.Options { Preset = preset, LabelColumnName = Synthetic.Flag, NumberOfIterations = 2, Seed = 1 };
        if (way.Contains("stream", StringComparison.Ordinal))
            (options.Caching, options.MissingValues) = (DataCaching.Stream, MissingValues.Median);
        if (way.Contains("last", StringComparison.Ordinal))
            (options.ValidationFraction, options.ValidationRows) = (0.2, ValidationRows.Last);
        if (way == "L-BFGS") options.Optimizer = new Lbfgs();
        if (way == "threshold") (options.ValidationFraction, options.ThresholdMetric) = (0.2, new F1Score());
        return options;
    }

    private static void Cancel(MLContext ml) =>
        typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(ml, null);

    private sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(1000 * Seconds);
    }

    private sealed class Row
    {
        [VectorType(1)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
