namespace Ranking;

/// <summary>A hotel that a search has found.</summary>
internal sealed class Offer
{
    public static readonly string[] Features = [nameof(Price), nameof(Stars), nameof(Distance), nameof(Nights)];

    public string Search { get; set; } = "";

    public float Price { get; set; }

    public float Stars { get; set; }

    public float Distance { get; set; }

    /// <summary>The same for all offers of a search.</summary>
    public float Nights { get; set; }

    /// <summary>2 for a booked offer, 1 for one that was looked at, otherwise 0.</summary>
    public float Relevance { get; set; }

    /// <summary>The offers of some searches: the rows of a search follow one another.</summary>
    public static Offer[] Searches(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).SelectMany(search => OffersOf($"search {seed}-{search}", random))];
    }

    // Every city has its own level of prices. So a price says little by itself, but much beside the other offers of the search.
    private static Offer[] OffersOf(string search, Random random)
    {
        float level = 50 + 150 * random.NextSingle(), nights = 1 + random.Next(10);
        Offer[] offers =
        [
            .. Enumerable.Range(0, 8 + random.Next(13)).Select(_ =>
            {
                float stars = 1 + random.Next(5), distance = 10 * random.NextSingle();
                var price = level * (0.5f + 0.15f * stars + 0.4f * random.NextSingle());
                return new Offer { Search = search, Nights = nights, Stars = stars, Distance = distance, Price = price };
            }),
        ];
        var liked = offers.OrderByDescending(offer => offer.AppealAt(level) + 0.3f * random.NextSingle()).ToArray();
        liked[0].Relevance = 2;
        foreach (var offer in liked[1..4]) offer.Relevance = 1;
        return offers;
    }

    // For long stays the price matters more, for short ones the distance.
    private float AppealAt(float level) =>
        0.3f * Stars - (Nights > 4 ? 2f : 1f) * Price / level - (Nights > 4 ? 0.05f : 0.15f) * Distance;
}
