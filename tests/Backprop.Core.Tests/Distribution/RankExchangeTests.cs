using Backprop.Distribution;

namespace Backprop.Core.Tests.Distribution;

/// <summary>An exchange of several ranks leaves nothing behind for the next one.</summary>
public class RankExchangeTests
{
    // Rank 1 waits for the end of rank 0, while both would send signs of life.
    [Fact]
    public void No_message_remains_after_an_exchange()
    {
        var deadline = TimeSpan.FromSeconds(0.2);
        var sums = ThreadRanks.Run(
            2,
            ranks =>
            {
                RankExchange.Run(ranks, exchange => Compute(exchange, deadline), "", _ => { });
                int[] values = [0, 0];
                values[ranks.Rank] = 1 + ranks.Rank;
                RankValues.Gather<int>(ranks, values, [(0, 1), (1, 1)]);
                return values.Sum();
            },
            deadline);
        Assert.All(sums, sum => Assert.Equal(3, sum));

        static int Compute(RankExchange exchange, TimeSpan deadline)
        {
            if (exchange.Rank == 0) Thread.Sleep(1.5 * deadline);
            else exchange.Send(0, topic: 7, [1]);
            return exchange.Rank;
        }
    }
}
