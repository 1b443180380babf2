using Backprop.Activations;
using Backprop.Core.Tests.Persistence;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>Predictions that go no further than the targets of training.</summary>
public class ClampedPredictionTests
{
    private static readonly TrainingOptions Options = new()
    {
        Loss = new SquaredError(),
        LearningRate = 0.05,
        NumberOfIterations = 30,
        BatchSize = 8,
        ClampPredictions = true,
        Seed = 1
    };
    private static readonly float[] Wide = [-9, -0.5f, 0.25f, 5, float.NaN];

    [Theory, InlineData(true), InlineData(false)]
    public void Beyond_the_targets_of_training_they_end_and_between_them_they_are_the_same_to_the_bit(bool scales)
    {
        var options = Options with { StandardizeTargets = scales };
        TrainedNetwork free = new Trainer(options with { ClampPredictions = false }).Train(Line, OfLine(40, -1, 1)).Network,
            bounded = new Trainer(options).Train(Line, OfLine(40, -1, 1)).Network;
        TestNumbers.AssertSameBits(free.Parameters, bounded.Parameters);
        Assert.Equal((-27f, 33f), (bounded.Bounds!.Least[0], bounded.Bounds.Most[0])); // 30·x + 3
        float[] expected = [.. Predict(free, Wide).Select(y => float.IsNaN(y) ? y : y < -27 ? -27 : y > 33 ? 33 : y)];
        TestNumbers.AssertSameBits(expected, Predict(bounded, Wide));
        Assert.Equal((-27f, 33f), (expected[0], expected[3]));
        // one by one, and packed for many
        foreach (var x in Wide) TestNumbers.AssertSameBits(Predict(bounded, x), Predict(bounded, [x, .. Wide]).AsSpan(0, 1));
    }

    [Theory, InlineData(true, 1), InlineData(false, 1), InlineData(true, 3)]
    public void Validation_sees_what_users_get(bool scales, int members)
    {
        var network = new MultilayerPerceptron { HiddenLayers = [], EnsembleSize = members }.Build(1, 1);
        ExampleSet training = OfLine(40, -1, 1), validation = new([-9, 0.25f, 5, 7], 1, [-20, 10, 40, 30]);
        var options = Options with
        {
            StandardizeTargets = scales,
            EarlyStopping = new EarlyStopping { Metric = new RootMeanSquaredError(), Patience = EarlyStopping.Unlimited }
        };
        var result = new Trainer(options).Train(network, training, validation);
        var error = Predict(result.Network, [-9, 0.25f, 5, 7]).Zip(validation.Targets.Values.ToArray(), (z, y) => (z - (double)y) * (z - y))
            .Average();
        var best = result.History[result.BestEpoch - 1];
        var factor = result.Network.Targets?.Factors[0] ?? 1;
        Assert.Equal(Math.Sqrt(error), best.ValidationMetric!.Value, 1e-4);
        Assert.Equal(
            new SquaredError().Evaluate(
                new Matrix([1f], 1, 1), new Matrix([0f], 1, 1), new Matrix(new float[1], 1, 1)) * error * factor * factor,
            best.ValidationLoss!.Value, 1e-5 * error);
        Assert.NotEqual(
            result.History[^1].ValidationLoss,
            new Trainer(options with { ClampPredictions = false }).Train(network, training, validation).History[^1].ValidationLoss);
    }

    // Of an ensemble, what its members predict together is limited, not what each of them does.
    [Theory, InlineData(false), InlineData(true)]
    public void Of_an_ensemble_the_prediction_is_limited_and_judged_so(bool crossFitting)
    {
        ExampleSet training = OfLine(40, -1, 1), validation = new([-9, 0.25f, 5, 7], 1, [-20, 10, 40, 30]);
        var options = Options with
        {
            KFoldBagging = crossFitting,
            StandardizeTargets = false,
            EarlyStopping = new EarlyStopping { Patience = EarlyStopping.Unlimited }
        };
        var network = new MultilayerPerceptron { HiddenLayers = [3], Activation = new Identity(), EnsembleSize = 4 }.Build(1, 1);
        TrainingResult bounded = new Trainer(options).Train(network, training, crossFitting ? null : validation),
            free = new Trainer(options with { ClampPredictions = false, EarlyStopping = null }).Train(network, training);
        Assert.Equal([-27f, 33], Predict(bounded.Network, -9, 7));
        if (crossFitting) return; // it is judged by rows between the bounds
        var error = Predict(bounded.Network, [-9, 0.25f, 5, 7])
            .Zip(validation.Targets.Values.ToArray(), (z, y) => (z - (double)y) * (z - y)).Average();
        Assert.Equal(
            bounded.History.Min(report => report.ValidationLoss)!.Value, bounded.History[bounded.BestEpoch - 1].ValidationLoss!.Value);
        Assert.Equal(
            new SquaredError().Evaluate(new Matrix([1f], 1, 1), new Matrix([0f], 1, 1), new Matrix(new float[1], 1, 1)) * error,
            bounded.History[bounded.BestEpoch - 1].ValidationLoss!.Value, 1e-5 * error);
        Assert.True(Predict(free.Network, 7)[0] > 33);
    }

    [Fact]
    public void Quantiles_have_the_bounds_of_their_target_and_a_variance_has_none()
    {
        var bounds = new TargetBounds([0, 10], [1, 20]);
        Assert.Equal([0, 0.5f, 1, 10, 15, 20], OfBiases(new PinballLoss { Quantiles = [0.1, 0.5, 0.9] }, bounds, -3, 0.5f, 9, -1, 15, 33));
        var gaussian = OfBiases(new GaussianNegativeLogLikelihood(), bounds, -3, 2, 30, 5);
        TestNumbers.AssertClose([0, MathF.Exp(2), 20, MathF.Exp(5)], gaussian, 1e-3f);

        float[] OfBiases(Loss loss, TargetBounds bounds, params float[] biases) =>
            Predict(
                new TrainedNetwork(
                    Network.FullyConnected(1, [], biases.Length, new Identity()), [.. new float[biases.Length], .. biases], loss, null,
                    null, bounds),
                0);
    }

    [Fact]
    public void A_stream_has_the_bounds_of_all_its_rows_and_a_refit_those_of_the_validation_rows_too()
    {
        var training = OfLine(40, -1, 1);
        Assert.Equal((-27f, 33f), BoundsOf(new Trainer(Options).Train(Line, new StreamTests.Source(training))));
        var refit = Options with { EarlyStopping = new EarlyStopping { RefitOnAllRows = true } };
        Assert.Equal((-27f, 63f), BoundsOf(new Trainer(refit).Train(Line, training, OfLine(10, 0, 2))));
        Assert.Equal((-27f, 33f), BoundsOf(new Trainer(Options).Train(Line, training, OfLine(10, 0, 2))));
    }

    [Fact]
    public void Going_on_widens_the_bounds_and_without_the_option_there_are_none()
    {
        var first = new Trainer(Options).Train(Line, OfLine(40, -1, 1)).Network;
        Assert.Equal((-27f, 63f), BoundsOf(new Trainer(Options).Train(Line, OfLine(40, 0, 2), initial: first)));
        Assert.Null(new Trainer(Options with { ClampPredictions = false }).Train(Line, OfLine(40, 0, 2), initial: first).Network.Bounds);
    }

    [Fact]
    public void They_are_saved_and_a_file_without_them_says_nothing_of_them()
    {
        TrainingResult bounded = new Trainer(Options).Train(Line, OfLine(40, -1, 1)),
            free = new Trainer(Options with { ClampPredictions = false }).Train(Line, OfLine(40, -1, 1));
        var (file, back) = (Saved.Bytes(bounded), Saved.Read(Saved.Bytes(bounded)));
        Assert.Equal((-27f, 33f), BoundsOf(back));
        TestNumbers.AssertSameBits(Predict(bounded.Network, Wide), Predict(back.Network, Wide));
        Assert.Equal(file, Saved.Bytes(back));
        Assert.Contains("\"predictionsAreBounded\":true", Saved.Header(file));
        Assert.DoesNotContain("redictionsAreBounded", Saved.Header(Saved.Bytes(free)));
        Assert.Null(Saved.Read(Saved.Bytes(free)).Network.Bounds);
    }

    [Fact]
    public void A_file_whose_bounds_are_no_bounds_or_do_not_fit_is_refused()
    {
        var file = Saved.Bytes(new Trainer(Options).Train(Line, OfLine(40, -1, 1)));
        // Without the mean of the one feature, the bounds are the last floats.
        var header = Saved.Header(file).Replace(",\"hasMeans\":true", "");
        var floats = Saved.Floats(file)[..^4];
        Assert.NotNull(Saved.Read(Saved.Forge(header, floats)).Network.Bounds);
        float[][] pairs = [[33, -27], [float.NaN, 1], [1, float.PositiveInfinity]];
        foreach (var pair in pairs)
            Assert.Throws<FormatException>(
                () =>
                    Saved.Read(
                        Saved.Forge(header, [.. floats[..^8], .. BitConverter.GetBytes(pair[0]), .. BitConverter.GetBytes(pair[1])])));
        Assert.Throws<FormatException>(() => Saved.Read(Saved.Forge(header, floats.AsSpan(0, floats.Length - 8))));
        Assert.Throws<FormatException>(
            () => Saved.Read(Saved.Forge(header.Replace("\"predictionsAreBounded\":true", "\"predictionsAreBounded\":false"), floats)));
        Assert.Throws<FormatException>(
            () =>
                Saved.Read(
                    Saved.Forge(
                        header.Replace("SquaredError", "PoissonLoss").Replace(
                            "\"targetsAreStandardized\":true", "\"targetsAreStandardized\":false"),
                        [.. floats[..^16], .. floats[^8..]])));
    }

    [Fact]
    public void Losses_with_other_units_and_bounds_that_do_not_fit_are_refused_by_name()
    {
        Assert.Contains(
            "PoissonLoss",
            Assert.Throws<ArgumentException>("ClampPredictions", () => new Trainer(Options with { Loss = new PoissonLoss() })).Message);
        Assert.Throws<ArgumentException>("ClampPredictions", () => new Trainer(Options with { Loss = new LogisticLoss() }));
        Assert.Throws<ArgumentException>(
            "bounds", () => new TrainedNetwork(Line, new float[2], new SquaredError(), null, null, new TargetBounds([0, 0], [1, 1])));
        Assert.Throws<ArgumentException>(
            "bounds", () => new TrainedNetwork(Line, new float[2], new LogisticLoss(), null, null, new TargetBounds([0], [1])));
        Assert.Contains("Target 1", Assert.Throws<ArgumentException>(() => new TargetBounds([0, 3], [1, 2])).Message);
        Assert.Throws<ArgumentException>(() => new TargetBounds([0], [1, 2]));
    }

    private static Network Line => Network.FullyConnected(1, [], 1, new Identity());

    // y = 30·x + 3, evenly spaced.
    private static ExampleSet OfLine(int rows, float from, float to)
    {
        float[] x = [.. Enumerable.Range(0, rows).Select(i => from + (to - from) * i / (rows - 1))];
        return new ExampleSet(x, 1, [.. x.Select(value => 30 * value + 3)]);
    }

    private static (float Least, float Most) BoundsOf(TrainingResult result) =>
        (result.Network.Bounds!.Least[0], result.Network.Bounds.Most[0]);

    private static float[] Predict(TrainedNetwork trained, params float[] x) =>
        trained.CreateScorer(x.Length).Predict(new ReadOnlyMatrix(x, x.Length, 1)).Values.ToArray();
}
