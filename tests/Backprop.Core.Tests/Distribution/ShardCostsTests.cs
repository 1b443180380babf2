using System.Globalization;
using Backprop.Training;

namespace Backprop.Core.Tests.Distribution;

/// <summary>Costs of steps that can be computed by hand.</summary>
public class ShardCostsTests
{
    // One rank computes 6·10⁶·1000 operations in a second. Four ranks need 0.25 s; 2·3/4·4·10⁶ bytes need 0.1 s, and four messages 0.05 s.
    private static readonly ShardCosts _costs = new()
    {
        Parameters = 1_000_000,
        BatchSize = 1000,
        OperationsPerSecond = 6e9,
        BytesPerSecond = 6e7,
        Latency = 0.0125,
        BytesPerValue = 4,
    };

    [Fact]
    public void Times_are_those_of_the_formula()
    {
        Assert.Equal(0.25, _costs.Computing(4), 1e-12);
        Assert.Equal(0.15, _costs.Exchanging(4), 1e-12);
        Assert.Equal(1 / (4 * 0.4), _costs.Efficiency(4), 1e-12);
        Assert.Equal((0, 1), (_costs.Exchanging(1), _costs.Efficiency(1)));
    }

    // 2: 0.5 + (1/15 + 0.025) s. 8: 0.125 + (0.11667 + 0.075) s.
    [Fact]
    public void A_better_number_of_ranks_is_the_largest_power_of_two_below()
    {
        Assert.Equal(0.39474, _costs.Efficiency(8), 1e-5);
        Assert.Equal(4, _costs.RanksWith(0.5, below: 8));
        Assert.Equal(2, _costs.RanksWith(0.8, below: 8));
        Assert.Equal(1, _costs.RanksWith(0.99, below: 8));
    }

    [Theory, InlineData(2), InlineData(8), InlineData(1024)]
    public void A_better_batch_size_is_the_smallest_power_of_two(int ranks)
    {
        var rows = _costs.BatchSizeFor(0.5, ranks);
        Assert.True((_costs with { BatchSize = rows }).Efficiency(ranks) >= 0.5);
        Assert.True((_costs with { BatchSize = rows / 2 }).Efficiency(ranks) < 0.5);
    }

    [Fact]
    public void Costs_of_a_measured_exchange_predict_it()
    {
        var costs = ShardPlan.CostsOf(100_000, 512, 1e11, ranks: 4, TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(0.5));
        Assert.Equal(0.003, costs.Exchanging(4), 1e-12);
        Assert.Equal(6.0 * 100_000 * 512 / (4 * 0.75e11), costs.Computing(4), 1e-12);
    }

    // docs/measurements/speed-details.md says which F, W and a these are.
    [Fact]
    public void The_documentation_has_the_predicted_efficiencies()
    {
        var (cells, rows) = (0, File.ReadAllLines(Path.Combine(Repository.Root, "docs", "measurements", "speed-details.md"))
            .Where(line => line.Contains("Gbit/s", StringComparison.Ordinal) && line.StartsWith('|')).Select(line => line.Split('|')));
        foreach (var row in rows)
        {
            int[] widths = [.. row[1].Trim().Split('-').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
            var hasRdma = row[4].Contains("RDMA", StringComparison.Ordinal);
            var costs = new ShardCosts
            {
                Parameters = widths.Zip(widths.Skip(1), (inputs, outputs) => (inputs + 1L) * outputs).Sum(),
                BatchSize = int.Parse(row[2], CultureInfo.InvariantCulture),
                OperationsPerSecond = 1e11 * int.Parse(row[3].Trim().Split(' ')[0], CultureInfo.InvariantCulture),
                BytesPerSecond = hasRdma ? 11e9 : 1.1e9,
                Latency = hasRdma ? 2e-6 : 25e-6,
                BytesPerValue = 4,
            };
            foreach (var (ranks, text) in new[] { 2, 8, 64, 1024 }.Zip(row[5..9]))
            {
                Assert.Equal(costs.Efficiency(ranks).ToString("F2", CultureInfo.InvariantCulture), text.Trim());
                cells++;
            }
        }
        Assert.Equal(16, cells);
    }

    [Fact]
    public void A_plan_below_one_half_warns_and_names_what_is_better()
    {
        Assert.Null(ShardPlan.Warning(_costs, 4));
        var warning = ShardPlan.Warning(_costs, 8)!;
        Assert.Contains("8 ranks are too many for batches of 1000 rows: the predicted efficiency is 0.39", warning);
        Assert.Contains("Use 4 ranks, or set BatchSize to at least 2048.", warning);
        Assert.Contains("One process is faster", ShardPlan.Warning(_costs with { BatchSize = 8 }, 2)!);
        Assert.Equal(
            "8 ranks share each batch of 1000 rows, in 16 shards. Predicted for a step: computing 125 ms, exchanging 192 ms, "
            + "efficiency 0.39.", ShardPlan.Plan(_costs, 8, 16));
    }
}
