using Backprop.Activations;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Rows that lack some of several targets: the others are learned.</summary>
public class MissingTargetsTests
{
    private const int Rows = 48;

    private static readonly float[] X = TestNumbers.Normal(2 * Rows, seed: 41);

    // The first target is known in three of four rows, the second in every second row.
    private static readonly float[] First = Target(1, -2, 4, isKnown: row => row % 4 != 2),
        Second = Target(-3, 1, 200, isKnown: row => row % 2 == 0);

    // A linear network shares nothing. A missing target adds 0 to the mean over rows and targets, so a target alone, on the rows that have
    // it, has a larger gradient: by targets · rows / known rows.
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void A_target_is_learned_from_the_rows_that_have_it(int target, bool hasWeights)
    {
        float[]? weights = hasWeights ? [.. TestNumbers.Normal(Rows, seed: 44).Select(value => 0.5f + Math.Abs(value))] : null;
        var all = new ExampleSet(X, 2, Interleave(First, Second), targetCount: 2, weights, allowsMissing: true);
        var own = target == 0 ? First : Second;
        int[] known = [.. Enumerable.Range(0, Rows).Where(row => float.IsFinite(own[row]))];
        var alone = new ExampleSet(
            [.. known.SelectMany(row => X.AsSpan(2 * row, 2).ToArray())], 2, [.. known.Select(row => own[row])], 1,
            weights is null ? null : [.. known.Select(row => weights[row])]);
        double total = weights?.Sum() ?? Rows, totalKnown = weights is null ? known.Length : known.Sum(row => weights[row]);

        var options = Options with { StandardizeTargets = true };
        var together = Train(options with { LearningRate = 2 * total / totalKnown * options.LearningRate }, all).Network;
        var single = Train(options, alone).Network;
        ReadOnlyMatrix features = new(X, Rows, 2), expected = single.CreateScorer(Rows).Score(features);
        var scores = together.CreateScorer(Rows).Score(features);
        for (var row = 0; row < Rows; row++) Assert.Equal(expected.Row(row)[0], scores.Row(row)[target], 2e-3f);
    }

    [Fact]
    public void A_stream_is_learned_like_rows_in_memory()
    {
        var options = Options with { StandardizeTargets = true, ClampPredictions = true };
        var memory = Train(options, Both).Network;
        var stream = Trainer(options, 2).Train(Linear(2), new StreamTests.Source(Both), Both).Network;
        TestNumbers.AssertClose(memory.Parameters.ToArray(), stream.Parameters.ToArray(), 1e-4f);
        Assert.Equal(First.Where(float.IsFinite).Min(), memory.Bounds!.Least[0]);
        Assert.Equal(Second.Where(float.IsFinite).Max(), stream.Bounds!.Most[1]);
    }

    [Fact]
    public void Sparse_features_are_learned_like_dense_ones()
    {
        int[] starts = [.. Enumerable.Range(0, Rows + 1).Select(row => 2 * row)];
        int[] columns = [.. Enumerable.Range(0, 2 * Rows).Select(i => i % 2)];
        var features = new SparseMatrix(starts, columns, X, 2);
        var sparse = new ExampleSet(features, Interleave(First, Second), targetCount: 2, allowsMissing: true);
        TestNumbers.AssertClose(Train(Options, Both).Network.Parameters, Train(Options, sparse).Network.Parameters, 1e-5f);
        Assert.Throws<ArgumentException>(() => new ExampleSet(features, Interleave(First, Second), targetCount: 2));
    }

    // A refit joins both sets.
    [Fact]
    public void A_refit_on_all_rows_accepts_missing_targets()
    {
        var options = Options with { EarlyStopping = new EarlyStopping { RefitOnAllRows = true } };
        var other = new ExampleSet([.. X], 2, Interleave(First, Second), targetCount: 2, allowsMissing: true);
        var result = Train(options, Both, other);
        Assert.True(result.Run!.IsRefit);
    }

    // Without a step, the mean loss is that of the constants. The first target has mean m and variance v over its known rows.
    [Fact]
    public void Biases_start_at_the_means_of_the_known_targets()
    {
        var options = Options with { OutputBiasPrior = true, LearningRate = 1e-30, InitialParameters = null, NumberOfIterations = 1 };
        var network = new Trainer(options).Train(Linear(2), Both, Both).Network;
        TestNumbers.AssertClose(
            [First.Where(float.IsFinite).Average(), Second.Where(float.IsFinite).Average()], network.Parameters[^2..], 0.05f);
    }

    // After no step, predictions are the means. So R² of each target is about 0, and a standardized error is that of the target itself.
    [Fact]
    public void Metrics_are_means_over_targets_in_standard_units_on_the_known_rows()
    {
        foreach (var metric in (Metric[])[new RSquared(), new RootMeanSquaredError(), new MeanAbsoluteError()])
        {
            var options = Options with
            {
                StandardizeTargets = true,
                LearningRate = 1e-30,
                NumberOfIterations = 1,
                EarlyStopping = new EarlyStopping { Metric = metric },
            };
            var value = Train(options, Both).History[0].ValidationMetric!.Value;
            var expected = metric switch
            {
                RSquared => 0,
                RootMeanSquaredError => 1,
                _ => (MeanAbsolute(First) + MeanAbsolute(Second)) / 2,
            };
            Assert.Equal(expected, value, 1e-4);
        }

        static double MeanAbsolute(float[] target)
        {
            double[] known = [.. target.Where(float.IsFinite).Select(value => (double)value)];
            var mean = known.Average();
            return known.Average(value => Math.Abs(value - mean)) / Math.Sqrt(known.Average(value => (value - mean) * (value - mean)));
        }
    }

    [Fact]
    public void Intervals_are_calibrated_on_the_rows_with_all_targets()
    {
        int[] complete = [.. Enumerable.Range(0, Rows).Where(row => float.IsFinite(First[row] + Second[row]))];
        var options = Options with { PredictionIntervals = new Conformal { Coverage = 0.8 } };
        var with = Train(options, Both);
        var without = Trainer(options, 2).Train(Linear(2), Both, Both.Select(complete));
        Assert.Equal(complete.Length, with.Network.Conformal!.Rows);
        for (var target = 0; target < 2; target++)
            TestNumbers.AssertSameBits(
                without.Network.Conformal!.ScoresOf(target, 0).ToArray(), with.Network.Conformal.ScoresOf(target, 0));
    }

    [Theory, InlineData(2), InlineData(5)]
    public void Every_way_of_training_has_finite_results(int members)
    {
        var form = new MultilayerPerceptron { HiddenLayers = [6], EnsembleSize = members };
        var brief = new TrainingOptions { Loss = new SquaredError(), NumberOfIterations = 2 };
        foreach (var options in (TrainingOptions[])
            [
                brief with { KFoldBagging = true, PredictionIntervals = new Conformal { Coverage = 0.5 } },
                brief with { Loss = new PinballLoss { Quantiles = [0.2, 0.8] }, ClampPredictions = true },
                brief with { Loss = new LossPerTarget(new HuberLoss(), new AbsoluteError()), Mixup = new Mixup() },
            ])
        {
            var result = new Trainer(options).Train(form.Build(2, options.Loss.OutputsFor(2)), Both, options.KFoldBagging ? null : Both);
            Assert.All(result.History, report => Assert.True(double.IsFinite(report.TrainingLoss + report.ValidationLoss!.Value)));
            foreach (var score in result.Network.CreateScorer(Rows).Score(Both.Features).Values) Assert.True(float.IsFinite(score));
        }
    }

    [Fact]
    public void What_cannot_be_learned_is_refused_by_name()
    {
        var never = new ExampleSet(X, 2, Interleave(X[..Rows], Target(1, 1, 1, _ => false)), targetCount: 2, allowsMissing: true);
        Refuses(() => Train(Options, never), "Target 1 is missing in all 48 training");
        Refuses(() => Train(Options, Both, never), "Target 1 is missing in all 48 validation");
        var empty = new ExampleSet(X, 2, [float.NaN, float.NaN, .. X[2..]], targetCount: 2, allowsMissing: true);
        Refuses(() => Train(Options, empty), "Row 0 of the training examples has no target");
        float[] labels = [.. Interleave(First, Second).Select(value => float.IsNaN(value) ? value : 1)];
        Refuses(() => Train(Options with { Loss = new LogisticLoss() }, new ExampleSet(X, 2, labels, 2, null, true)), "LogisticLoss");
        Refuses(() => _ = new ExampleSet(X, 2, Interleave(First, Second), targetCount: 2), "column 1 of targets is NaN");
        Refuses(() => _ = new ExampleSet(X, 2, First, allowsMissing: true), "targets is NaN");
        Refuses(() => Train(Options with { Loss = new PoissonLoss() }, Both), "PoissonLoss allows values ≥ 0");

        static void Refuses(Action action, string words) =>
            Assert.Contains(words, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    private static ExampleSet Both => new(X, 2, Interleave(First, Second), targetCount: 2, allowsMissing: true);

    private static TrainingOptions Options => Problems.GradientDescent;

    private static TrainingResult Train(TrainingOptions options, ExampleSet set, ExampleSet? validation = null) =>
        Trainer(options, set.TargetCount).Train(Linear(set.TargetCount), set, validation ?? set);

    private static Trainer Trainer(TrainingOptions options, int outputs) =>
        new(options with { InitialParameters = options.OutputBiasPrior ? null : new float[3 * outputs] });

    private static Network Linear(int outputs) => Network.FullyConnected(2, [], outputs, new Identity());

    private static float[] Interleave(float[] first, float[] second) =>
        [.. first.Zip(second).SelectMany(pair => new[] { pair.First, pair.Second })];

    private static float[] Target(float a, float b, float c, Func<int, bool> isKnown) =>
        [.. Enumerable.Range(0, Rows).Select(row => isKnown(row) ? a * X[2 * row] + b * X[2 * row + 1] + c : float.NaN)];
}
