using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Training;

namespace Backprop.Core.Tests.Training;

/// <summary>The temperature of an average of members, from that of single members: against closed forms and simulated classes.</summary>
public class MemberSpreadTests
{
    private const int Rows = 20_000, Members = 5;

    // s has the variance 4, and each member has an error of its own with the variance 1. The other members learned the row as well as the
    // one that held it out, so all errors are independent.
    [Theory, InlineData(1, false), InlineData(2, false), InlineData(3, true)]
    public void The_factor_is_that_of_attenuation(int outputs, bool areOneOfAll)
    {
        var spread = new MemberSpread(Members, outputs, areOneOfAll, Rows);
        Fill(spread, outputs, areOneOfAll);
        double variance = 4 + 1, expected = (variance - 1 + 1.0 / Members) / variance;
        Assert.Equal(expected, spread.Factor, 0.01);
    }

    [Fact]
    public void Weights_count_rows_several_times_or_not_at_all()
    {
        var (weighted, repeated) = (new MemberSpread(2, 1, false, 3), new MemberSpread(2, 1, false, 3));
        Real[] scores = [1, 2, -1, 1, 5, -5];
        scores.CopyTo(weighted.ScoresOf(3).Values);
        weighted.Add([0, 1, 0], [2, 1, 0]);
        ((Real[])[1, 2, 1, 2, -1, 1]).CopyTo(repeated.ScoresOf(3).Values);
        repeated.Add([0, 0, 1], []);
        Assert.Equal(repeated.Factor, weighted.Factor, 1e-12);
    }

    [Fact]
    public void Without_rows_or_differences_nothing_changes_and_large_differences_at_most_halve_it()
    {
        Assert.Equal(1, new MemberSpread(Members, 1, false, 4).Factor);
        var equal = new MemberSpread(2, 1, false, 2);
        ((Real[])[3, 3, 1, 1]).CopyTo(equal.ScoresOf(2).Values);
        equal.Add([0, 1], []);
        Assert.Equal(1, equal.Factor);
        var wild = new MemberSpread(2, 1, false, 2);
        ((Real[])[1, -9, 2, 9]).CopyTo(wild.ScoresOf(2).Values);
        wild.Add([0, 0], []);
        Assert.Equal(0.5, wild.Factor);
    }

    // The labels follow s. The temperature with the least cross-entropy is searched for single members, and for their average. The factor
    // leaves out that an error also bends the logistic function, so it is on the safe side.
    [Fact]
    public void The_temperature_is_closer_to_the_best_of_the_average_and_not_below_it()
    {
        var spread = new MemberSpread(Members, 1, false, Rows);
        var labels = Fill(spread, outputs: 1, areOneOfAll: false);
        Real[] single = new Real[Rows], average = new Real[Rows];
        var scores = spread.ScoresOf(Rows);
        for (var row = 0; row < Rows; row++)
            for (var m = 0; m < Members; m++)
            {
                if (m == row % Members) single[row] = scores.Row(row * Members + m)[0];
                average[row] += scores.Row(row * Members + m)[0] / Members;
            }
        var ofSingle = Best(single);
        var ofAverage = Best(average);
        Assert.InRange(ofSingle * spread.Factor, ofAverage, (ofSingle + ofAverage) / 2);

        double Best(Real[] z) =>
            TemperatureChoice.Best(new LogisticLoss(), new ReadOnlyMatrix(z, Rows, 1), new ReadOnlyMatrix(labels, Rows, 1), []);
    }

    private static Real[] Fill(MemberSpread spread, int outputs, bool areOneOfAll)
    {
        var random = new Random(1);
        var labels = new Real[Rows];
        var scores = spread.ScoresOf(Rows);
        for (var row = 0; row < Rows; row++)
        {
            double[] common = [.. Enumerable.Range(0, outputs).Select(_ => 2 * Normal())];
            labels[row] = random.NextDouble() < 1 / (1 + Math.Exp(-common[0])) ? 1 : 0;
            for (var m = 0; m < Members; m++)
            {
                var shift = areOneOfAll ? 10 * Normal() : 0; // changes no probability
                for (var k = 0; k < outputs; k++) scores.Row(row * Members + m)[k] = (Real)(common[k] + Normal() + shift);
            }
        }
        spread.Add([.. Enumerable.Range(0, Rows).Select(row => row % Members)], []);
        return labels;

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
