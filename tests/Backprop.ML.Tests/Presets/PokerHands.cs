using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Tests.Presets;

/// <summary>Five cards as key columns of suits and ranks, and the hand that they are, from 0 (nothing) to 9 (royal flush): a label that
/// follows from a rule without any noise.</summary>
internal static class PokerHands
{
    private const int Cards = 5, SuitCount = 4, RankCount = 13;

    /// <summary>The columns that hold the cards.</summary>
    public static string[] Columns => [nameof(Hand.Suits), nameof(Hand.Ranks)];

    /// <summary>Hands drawn at random.</summary>
    public static IDataView Draw(MLContext ml, int hands, int seed)
    {
        var random = new Random(seed);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, hands).Select(_ => CreateBatches(random)).ToArray());
    }

    /// <summary>What five cards are.</summary>
    /// <param name="suits">[5], from 0 to 3.</param>
    /// <param name="ranks">[5], from 0 (ace) to 12 (king).</param>
    public static uint RankOf(uint[] suits, uint[] ranks)
    {
        int[] counts = [.. ranks.GroupBy(rank => rank).Select(group => group.Count()).OrderDescending()];
        uint[] sorted = [.. ranks.Order()];
        var isFlush = suits.Distinct().Count() == 1;
        var isRoyal = sorted is [0, 9, 10, 11, 12];
        var isStraight = isRoyal || (counts.Length == Cards && sorted[^1] - sorted[0] == Cards - 1);
        return (isFlush, isStraight, counts) switch
        {
            (true, true, _) => isRoyal ? 9u : 8,
            (_, _, [4, ..]) => 7,
            (_, _, [3, 2]) => 6,
            (true, _, _) => 5,
            (_, true, _) => 4,
            (_, _, [3, ..]) => 3,
            (_, _, [2, 2, ..]) => 2,
            (_, _, [2, ..]) => 1,
            _ => 0,
        };
    }

    private static Hand CreateBatches(Random random)
    {
        var deck = Enumerable.Range(0, SuitCount * RankCount).ToArray();
        random.Shuffle(deck);
        uint[] suits = [.. deck.Take(Cards).Select(card => (uint)(card / RankCount))],
            ranks = [.. deck.Take(Cards).Select(card => (uint)(card % RankCount))];
        return new Hand { Suits = suits, Ranks = ranks, Label = RankOf(suits, ranks) };
    }

    private sealed class Hand
    {
        [KeyType(SuitCount), VectorType(Cards)]
        public uint[] Suits { get; set; } = [];

        [KeyType(RankCount), VectorType(Cards)]
        public uint[] Ranks { get; set; } = [];

        [KeyType(10)]
        public uint Label { get; set; }
    }
}
