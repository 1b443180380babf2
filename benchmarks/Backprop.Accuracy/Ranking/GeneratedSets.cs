using Backprop.Numerics;

namespace Backprop.Accuracy.Ranking;

/// <summary>Sets like those of search engines: queries with documents, and features of both. The seed determines every value.</summary>
/// <remarks>
/// <para>A query has 10 to 40 documents. It has features of its own, q, which are the same for all its documents. Every document has
/// standard normal properties d. Features show them shifted and scaled by amounts of the query, and with noise: x = s·d + m + noise, with s
/// from 0.5 to 1.5, m normal with standard deviation 0.5, and noise with 0.1. So the values of one feature cannot be compared between
/// queries.</para>
/// <para>The utility of a document is a function of q and d, plus normal noise. The relevance follows from its utility among all documents
/// of the set: the highest 4 % have relevance 4, the next 8 % have 3, then 13 % have 2, 25 % have 1, and half have 0.</para>
/// </remarks>
internal static class GeneratedSets
{
    private const int MinDocuments = 10, MaxDocuments = 40;
    private static readonly double[] _shares = [0.5, 0.75, 0.88, 0.96];

    /// <summary>400 queries with 4 features of the query and 16 of the document. The utility has thresholds, products of properties, and
    /// products of properties and features of the query.</summary>
    public static RankingSet Nonlinear(int seed) => Make("nonlinear", queries: 400, ofQuery: 4, ofDocument: 16, noise: 0.5, seed, (q, d) =>
        (q[0] > 0 ? d[0] : d[1]) + d[2] * d[3] + Math.Sin(2 * d[4]) + Math.Abs(d[5]) * q[1] + (d[6] > 0.5 ? 1 : 0) - 0.5 * d[7] * d[7]);

    /// <summary>300 queries with 2 features of the query and 10 of the document. The utility is nearly linear.</summary>
    public static RankingSet Linear(int seed) => Make("linear", queries: 300, ofQuery: 2, ofDocument: 10, noise: 0.7, seed, (q, d) =>
        d[0] + 0.8 * d[1] - 0.6 * d[2] + 0.4 * d[3] - 0.3 * d[4] + 0.1 * d[5] * d[5] + 0.3 * q[0]);

    private static RankingSet Make(
        string name, int queries, int ofQuery, int ofDocument, double noise, int seed, Func<double[], double[], double> utility)
    {
        var random = new RandomSequence(seed, RandomPurpose.Examples);
        List<float[]> features = [];
        List<double> utilities = [];
        List<int> groups = [];
        for (var query = 0; query < queries; query++)
        {
            double[] q = Normal(ofQuery), means = [.. Normal(ofDocument).Select(value => 0.5 * value)];
            double[] scales = [.. Enumerable.Range(0, ofDocument).Select(_ => 0.5 + random.NextUniform())];
            var documents = MinDocuments + random.NextIndex(MaxDocuments - MinDocuments + 1);
            for (var document = 0; document < documents; document++)
            {
                var d = Normal(ofDocument);
                var shown = d.Select((value, j) => scales[j] * value + means[j] + 0.1 * random.NextNormal());
                features.Add([.. q.Concat(shown).Select(value => (float)value)]);
                utilities.Add(utility(q, d) + noise * random.NextNormal());
                groups.Add(query);
            }
        }
        double[] sorted = [.. utilities.Order()], bounds = [.. _shares.Select(share => sorted[(int)(share * sorted.Length)])];
        return new RankingSet(
            name, [.. features], [.. utilities.Select(value => bounds.Count(bound => value >= bound))], [.. groups]);

        double[] Normal(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
    }
}
