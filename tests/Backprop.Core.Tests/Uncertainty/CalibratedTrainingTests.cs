using Backprop.Activations;
using Backprop.Core.Tests.Persistence;
using Backprop.Core.Tests.Training;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;
using Backprop.Uncertainty;

namespace Backprop.Core.Tests.Uncertainty;

/// <summary>What training calibrates, computed once more from single networks that are the members.</summary>
public class CalibratedTrainingTests
{
    private const int Rows = 60, Features = 3, Members = 3;

    private static readonly MultilayerPerceptron Form = new() { HiddenLayers = [5], Activation = new Tanh(), EnsembleSize = Members };

    private static readonly TrainingOptions Options = new()
    {
        Loss = new SquaredError(),
        NumberOfIterations = 3,
        KFoldBagging = true,
        PredictionIntervals = new Conformal { Coverage = 0.8 },
        Uncertainty = true,
    };

    public static TheoryData<Loss, int> Shapes => new()
    {
        { new SquaredError(), 1 }, { new SquaredError(), 2 }, { new PinballLoss { Quantiles = [0.1, 0.5, 0.9] }, 3 },
        { new GaussianNegativeLogLikelihood(), 2 }, { new PoissonLoss(), 1 }, { new LogisticLoss(), 1 }, { new LogisticLoss(), 2 },
        { new HingeLoss(), 1 }, { new SoftmaxCrossEntropy(), 3 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Of_every_row_the_member_that_did_not_learn_it_has_the_score(Loss loss, int outputs)
    {
        var examples = Examples(loss, outputs);
        var network = Form.Build(Features, outputs);
        var trained = new Trainer(Options with { Loss = loss }).Train(network, examples).Network;
        var folds = BaggingFolds.Of(examples, Members, loss, seed: 0);
        var calibration = trained.Conformal!;
        Assert.Equal((0.8, Rows, Members), (calibration.Coverage, calibration.Rows, calibration.Members));
        for (var target = 0; target < calibration.Targets; target++)
            for (var member = 0; member < Members; member++)
            {
                int[] held = [.. Enumerable.Range(0, Rows).Where(row => folds[row] == member)];
                var expected = held.Select(
                    row => (float)ScoreOf(loss, PredictionsOf(trained, member, examples, row), examples.Targets.Row(row), target));
                TestNumbers.AssertClose([.. expected.Order()], calibration.ScoresOf(target, member), 1e-5f);
            }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Scoring_combines_the_members(Loss loss, int outputs)
    {
        var examples = Examples(loss, outputs);
        var trained = new Trainer(Options with { Loss = loss }).Train(Form.Build(Features, outputs), examples).Network;
        var calibration = trained.Conformal!;
        var (ends, spread) = UncertaintyOf(trained, examples);
        var width = UncertaintyScorer.EndsOf(trained);
        for (var row = 0; row < Rows; row++)
        {
            float[][] members = [.. Enumerable.Range(0, Members).Select(k => PredictionsOf(trained, k, examples, row))];
            for (var j = 0; j < outputs; j++)
            {
                var mean = members.Average(own => own[j]);
                var deviation = Math.Sqrt(members.Sum(own => (own[j] - mean) * (own[j] - mean)) / (Members - 1));
                Assert.Equal(deviation, spread[row * outputs + j], 1e-4 * (1 + Math.Abs(mean)));
            }
            float[] ofRow = ends[(row * width)..((row + 1) * width)];
            if (loss.TargetKind == TargetKind.Real) AssertIntervals(loss, calibration, members, ofRow);
            else Assert.All(ofRow, end => Assert.True(end is 0 or 1));
        }
    }

    // With one network, a class is in the set if its probability is at least 1 − the score of the rank.
    [Fact]
    public void Sets_of_one_network_are_those_of_a_limit_of_probability()
    {
        var options = Options with { KFoldBagging = false, Uncertainty = false, Loss = new SoftmaxCrossEntropy() };
        var validation = Examples(options.Loss, 3, seed: 8);
        var trained = new Trainer(options).Train(
            (Form with { EnsembleSize = 1 }).Build(Features, 3), Examples(options.Loss, 3), validation).Network;
        var scorer = trained.CreateScorer(Rows);
        var p = scorer.Predict(validation.Features).Values.ToArray();
        var scores = Enumerable.Range(0, Rows).Select(row => 1 - p[row * 3 + (int)validation.Targets.Row(row)[0]]).Order().ToArray();
        var limit = scores[(int)Math.Ceiling(0.8 * (Rows + 1)) - 1];
        var (ends, _) = UncertaintyOf(trained, validation);
        Assert.Equal([.. p.Select(each => 1 - each <= limit ? 1f : 0)], ends);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Rows_that_are_held_out_for_it_alone_train_nothing_and_judge_the_whole_network(bool refits)
    {
        var examples = Examples(new SquaredError(), 1);
        var options = Options with
        {
            PredictionIntervals = new Conformal { Coverage = 0.8, HeldOutFraction = 0.25 },
            KFoldBagging = !refits,
            EarlyStopping = refits ? new EarlyStopping { RefitOnAllRows = true } : null,
        };
        var (learned, held) = HeldOutRows.Split(examples, 0.25, ValidationRows.Stratified, hasClasses: false, seed: 0);
        var validation = refits ? Examples(new SquaredError(), 1, seed: 8) : null;
        var network = Form.Build(Features, 1);
        var trained = new Trainer(options).Train(network, examples, validation).Network;
        var alone = new Trainer(options with { PredictionIntervals = null }).Train(network, learned, validation).Network;
        TestNumbers.AssertSameBits(alone.Parameters, trained.Parameters);

        var scorer = alone.CreateScorer();
        var errors = new float[held!.Count];
        var row = new float[Features];
        for (var i = 0; i < errors.Length; i++)
        {
            held.CopyFeatures(i, row);
            errors[i] = Math.Abs(held.Targets.Row(i)[0] - scorer.Predict(new ReadOnlyMatrix(row, 1, Features)).Values[0]);
        }
        Assert.Equal((15, 1), (trained.Conformal!.Rows, trained.Conformal.Members));
        TestNumbers.AssertClose([.. errors.Order()], trained.Conformal.ScoresOf(0, 0), 1e-5f);
    }

    [Fact]
    public void It_changes_nothing_else()
    {
        var examples = Examples(new SquaredError(), 1);
        var plain = Options with { PredictionIntervals = null, Uncertainty = false };
        var without = new Trainer(plain).Train(Form.Build(Features, 1), examples);
        var with = new Trainer(Options).Train(Form.Build(Features, 1), examples);
        TestNumbers.AssertSameBits(without.Network.Parameters, with.Network.Parameters);
        TestNumbers.AssertSameBits(Scores(without.Network, examples), Scores(with.Network, examples));
    }

    // The scores of the last check are in units of the scaled target, unless a metric was measured.
    [Theory, InlineData(false), InlineData(true)]
    public void A_training_that_is_cancelled_has_the_intervals_of_its_last_check(bool hasMetric)
    {
        var examples = Examples(new SquaredError(), 1);
        var options = Options with
        {
            NumberOfIterations = 9,
            EarlyStopping = new EarlyStopping { Metric = hasMetric ? new Backprop.Metrics.MeanAbsoluteError() : null },
        };
        using var source = new CancellationTokenSource();
        var cancelled = new Trainer(options with { CancellationToken = source.Token }).Train(
            Form.Build(Features, 1), examples, progress: new Heard<EpochReport>(report =>
            {
                if (report.Epoch == 4) source.Cancel();
            }));
        var whole = new Trainer(options with { NumberOfIterations = 4 }).Train(Form.Build(Features, 1), examples);
        for (var member = 0; member < Members; member++)
            TestNumbers.AssertClose(
                whole.Network.Conformal!.ScoresOf(0, member), cancelled.Network.Conformal!.ScoresOf(0, member), 1e-5f);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void It_is_saved(Loss loss, int outputs)
    {
        var examples = Examples(loss, outputs);
        var result = new Trainer(Options with { Loss = loss }).Train(Form.Build(Features, outputs), examples);
        var read = Saved.Read(Saved.Bytes(result)).Network;
        Assert.True(read.ReportsUncertainty);
        var (expected, actual) = (UncertaintyOf(result.Network, examples), UncertaintyOf(read, examples));
        TestNumbers.AssertSameBits(expected.Ends, actual.Ends);
        TestNumbers.AssertSameBits(expected.Spread, actual.Spread);
        Assert.Equal(Saved.Bytes(result), Saved.Bytes(Saved.Read(Saved.Bytes(result))));
    }

    [Theory]
    [InlineData("\"coverage\":0.8", "\"coverage\":1.5")]
    [InlineData("\"rows\":60", "\"rows\":6")]
    [InlineData("\"rank\":49", "\"rank\":0")]
    [InlineData("\"rank\":49", "\"rank\":1000")]
    [InlineData("\"targets\":1", "\"targets\":2")]
    [InlineData("\"targets\":1", "\"targets\":-1")]
    [InlineData("\"counts\":[20,20,20]", "\"counts\":[20,20,21]")]
    [InlineData("\"counts\":[20,20,20]", "\"counts\":[60]")]
    [InlineData("\"counts\":[20,20,20]", "\"counts\":[-1,20,41]")]
    [InlineData("\"counts\":[20,20,20]", "\"counts\":[2147483647,20,20]")]
    [InlineData("\"counts\":[20,20,20]", "\"counts\":[]")]
    [InlineData("\"counts\":[20,20,20]", "\"counts\":null")]
    public void A_forged_calibration_is_refused(string honest, string forged)
    {
        var file = Saved.Bytes(new Trainer(Options).Train(Form.Build(Features, 1), Examples(new SquaredError(), 1)));
        var header = Saved.Header(file);
        Assert.Contains(honest, header);
        var lie = Saved.Forge(header.Replace(honest, forged, StringComparison.Ordinal), Saved.Floats(file));
        // 60 scores of one member are possible in number, but they are not in order.
        Assert.Throws<FormatException>(() => Saved.Read(lie));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        var examples = Examples(new SquaredError(), 1);
        Refused("held-out examples, but there are none", Options with { KFoldBagging = false }, examples);
        Refused("at least 49 held-out", Options with { PredictionIntervals = new() { Coverage = 0.98 }, KFoldBagging = false },
            examples, Examples(new SquaredError(), 1).Slice(0, 48));
        var few = Options with { PredictionIntervals = new() { Coverage = 0.5, HeldOutFraction = 0.6 } };
        var tooFew = Assert.Throws<ArgumentException>(() => new Trainer(few).Train(Form.Build(Features, 1), examples.Slice(0, 5)));
        Assert.Contains("but there are 2", tooFew.Message);
        var alone = Assert.Throws<ArgumentException>(
            () => new Trainer(new TrainingOptions { Loss = new SquaredError(), Uncertainty = true }).Train(
                (Form with { EnsembleSize = 1 }).Build(Features, 1), examples));
        Assert.Contains("Uncertainty is the spread of an ensemble", alone.Message);

        static void Refused(string expected, TrainingOptions options, ExampleSet examples, ExampleSet? validation = null)
        {
            var problem = Assert.Throws<ArgumentException>(() => new Trainer(options).Train(Form.Build(Features, 1), examples, validation));
            Assert.Contains("PredictionIntervals", problem.Message);
            Assert.Contains(expected, problem.Message);
        }
    }

    private static void AssertIntervals(Loss loss, ConformalCalibration calibration, float[][] members, float[] ends)
    {
        var each = members[0].Length / calibration.Targets;
        for (var target = 0; target < calibration.Targets; target++)
        {
            var lower = new List<double>();
            var upper = new List<double>();
            for (var k = 0; k < Members; k++)
            {
                var own = members[k].AsSpan(target * each, each);
                var scale = loss is GaussianNegativeLogLikelihood ? Math.Sqrt(own[1]) : 1;
                foreach (var score in calibration.ScoresOf(target, k))
                {
                    lower.Add(own[0] - scale * score);
                    upper.Add((loss is PinballLoss ? own[^1] : own[0]) + scale * score);
                }
            }
            var rank = (int)Math.Ceiling(0.8 * (Rows + 1));
            double low = lower.OrderDescending().ElementAt(rank - 1), high = upper.Order().ElementAt(rank - 1);
            Assert.Equal(low, ends[2 * target], 1e-3);
            Assert.Equal(high, ends[2 * target + 1], 1e-3);
        }
    }

    private static double ScoreOf(Loss loss, float[] predictions, ReadOnlySpan<float> y, int target)
    {
        var each = predictions.Length / y.Length;
        return loss switch
        {
            SoftmaxCrossEntropy => 1 - predictions[(int)y[0]],
            { TargetKind: TargetKind.Binary } => y[target] == 1 ? 1 - predictions[target] : predictions[target],
            PinballLoss => Math.Max(predictions[target * each] - y[target], y[target] - predictions[target * each + each - 1]),
            GaussianNegativeLogLikelihood => Math.Abs(y[target] - predictions[2 * target]) / Math.Sqrt(predictions[2 * target + 1]),
            _ => Math.Abs(y[target] - predictions[target]),
        };
    }

    private static float[] PredictionsOf(TrainedNetwork trained, int member, ExampleSet examples, int row)
    {
        var single = (Form with { EnsembleSize = 1 }).Build(Features, trained.Network.Outputs);
        var own = EnsembleParts.ParametersOf(trained.Network, trained.Parameters.ToArray(), single, member);
        var alone = new TrainedNetwork(single, own, trained.Loss, trained.Inputs, trained.Targets);
        return alone.CreateScorer().Predict(examples.Features.RowRange(row, 1)).Values.ToArray();
    }

    private static (float[] Ends, float[] Spread) UncertaintyOf(TrainedNetwork trained, ExampleSet examples)
    {
        var uncertainty = trained.CreateUncertaintyScorer(Rows);
        var predictions = uncertainty.Predict(examples.Features);
        TestNumbers.AssertSameBits(trained.CreateScorer(Rows).Predict(examples.Features).Values, predictions.Values);
        return (uncertainty.Ends.ToArray(), uncertainty.Spread.ToArray());
    }

    private static float[] Scores(TrainedNetwork trained, ExampleSet examples) =>
        trained.CreateScorer(Rows).Score(examples.Features).Values.ToArray();

    private static ExampleSet Examples(Loss loss, int outputs, int seed = 1)
    {
        var x = TestNumbers.Normal(Rows * Features, seed);
        var noise = TestNumbers.Normal(Rows * outputs, seed + 1);
        var targets = loss.TargetKind == TargetKind.Class ? 1 : loss.TargetColumnsOf(outputs);
        float[] y = [
            .. Enumerable.Range(0, Rows * targets).Select(i =>
            {
                var value = 3 * x[i / targets * Features] + noise[i];
                return loss switch
                {
                    SoftmaxCrossEntropy => value < -1 ? 0 : value > 1 ? 2 : 1,
                    { TargetKind: TargetKind.Binary } => value > 0 ? 1 : 0,
                    PoissonLoss => MathF.Floor(Math.Abs(value)),
                    _ => 10 * value + 50,
                };
            })];
        return new ExampleSet(x, Features, y, targets);
    }
}
