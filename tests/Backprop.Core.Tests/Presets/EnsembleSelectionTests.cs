using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Presets;
using Backprop.Training;

namespace Backprop.Core.Tests.Presets;

/// <summary>Greedy selection agrees with the algorithm of the paper, written with predictions and shares.</summary>
public class EnsembleSelectionTests
{
    private const int Rows = 60, Candidates = 5, Rounds = 12;

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Selected_copies_are_those_of_the_greedy_algorithm_on_probabilities(bool isWeighted)
    {
        var targets = new float[Rows];
        for (var row = 0; row < Rows; row++) targets[row] = row % 3 == 0 ? 1 : 0;
        var weights = isWeighted ? Enumerable.Range(0, Rows).Select(row => 1f + row % 4).ToArray() : [];
        var rows = new ExampleSet(TestNumbers.Normal(Rows, 1), 1, targets);
        var scores = Enumerable.Range(0, Candidates).Select(i => Scores(targets, seed: i)).ToArray();
        HeldOutScores[] held = [.. scores.Select(each => new HeldOutScores(each, 1, rows, weights))];

        var selection = new EnsembleSelection(new LogisticLoss { LabelSmoothing = 0.1 }, held, Rounds, new WorkMeter(() => { }));
        Assert.Equal(Greedy(scores, targets, weights), selection.Select(first: 2, Rounds));
        for (var i = 0; i < Candidates; i++)
        {
            double[] p = [.. scores[i].Select(Sigmoid)];
            Assert.Equal(LogLoss(p, targets, weights), selection.LossOf(i), 1e-5);
        }
    }

    [Fact]
    public void A_network_that_nothing_improves_stays_alone()
    {
        var targets = Enumerable.Range(0, Rows).Select(row => (float)row).ToArray();
        var rows = new ExampleSet(TestNumbers.Normal(Rows, 1), 1, targets);
        HeldOutScores[] held = [
            .. new[] { 0, 1, 2 }.Select(error => new HeldOutScores([.. targets.Select(y => y + error)], 1, rows, []))];
        Assert.Equal([1, 0, 0], new EnsembleSelection(new SquaredError(), held, Rounds, new WorkMeter(() => { })).Select(0, Rounds));
    }

    [Fact]
    public void Opposite_errors_are_both_selected()
    {
        var targets = TestNumbers.Normal(Rows, 5);
        var rows = new ExampleSet(TestNumbers.Normal(Rows, 1), 1, targets);
        HeldOutScores[] held = [new([.. targets.Select(y => y + 1)], 1, rows, []), new([.. targets.Select(y => y - 1)], 1, rows, [])];
        Assert.Equal([1, 1], new EnsembleSelection(new SquaredError(), held, 2, new WorkMeter(() => { })).Select(0, 2));
    }

    [Fact]
    public void The_work_can_be_ended()
    {
        var rows = new ExampleSet(TestNumbers.Normal(Rows, 1), 1, TestNumbers.Normal(Rows, 2));
        HeldOutScores[] held = [.. Enumerable.Range(0, 4).Select(i => new HeldOutScores(TestNumbers.Normal(Rows, i), 1, rows, []))];
        var work = new WorkMeter(() => throw new WorkGivenUpException(), portion: 1);
        Assert.Throws<WorkGivenUpException>(() => new EnsembleSelection(new SquaredError(), held, Rounds, work).Select(0, Rounds));
    }

    // Caruana et al. (2004): add the model whose share lowers the loss of the averaged probabilities most.
    private static int[] Greedy(float[][] scores, float[] targets, float[] weights)
    {
        var p = scores.Select(each => each.Select(Sigmoid).ToArray()).ToArray();
        var copies = new int[Candidates];
        copies[2] = 1;
        var sums = p[2].ToArray();
        var (best, bestLoss) = (copies.ToArray(), LogLoss(sums, targets, weights));
        for (var count = 2; count <= Rounds; count++)
        {
            var losses = p.Select(own => LogLoss([.. sums.Zip(own, (sum, each) => (sum + each) / count)], targets, weights)).ToArray();
            var next = Array.IndexOf(losses, losses.Min());
            copies[next]++;
            for (var row = 0; row < Rows; row++) sums[row] += p[next][row];
            if (losses[next] < bestLoss) (best, bestLoss) = (copies.ToArray(), losses[next]);
        }
        return best;
    }

    private static double LogLoss(double[] p, float[] targets, float[] weights)
    {
        double sum = 0, total = 0;
        for (var row = 0; row < Rows; row++)
        {
            var weight = weights.Length == 0 ? 1 : weights[row];
            sum -= weight * Math.Log(targets[row] > 0 ? p[row] : 1 - p[row]);
            total += weight;
        }
        return sum / total;
    }

    private static float[] Scores(float[] targets, int seed) =>
        [.. TestNumbers.Normal(Rows, 10 + seed, scale: 1.5).Zip(targets, (noise, y) => noise + 2 * y - 1)];

    private static double Sigmoid(float z) => 1 / (1 + Math.Exp(-z));
}
