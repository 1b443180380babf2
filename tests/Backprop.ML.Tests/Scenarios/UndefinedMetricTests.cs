using Backprop.Metrics;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>A metric that is not defined for the validation rows is said before training, with what to do, and the run is not
/// lost.</summary>
public class UndefinedMetricTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _messages = [];

    public UndefinedMetricTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind == ChannelMessageKind.Warning || message.Message.Contains("Epoch ", StringComparison.Ordinal))
            _messages.Add(message.Message);
    };

    public static TheoryData<string, bool, string> Undefined => new()
    {
        { nameof(AreaUnderRocCurve), false, "all of them are of one class (class 'False')" },
        { nameof(AreaUnderRocCurve), true, "all of them are of one class (class 'True')" },
        { nameof(F1Score), false, "none of them is positive (class 'False')" },
        { nameof(AreaUnderPrecisionRecallCurve), false, "none of them is positive (class 'False')" },
    };

    [Theory, MemberData(nameof(Undefined))]
    public void A_metric_of_classes_that_are_not_there_gives_way_to_the_loss(string name, bool flag, string reason)
    {
        var metric = Metric.All.Single(metric => metric.GetType().Name == name);
        var model = Fit(
            nameof(Line.Flag), new EarlyStopping { Metric = metric, Target = 0.5, Patience = 3 }, Lines(40, 1),
            [.. Lines(20, 2).Select(line => line with { Flag = flag })]);
        Assert.StartsWith(
            "EarlyStopping.Metric",
            Assert.Single(
                _messages,
                message =>
                    message.Contains("not defined", StringComparison.Ordinal))[(_messages[0].IndexOf("Early", StringComparison.Ordinal))..],
            StringComparison.Ordinal);
        Assert.Contains(
            $"({name}) is not defined for the 20 validation rows: {reason}. The loss selects the best epoch instead.", _messages[0],
            StringComparison.Ordinal);
        Assert.Contains("ValidationFraction", _messages[0], StringComparison.Ordinal);
        Assert.All(model.Model.History, epoch => Assert.NotNull(epoch.ValidationLoss));
        Assert.All(model.Model.History, epoch => Assert.Null(epoch.ValidationMetric));
    }

    [Fact]
    public void A_coefficient_of_determination_of_equal_labels_gives_way_to_the_loss()
    {
        Fit(
            nameof(Line.Value), new EarlyStopping { Metric = new RSquared() }, Lines(40, 1),
            [.. Lines(20, 2).Select(line => line with { Value = 3 })]);
        Assert.Contains(
            "(RSquared) is not defined for the 20 validation rows: all of them have the same label.", _messages[0],
            StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_that_members_hold_out_are_looked_at_too()
    {
        var options = new BackpropTrainer.Options
        {
            LabelColumnName = nameof(Line.Flag),
            HiddenLayers = [4],
            NumberOfIterations = 2,
            Seed = 1,
            EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve() }
        };
        new BackpropTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(Lines(40, 1).Select(line => line with { Flag = true })));
        Assert.Contains(
            _messages,
            message => message.Contains("(AreaUnderRocCurve) is not defined for the 40 validation rows", StringComparison.Ordinal));
        Assert.Contains(
            _messages,
            message => message.Contains(
                "All 40 training rows have the label 'True' in column 'Flag', so the model always predicts this label.",
                StringComparison.Ordinal));
        Assert.DoesNotContain(_messages, message => message.Contains("TemperatureScaling", StringComparison.Ordinal));
    }

    [Fact]
    public void A_threshold_is_not_chosen_for_one_class_alone()
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = nameof(Line.Flag),
            HiddenLayers = [4],
            NumberOfIterations = 2,
            Seed = 1,
            ThresholdMetric = new F1Score()
        };
        var validation = _ml.Data.LoadFromEnumerable(Lines(20, 2).Select(line => line with { Flag = false }));
        var model = new BackpropTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(Lines(40, 1)), validation);
        Assert.Contains(
            "ThresholdMetric (F1Score) has no effect: all of the 20 validation rows are of class 'False'. The threshold stays at score 0.",
            _messages[0], StringComparison.Ordinal);
        var scored = model.Transform(_ml.Data.LoadFromEnumerable(Lines(40, 1)));
        Assert.Equal(scored.GetColumn<float>("Score").Select(score => score > 0), scored.GetColumn<bool>("PredictedLabel"));
    }

    [Fact]
    public void Smoothed_labels_without_rows_to_find_a_temperature_are_warned_of()
    {
        var options = new BackpropTrainer.Options
        {
            LabelColumnName = nameof(Line.Flag),
            HiddenLayers = [4],
            NumberOfIterations = 2,
            Seed = 1,
            EarlyStopping = null
        };
        new BackpropTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(Lines(40, 1)));
        Assert.Contains(
            "Probabilities are not calibrated: TemperatureScaling needs validation rows, and there are none. Set ValidationFraction, or " +
                "set LabelSmoothing (it is 0.1) to 0.",
            _messages[0], StringComparison.Ordinal);
        _messages.Clear();
        options.LabelSmoothing = 0;
        new BackpropTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(Lines(40, 1)));
        Assert.DoesNotContain(_messages, message => message.Contains("calibrated", StringComparison.Ordinal));
    }

    private BackpropTransformer Fit(string label, EarlyStopping stopping, Line[] training, Line[] validation)
    {
        var options = new BackpropTrainer.Options
        {
            Preset = Preset.Plain,
            LabelColumnName = label,
            HiddenLayers = [4],
            NumberOfIterations = 3,
            Seed = 1,
            EarlyStopping = stopping
        };
        return new BackpropTrainer(_ml, options).Fit(_ml.Data.LoadFromEnumerable(training), _ml.Data.LoadFromEnumerable(validation));
    }

    private static Line[] Lines(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float[] x = [random.NextSingle(), random.NextSingle()];
            return new Line { Features = x, Flag = x[0] > x[1], Value = x[0] + 2 * x[1] };
        })];
    }

    private sealed record Line
    {
        [VectorType(2)]
        public float[] Features { get; init; } = [];

        public bool Flag { get; init; }

        public float Value { get; init; }
    }
}
