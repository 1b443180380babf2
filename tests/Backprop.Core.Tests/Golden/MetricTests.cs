using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.Core.Tests.Golden;

/// <summary>Metrics of weighted examples against scikit-learn.</summary>
public class MetricTests
{
    private static readonly Contents Golden = GoldenFile.Read<Contents>("metrics");

    // NDCG needs groups: RankingTests compares it.
    public static TheoryData<Metric> All => [.. Metric.All.Where(metric => metric is not GroupMetric)];

    [Fact]
    public void Every_metric_in_the_assembly_is_listed() => Choices.AssertListed<Metric>(Metric.All);

    [Theory, MemberData(nameof(All))]
    public void Metrics_are_those_of_scikit_learn(Metric metric)
    {
        var seen = 0;
        foreach (var example in Golden.Cases)
        {
            seen += Compare(example.Values.Binary, TargetKind.Binary, new LogisticLoss(), Golden.Scores, Golden.Binary, 1);
            seen += Compare(example.Values.Classes, TargetKind.Class, new SoftmaxCrossEntropy(), Golden.Logits, Golden.Classes, 3);
            seen += Compare(example.Values.Real, TargetKind.Real, new SquaredError(), Golden.Guesses, Golden.Real, 1);

            int Compare(Dictionary<string, double> values, TargetKind kind, Loss loss, float[] scores, float[] targets, int outputs)
            {
                Assert.Equal(values.ContainsKey(metric.GetType().Name), metric.Suits(kind));
                if (!metric.Suits(kind)) return 0;
                var predictions = new Matrix([.. scores], targets.Length, outputs);
                loss.Predict(predictions);
                Assert.Equal(
                    values[metric.GetType().Name],
                    metric.Measure(
                        new ReadOnlyMatrix(scores, targets.Length, outputs), predictions, new ReadOnlyMatrix(targets, targets.Length, 1),
                        example.Weights),
                    1e-6);
                return 1;
            }
        }
        Assert.InRange(seen, 2, 6);
    }

    [Fact]
    public void Several_targets_are_measured_as_by_scikit_learn()
    {
        var all = Golden.Together;
        var measured = MultiTargetRegressionMetrics.Measure(
            new ReadOnlyMatrix(all.Predictions, all.Targets.Length / 3, 3), new ReadOnlyMatrix(all.Targets, all.Targets.Length / 3, 3), "a",
            "b", "c");
        Assert.Equal(["a", "b", "c"], measured.Targets.Select(target => target.Name));
        AssertProperties(all.MultiTarget, measured);
        foreach (var (name, values) in all.PerTarget)
            for (var j = 0; j < 3; j++) AssertProperties(new() { [name] = values[j] }, measured.Targets[j]);
    }

    [Fact]
    public void Several_labels_are_measured_as_by_scikit_learn()
    {
        var all = Golden.Together;
        var rows = all.Labels.Length / 3;
        float[] decisions = [.. all.Margins.Select(margin => margin > 0 ? 1f : 0)];
        var measured = MultiLabelClassificationMetrics.Measure(
            new ReadOnlyMatrix(all.Margins, rows, 3), new ReadOnlyMatrix(decisions, rows, 3), new ReadOnlyMatrix(all.Labels, rows, 3));
        Assert.Equal(["0", "1", "2"], measured.Labels.Select(label => label.Name));
        AssertProperties(all.MultiLabel, measured);
        foreach (var (name, values) in all.PerLabel)
            for (var j = 0; j < 3; j++) AssertProperties(new() { [name] = values[j] }, measured.Labels[j]);
    }

    [Fact]
    public void A_label_that_is_never_true_has_no_area_and_is_left_out_of_the_mean()
    {
        float[] scores = [1, 1, -1, 2], labels = [1, 0, 0, 0];
        var measured = MultiLabelClassificationMetrics.Measure(
            new ReadOnlyMatrix(scores, 2, 2), new ReadOnlyMatrix([1, 0, 0, 0], 2, 2), new ReadOnlyMatrix(labels, 2, 2));
        Assert.Equal(double.NaN, measured.Labels[1].AreaUnderRocCurve);
        Assert.Equal((0, 1, 1), (measured.Labels[1].F1Score, measured.MacroAreaUnderRocCurve, measured.SubsetAccuracy));
    }

    private static void AssertProperties(Dictionary<string, double> expected, object measured)
    {
        Assert.NotEmpty(expected);
        foreach (var (name, value) in expected)
            Assert.Equal(value, (double)measured.GetType().GetProperty(name)!.GetValue(measured)!, 1e-6);
    }

    [Fact]
    public void Classes_may_be_given_by_their_probabilities()
    {
        float[] scores = [1, 2, 0, 3, 0, 0], targets = [0.2f, 0.7f, 0.1f, 0, 1, 0];
        Assert.Equal(0.5, new Accuracy().Measure(new ReadOnlyMatrix(scores, 2, 3), default, new ReadOnlyMatrix(targets, 2, 3), []));
    }

    [Fact]
    public void One_class_alone_has_no_area_under_a_curve() =>
        Assert.Equal(
            double.NaN,
            new AreaUnderRocCurve().Measure(new ReadOnlyMatrix(new float[3], 3, 1), default, new ReadOnlyMatrix(new float[3], 3, 1), []));

    private sealed record Contents(
        float[] Binary, float[] Scores, float[] Classes, float[] Logits, float[] Real, float[] Guesses, Case[] Cases, Together Together);

    private sealed record Together(
        float[] Targets, float[] Predictions, float[] Labels, float[] Margins, Dictionary<string, double> MultiTarget,
        Dictionary<string, double[]> PerTarget,
        Dictionary<string, double> MultiLabel, Dictionary<string, double[]> PerLabel);

    private sealed record Case(float[] Weights, Values Values);

    private sealed record Values(Dictionary<string, double> Binary, Dictionary<string, double> Classes, Dictionary<string, double> Real);
}
