using Backprop.Activations;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>A metric that is not defined for the validation examples is refused before the first step, by name.</summary>
public class UndefinedMetricTests
{
    public static TheoryData<string, float, string> Undefined => new()
    {
        { nameof(F1Score), 0, "none of them is positive" },
        { nameof(AreaUnderPrecisionRecallCurve), 0, "none of them is positive" },
        { nameof(AreaUnderRocCurve), 0, "all of them are of one class" },
        { nameof(AreaUnderRocCurve), 1, "all of them are of one class" },
        { nameof(RSquared), 3, "all of them have the same label" },
        { nameof(Never), 0, "it is not a number" },
    };

    [Theory, MemberData(nameof(Undefined))]
    public void A_metric_that_is_not_defined_is_refused_before_training(string name, float label, string reason)
    {
        var metric = name == nameof(Never) ? new Never() : Metric.All.Single(metric => metric.GetType().Name == name);
        var reports = new List<EpochReport>();
        var problem = Assert.Throws<ArgumentException>(
            "validation", () => Trainer(metric).Train(Net, Training, Of(label, label), null, new Heard<EpochReport>(reports.Add)));
        Assert.Contains(name, problem.Message, StringComparison.Ordinal);
        Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
        Assert.Contains("2 validation examples", problem.Message, StringComparison.Ordinal);
        Assert.Empty(reports);
    }

    // A metric of groups needs groups: GroupTrainingTests.
    public static TheoryData<string> Names =>
        [.. Metric.All.Where(metric => metric is not GroupMetric).Select(metric => metric.GetType().Name)];

    [Theory, MemberData(nameof(Names))]
    public void Every_metric_is_accepted_where_classes_and_labels_vary(string name) =>
        Assert.NotEmpty(Trainer(Metric.All.Single(metric => metric.GetType().Name == name)).Train(Net, Training, Of(0, 1, 1)).History);

    [Fact]
    public void A_metric_of_ones_own_that_some_scores_make_a_number_is_accepted() =>
        Assert.NotEmpty(Trainer(new Precision()).Train(Net, Training, Of(0, 1, 1)).History);

    [Theory, InlineData(0f), InlineData(1f)]
    public void One_class_alone_chooses_neither_threshold_nor_temperature(float label)
    {
        var options = new TrainingOptions
        {
            Loss = new LogisticLoss(),
            NumberOfIterations = 2,
            ThresholdMetric = new Accuracy(),
            TemperatureScaling = true
        };
        var result = new Trainer(options).Train(Net, Training, Of(label, label, label));
        Assert.Null(result.Threshold);
        Assert.Equal(1, result.Network.Temperature);
    }

    private static Network Net => Network.FullyConnected(1, [3], 1, new Tanh());

    private static ExampleSet Training => Of(0, 1, 1, 0, 1);

    private static ExampleSet Of(params float[] labels) => new([.. labels.Select((label, i) => label + i)], 1, labels);

    private static Trainer Trainer(Metric metric) => new(new TrainingOptions
    {
        Loss = metric.Suits(TargetKind.Binary) ? new LogisticLoss() : new SquaredError(),
        NumberOfIterations = 1,
        EarlyStopping = new EarlyStopping { Metric = metric },
    });

    private sealed record Never : Metric
    {
        public override bool HigherIsBetter => true;

        public override bool Suits(TargetKind kind) => true;

        public override double Measure(
            ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<float> weights) =>
            double.NaN;
    }

    // Not defined for scores of 0, which call nothing positive; but training starts elsewhere.
    private sealed record Precision : Metric
    {
        public override bool HigherIsBetter => true;

        public override bool Suits(TargetKind kind) => kind == TargetKind.Binary;

        public override double Measure(
            ReadOnlyMatrix scores, ReadOnlyMatrix predictions, ReadOnlyMatrix targets, ReadOnlySpan<float> weights) =>
            scores.Values.IndexOfAnyExcept(0f) < 0 ? double.NaN : 0.5;
    }
}
