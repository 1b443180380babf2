using System.Globalization;
using Backprop.Accuracy.Data;

namespace Backprop.Accuracy.Ranking;

/// <summary>The hours of every day of bike_sharing_hour: which have the most rides?</summary>
internal static class BikeHours
{
    private const string Source = "bike_sharing_hour";

    /// <summary>A group is a day. The relevance is the fifth of all hours that the number of rides is in, from 0 to 4.</summary>
    public static RankingSet Open(Manifest manifest)
    {
        var set = manifest.Open(Source);
        float[][] rows = [
            .. set.Rows.Select(row => row.Split(',').Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];
        float[] rides = [.. rows.Select(row => row[^1])], sorted = [.. rides.Order()];
        float[] bounds = [.. Enumerable.Range(1, 4).Select(fifth => sorted[fifth * sorted.Length / 5])];

        // The rows are in the order of time, so a day ends where the day of the week changes.
        var (weekday, groups) = (Array.IndexOf(set.Columns, "weekday"), new int[rows.Length]);
        for (var row = 1; row < rows.Length; row++) groups[row] = groups[row - 1] + (rows[row][weekday] == rows[row - 1][weekday] ? 0 : 1);
        return new RankingSet(
            "bike_hours", [.. rows.Select(row => row[..^1])], [.. rides.Select(count => bounds.Count(bound => count >= bound))], groups);
    }
}
