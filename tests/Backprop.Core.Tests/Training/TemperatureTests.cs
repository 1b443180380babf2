using Backprop.Activations;
using Backprop.Core.Tests.Persistence;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>The temperature is where the cross-entropy of the validation data is least, and changes nothing but how confident predictions
/// are.</summary>
public class TemperatureTests
{
    public static TheoryData<Loss, int> Shapes =>
        new()
        {
            { new LogisticLoss(), 1 }, { new LogisticLoss(), 3 }, { new SoftmaxCrossEntropy(), 4 }, { new FocalLoss(), 1 },
            { new SoftmaxFocalLoss(), 3 }
        };

    public static TheoryData<Loss> WithoutLogits =>
        [.. Loss.All.Where(loss => loss.TargetKind == TargetKind.Real), new HingeLoss(), new SquaredHingeLoss()];

    // All scores are ±2, of which so many have the right sign: then σ(2/T) is their share, with one example more of which half is right.
    [Theory]
    [InlineData(9, 1)]
    [InlineData(6, 4)]
    [InlineData(10, 0)]
    public void Of_two_classes_confidence_becomes_the_share_that_is_right(int right, int wrong)
    {
        int[] signs = [.. Enumerable.Repeat(1, right), .. Enumerable.Repeat(-1, wrong)];
        float[] targets = [.. signs.Select((_, i) => (float)(i % 2))],
            scores = [.. signs.Select((sign, i) => sign * (i % 2 == 1 ? 2f : -2))];
        var n = signs.Length;
        var share = (right + 0.5) / (n + 1);
        Assert.Equal(
            2 / Math.Log(share / (1 - share)), TemperatureChoice.Best(new LogisticLoss(), new(scores, n, 1), new(targets, n, 1), []), 1e-5);
    }

    // One score of three is 3 and the others 0; rows that are wrong weigh twice, so a third of all weight is wrong.
    [Fact]
    public void Of_several_classes_too_and_weights_count()
    {
        float[] scores = [3, 0, 0, 0, 3, 0, 0, 0, 3, 3, 0, 0, 3, 0, 0], targets = [0, 1, 2, 0, 1], weights = [1, 1, 1, 1, 2];
        var share = (5 * (4 / 6.0) + 1 / 3.0) / 6;
        Assert.Equal(
            3 / Math.Log(2 * share / (1 - share)),
            TemperatureChoice.Best(new SoftmaxCrossEntropy(), new(scores, 5, 3), new(targets, 5, 1), weights), 1e-5);
    }

    // Smoothed by 1 / (n + 1), the loss itself is what is made least.
    [Theory, MemberData(nameof(Shapes))]
    public void No_other_has_a_smaller_loss(Loss loss, int outputs)
    {
        const int rows = 60;
        Loss judge = loss.TargetKind == TargetKind.Class
            ? new SoftmaxCrossEntropy { LabelSmoothing = 1.0 / (rows + 1) }
            : new LogisticLoss { LabelSmoothing = 1.0 / (rows + 1) };
        for (var seed = 1; seed <= 10; seed++)
        {
            var random = new Random(seed);
            var scores = TestNumbers.Normal(rows * outputs, seed, scale: 0.1f + seed);
            var columns = loss.TargetKind == TargetKind.Class ? 1 : outputs;
            float[] targets = [.. Enumerable.Range(0, rows * columns).Select(i => columns == outputs
                ? random.NextDouble() < 0.3 + (scores[i] > 0 ? 0.4 : 0) ? 1f : 0
                : random.NextDouble() < 0.5 ? random.Next(outputs) : Likeliest(scores.AsSpan(i * outputs, outputs)))];
            float[] weights = [.. Enumerable.Range(0, rows).Select(_ => random.NextSingle() + 0.1f)];
            var best = TemperatureChoice.Best(loss, new(scores, rows, outputs), new(targets, rows, columns), weights);

            var least = LossAt(best);
            foreach (var factor in (double[])[0.5, 0.9, 0.99, 1.01, 1.1, 2]) Assert.InRange(LossAt(best * factor), least, double.MaxValue);

            double LossAt(double temperature)
            {
                float[] divided = [.. scores.Select(score => (float)(score / temperature))];
                return judge.Evaluate(
                    new Matrix(divided, rows, outputs), new(targets, rows, columns), weights,
                    new Matrix(new float[divided.Length], rows, outputs));
            }
        }

        static float Likeliest(ReadOnlySpan<float> scores)
        {
            var most = 0;
            for (var k = 1; k < scores.Length; k++)
                if (scores[k] > scores[most]) most = k;
            return most;
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void Training_divides_the_scores_and_learns_the_same(int members, bool crossFitting)
    {
        var network = new MultilayerPerceptron { HiddenLayers = [8], EnsembleSize = members }.Build(2, 1);
        ExampleSet training = Noisy(200, seed: 1), validation = Noisy(300, seed: 2);
        var options = new TrainingOptions
        {
            Loss = new LogisticLoss { LabelSmoothing = 0.3 },
            NumberOfIterations = 20,
            KFoldBagging = crossFitting,
            NumberOfThreads = 1
        };
        TrainedNetwork plain = Train(options), scaled = Train(options with { TemperatureScaling = true });
        TestNumbers.AssertSameBits(plain.Parameters, scaled.Parameters);
        Assert.Equal((1, false), (plain.Temperature, scaled.Temperature == 1));
        Assert.Equal(scaled.Temperature, Train(options with { TemperatureScaling = true, NumberOfThreads = 2 }).Temperature);

        float[] before = [.. Scores(plain)], after = [.. Scores(scaled)];
        TestNumbers.AssertSameBits([.. before.Select(z => z * (float)(1 / scaled.Temperature))], after);
        Assert.InRange(LogLossOf(after), 0, LogLossOf(before)); // labels smoothed by so much leave too little confidence
        TestNumbers.AssertSameBits(after.AsSpan(0, 1), scaled.CreateScorer().Score(validation.Features.RowRange(0, 1)).Values);

        TrainedNetwork Train(TrainingOptions by) => new Trainer(by).Train(network, training, crossFitting ? null : validation).Network;
        float[] Scores(TrainedNetwork of) => of.CreateScorer(validation.Count).Score(validation.Features).Values.ToArray();
        double LogLossOf(float[] scores)
        {
            float[] probabilities = [.. scores];
            new LogisticLoss().Predict(new Matrix(probabilities, scores.Length, 1));
            return new LogLoss().Measure(default, new ReadOnlyMatrix(probabilities, scores.Length, 1), validation.Targets, []);
        }
    }

    [Fact]
    public void Without_validation_there_is_none_and_a_refit_keeps_it()
    {
        var options = new TrainingOptions
        {
            Loss = new LogisticLoss(),
            NumberOfIterations = 3,
            TemperatureScaling = true,
            ThresholdMetric = new F1Score()
        };
        Assert.Equal(1, new Trainer(options).Train(Problems.TwoToOne(4), Noisy(50, seed: 1)).Network.Temperature);
        TrainingResult once = new Trainer(options with { EarlyStopping = new EarlyStopping() })
            .Train(Problems.TwoToOne(4), Noisy(50, seed: 1), Noisy(50, seed: 2)),
            refitted = new Trainer(options with { EarlyStopping = new EarlyStopping { RefitOnAllRows = true } })
                .Train(Problems.TwoToOne(4), Noisy(50, seed: 1), Noisy(50, seed: 2)),
            undivided = new Trainer(options with { EarlyStopping = new EarlyStopping(), TemperatureScaling = false })
                .Train(Problems.TwoToOne(4), Noisy(50, seed: 1), Noisy(50, seed: 2));
        Assert.NotEqual(1, once.Network.Temperature);
        Assert.Equal(once.Network.Temperature, refitted.Network.Temperature);
        // in units of the scores that are given
        Assert.Equal((float)(undivided.Threshold!.Value / once.Network.Temperature), once.Threshold!.Value, 1e-5f);
    }

    [Theory, MemberData(nameof(WithoutLogits))]
    public void Scores_that_are_no_logits_are_refused(Loss loss)
    {
        var problem = Assert.Throws<ArgumentException>(() => new Trainer(new TrainingOptions { Loss = loss, TemperatureScaling = true }));
        Assert.Contains("TemperatureScaling", problem.Message);
        Assert.Contains(loss.ToString(), problem.Message);
        Assert.Throws<ArgumentException>(
            () =>
                new TrainedNetwork(
                    Network.FullyConnected(1, [], loss.OutputsFor(1), new Identity()), new float[2 * loss.OutputsFor(1)], loss,
                    temperature: 2));
    }

    [Fact]
    public void It_is_saved()
    {
        var trained = new TrainedNetwork(Network.FullyConnected(1, [], 1, new Identity()), [3, 1], new LogisticLoss(), temperature: 0.7);
        var bytes = Saved.Bytes(new TrainingResult(trained, [], 0));
        Assert.Equal(0.7, Saved.Read(bytes).Network.Temperature);
        Assert.Equal(Saved.Predict(trained), Saved.Predict(Saved.Read(bytes).Network));
        Assert.DoesNotContain("temperature", Saved.Header(Saved.Bytes(new TrainingResult(Problems.LineThroughZero(), [], 0))));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e999")]
    [InlineData("1e-300")]
    [InlineData("1e300")]
    [InlineData("\"hot\"")]
    public void A_file_with_an_impossible_one_is_refused(string value)
    {
        var file = Saved.Bytes(
            new TrainingResult(
                new TrainedNetwork(Network.FullyConnected(1, [], 1, new Identity()), [3, 1], new LogisticLoss(), temperature: 0.5), [], 0));
        var header = Saved.Header(file).Replace("\"temperature\":0.5", $"\"temperature\":{value}", StringComparison.Ordinal);
        Assert.NotEqual(Saved.Header(file), header);
        Assert.Throws<FormatException>(() => Saved.Read(Saved.Forge(header, Saved.Floats(file))));
        Assert.Throws<FormatException>(
            () =>
                Saved.Read(
                    Saved.Forge(
                        Saved.Header(file).Replace("LogisticLoss\",\"labelSmoothing\":0", "SquaredError\"", StringComparison.Ordinal),
                        Saved.Floats(file))));
    }

    private static ExampleSet Noisy(int rows, int seed)
    {
        var x = TestNumbers.Normal(2 * rows, seed);
        var noise = TestNumbers.Normal(rows, seed + 100);
        return new ExampleSet(x, 2, [.. Enumerable.Range(0, rows).Select(i => 2 * x[2 * i] - x[2 * i + 1] + noise[i] > 0 ? 1f : 0)]);
    }
}
