using Backprop.Activations;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>What is chosen, weighed and measured for each label of a row by itself.</summary>
public class SeveralLabelsTests
{
    private const int Rows = 60;

    private static readonly float[] X = TestNumbers.Normal(2 * Rows, seed: 21);

    // The first label is rare.
    private static readonly float[] First = Labels(1.2f, seed: 22), Second = Labels(-0.2f, seed: 23);

    private static readonly float[] Weights = [.. TestNumbers.Normal(Rows, seed: 24).Select(value => 0.5f + Math.Abs(value))];

    [Fact]
    public void A_metric_is_the_mean_of_the_labels_as_the_evaluator_measures_it()
    {
        var both = Both(weights: null);
        foreach (var metric in (Metric[])[new AreaUnderRocCurve(), new F1Score(), new Accuracy()])
        {
            var options = Options with { NumberOfIterations = 1, EarlyStopping = new EarlyStopping { Metric = metric } };
            var result = Train(options, both);
            var scores = result.Network.CreateScorer(Rows).Score(both.Features);
            var expected = MultiLabelClassificationMetrics.Measure(scores, Decisions(scores), both.Targets);
            var value = metric switch
            {
                AreaUnderRocCurve => expected.MacroAreaUnderRocCurve,
                F1Score => expected.MacroF1Score,
                _ => 1 - expected.HammingLoss,
            };
            Assert.Equal(value, result.History[^1].ValidationMetric!.Value, 1e-9);
        }
    }

    [Fact]
    public void A_label_that_a_metric_is_not_defined_for_is_not_part_of_the_mean()
    {
        var options = Options with { NumberOfIterations = 1, EarlyStopping = new EarlyStopping { Metric = new AreaUnderRocCurve() } };
        var never = new ExampleSet(X, 2, Interleave(First, new float[Rows]), targetCount: 2);
        var metric = Train(options, never).History[^1].ValidationMetric!.Value;
        var alone = new ExampleSet(X, 2, First);
        Assert.Equal(Train(options, alone).History[^1].ValidationMetric!.Value, metric, 1e-9);

        var none = new ExampleSet(X, 2, new float[2 * Rows], targetCount: 2);
        var problem = Assert.Throws<ArgumentException>("validation", () => Train(options, never, none));
        Assert.Contains("for every target", problem.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Every_label_has_the_threshold_that_it_has_alone(bool hasWeights)
    {
        var weights = hasWeights ? Weights : null;
        var options = Options with { ThresholdMetric = new F1Score() };
        var both = Train(options, Both(weights));
        Assert.Null(both.Threshold);
        var single = new[] { First, Second }.Select(label => Train(options, label, weights).Threshold!.Value);
        TestNumbers.AssertClose([.. single], [.. both.Thresholds], 2e-4f);
        Assert.NotEqual(both.Thresholds[0], both.Thresholds[1]);
    }

    [Fact]
    public void A_label_of_one_class_keeps_the_threshold_0()
    {
        var set = new ExampleSet(X, 2, Interleave(First, new float[Rows]), targetCount: 2);
        Assert.Equal(0, Train(Options with { ThresholdMetric = new F1Score() }, set).Thresholds[1]);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Class_weights_of_a_label_are_those_of_its_own_training(bool isBalanced, bool hasWeights)
    {
        var weights = hasWeights ? Weights : null;
        var options = Options with { BalancedClassWeights = isBalanced };
        var both = Train(options with { ClassWeights = [1, 3, 2, 0.5] }, Both(weights));
        var first = Train(options with { ClassWeights = [1, 3] }, First, weights);
        var second = Train(options with { ClassWeights = [2, 0.5] }, Second, weights);

        AssertSameScores(both.Network, first.Network, second.Network);
        var mean = (first.History[^1].TrainingLoss + second.History[^1].TrainingLoss) / 2;
        Assert.Equal(mean, both.History[^1].TrainingLoss, 1e-5);
        var held = (first.History[^1].ValidationLoss + second.History[^1].ValidationLoss) / 2;
        Assert.Equal(held!.Value, both.History[^1].ValidationLoss!.Value, 1e-5);
    }

    [Fact]
    public void Balanced_labels_of_a_stream_are_those_in_memory()
    {
        var options = Options with { BalancedClassWeights = true };
        var memory = Train(options, Both(Weights));
        var stream = Trainer(options, 2).Train(Linear(2), new StreamTests.Source(Both(Weights)), Both(Weights));
        TestNumbers.AssertClose(memory.Network.Parameters.ToArray(), stream.Network.Parameters.ToArray(), 1e-4f);
    }

    // The same label twice has one temperature: that of the label alone.
    [Theory, InlineData(false), InlineData(true)]
    public void The_temperature_of_a_label_twice_is_that_of_the_label(bool isBalanced)
    {
        var options = Options with { TemperatureScaling = true, BalancedClassWeights = isBalanced, NumberOfIterations = 60 };
        var twice = new ExampleSet(X, 2, Interleave(First, First), targetCount: 2);
        var alone = Train(options, First, weights: null);
        var both = Train(options, twice);
        Assert.Equal(alone.Network.Temperature, both.Network.Temperature, 1e-3);
        Assert.NotEqual(1, both.Network.Temperature);
    }

    [Fact]
    public void Weights_that_do_not_fit_the_labels_are_refused()
    {
        var problem = Assert.Throws<ArgumentException>(
            "training", () => Train(Options with { ClassWeights = [1, 3] }, Both(null)));
        Assert.Contains("2 weights, but there are 2 labels", problem.Message, StringComparison.Ordinal);
    }

    private static TrainingOptions Options => Problems.GradientDescent with { Loss = new LogisticLoss(), NumberOfIterations = 15 };

    private static TrainingResult Train(TrainingOptions options, float[] label, float[]? weights) =>
        Train(options, new ExampleSet(X, 2, label, 1, weights));

    // A linear network shares nothing. The mean over two labels halves the gradients, so the learning rate is doubled. It begins at zero,
    // because an initializer draws other weights for another number of outputs.
    private static TrainingResult Train(TrainingOptions options, ExampleSet set, ExampleSet? validation = null) =>
        Trainer(options, set.TargetCount).Train(Linear(set.TargetCount), set, validation ?? set);

    private static Trainer Trainer(TrainingOptions options, int outputs) =>
        new(options with { LearningRate = outputs * options.LearningRate, InitialParameters = new float[3 * outputs] });

    private static void AssertSameScores(TrainedNetwork both, params TrainedNetwork[] each)
    {
        var scores = both.CreateScorer(Rows).Score(new ReadOnlyMatrix(X, Rows, 2));
        for (var label = 0; label < each.Length; label++)
        {
            var own = each[label].CreateScorer(Rows).Score(new ReadOnlyMatrix(X, Rows, 2));
            for (var row = 0; row < Rows; row++) Assert.Equal(own.Row(row)[0], scores.Row(row)[label], 1e-4f);
        }
    }

    private static Network Linear(int outputs) => Network.FullyConnected(2, [], outputs, new Identity());

    private static ExampleSet Both(float[]? weights) => new(X, 2, Interleave(First, Second), targetCount: 2, weights);

    private static float[] Interleave(float[] first, float[] second) =>
        [.. first.Zip(second).SelectMany(pair => new[] { pair.First, pair.Second })];

    private static ReadOnlyMatrix Decisions(ReadOnlyMatrix scores) =>
        new(scores.Values.ToArray().Select(score => score > 0 ? 1f : 0).ToArray(), scores.Rows, scores.Columns);

    private static float[] Labels(float bias, int seed)
    {
        var noise = TestNumbers.Normal(Rows, seed);
        return [.. noise.Select((value, row) => X[2 * row] - X[2 * row + 1] + value > bias ? 1f : 0)];
    }
}
