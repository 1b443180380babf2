using Backprop.Losses;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Scenarios;

/// <summary>Losses chosen in the options, as a user meets them.</summary>
public class LossTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static TheoryData<Loss> Losses =>
    [
        .. Loss.All.Where(loss => loss.TargetKind != TargetKind.Relevance), // RankingTests
        new LogisticLoss { LabelSmoothing = 0.1 }, new SoftmaxCrossEntropy { LabelSmoothing = 0.1 },
            new PinballLoss { Quantiles = [0.1, 0.5, 0.9] },
    ];

    [Theory]
    [MemberData(nameof(Losses))]
    public void Every_loss_learns_something_true_of_its_task(Loss loss)
    {
        var label = loss.TargetKind switch
        {
            TargetKind.Binary => Synthetic.Flag,
            TargetKind.Class => Synthetic.Kind,
            _ => Synthetic.Value
        };
        var options = Synthetic.Brief(label);
        (options.LossFunction, options.HiddenLayers, options.NumberOfIterations, options.LearningRate) = (loss, [16], 60, 0.01);
        var scored = new BackpropTrainer(_ml, options).Fit(Positive(500, seed: 1)).Transform(Positive(300, seed: 2));

        if (loss.TargetKind != TargetKind.Real)
        {
            Assert.InRange(_ml.Quality(scored, label), 0.9, 1);
            return;
        }
        // The middle prediction where there are quantiles, the first where there is a variance.
        var outputs = loss.OutputsFor(1);
        var place = loss is GaussianNegativeLogLikelihood ? 0 : outputs / 2;
        float[] labels = [.. scored.GetColumn<float>(label)], predictions = [.. scored.Scores().Where((_, i) => i % outputs == place)];
        var mean = labels.Average();
        Assert.InRange(labels.Zip(predictions, (y, p) => (y - p) * (y - p)).Sum() / labels.Sum(y => (y - mean) * (y - mean)), 0, 0.2);
    }

    [Fact]
    public void Quantiles_lie_in_order_and_cover_their_shares()
    {
        var options = Synthetic.Brief(Synthetic.Value);
        (
            options.LossFunction, options.HiddenLayers,
            options.NumberOfIterations) = (new PinballLoss { Quantiles = [0.1, 0.5, 0.9] }, [], 300);
        var data = Noise(2000);
        var scores = new BackpropTrainer(_ml, options).Fit(data).Transform(data).Scores();
        var labels = data.GetColumn<float>(Synthetic.Value).ToArray();

        for (var q = 0; q < 3; q++)
            Assert.Equal(0.1 + 0.4 * q, labels.Where((y, row) => y < scores[3 * row + q]).Count() / 2000.0, 0.02);
        Assert.All(
            Enumerable.Range(0, 2000),
            row => Assert.True(scores[3 * row] <= scores[3 * row + 1] && scores[3 * row + 1] <= scores[3 * row + 2]));
    }

    [Fact]
    public void Mean_and_variance_are_those_of_the_label_in_its_units()
    {
        // Uniform from 100 to 400, whatever the features: mean 250, variance 300²/12.
        var options = Synthetic.Brief(Synthetic.Value);
        (options.LossFunction, options.HiddenLayers, options.NumberOfIterations) = (new GaussianNegativeLogLikelihood(), [], 300);
        var data = Noise(2000);
        var scores = new BackpropTrainer(_ml, options).Fit(data).Transform(data).Scores();

        Assert.Equal(250, scores.Where((_, i) => i % 2 == 0).Average(), 10.0);
        Assert.Equal(7500, scores.Where((_, i) => i % 2 == 1).Average(), 400.0);
    }

    [Theory]
    [InlineData(true, -1, "needs values ≥ 0")]
    [InlineData(false, 0, "needs values > 0")]
    public void A_label_that_the_loss_does_not_allow_is_refused_with_its_row_and_column(bool counts, float value, string allowed)
    {
        var options = Synthetic.Brief(Synthetic.Value);
        options.LossFunction = counts ? new PoissonLoss() : new GammaLoss();
        // Row 2 is skipped, and must be counted all the same.
        var examples = Enumerable.Range(0, 6).Select(
            row => new Example { Value = row == 4 ? value : 1, Main = row == 2 ? float.NaN : row });
        var data = Synthetic.Prepared(_ml, examples);

        var problem = Assert.Throws<InvalidOperationException>(() => new BackpropTrainer(_ml, options).Fit(data));
        Assert.Contains("Row 4 of the training data", problem.Message);
        Assert.Contains("'Value'", problem.Message);
        Assert.Contains(allowed, problem.Message);
        var good = Synthetic.Prepared(_ml, [new Example { Value = 1 }, new Example { Value = 2, Main = 1 }]);
        Assert.Contains(
            "Row 4 of the validation data",
            Assert.Throws<InvalidOperationException>(() => new BackpropTrainer(_ml, options).Fit(good, data)).Message);
    }

    /// <summary>The usual wave, lifted so that losses of positive numbers can learn it.</summary>
    private IDataView Positive(int count, int seed)
    {
        var examples = Synthetic.Examples(count, seed);
        foreach (var example in examples) example.Value += 2;
        return Synthetic.Prepared(_ml, examples);
    }

    private IDataView Noise(int count)
    {
        var random = new Random(3);
        var examples = Synthetic.Examples(count);
        foreach (var example in examples) example.Value = 100 + 300 * random.NextSingle();
        return Synthetic.Prepared(_ml, examples);
    }
}
