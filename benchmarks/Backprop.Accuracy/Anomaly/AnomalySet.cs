using System.Globalization;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Protocols;

namespace Backprop.Accuracy.Anomaly;

/// <summary>A classification set as a task of anomaly detection: the rows of its rarest classes are anomalies.</summary>
/// <param name="Name">The name of the set.</param>
/// <param name="RareClasses">The classes whose rows are anomalies.</param>
/// <param name="Normal">The features of the other rows, in a random order.</param>
/// <param name="Anomalies">The features of the anomalies.</param>
internal sealed record AnomalySet(string Name, string[] RareClasses, float[][] Normal, float[][] Anomalies)
{
    private const double MaxShare = 0.1;
    private const int MinAnomalies = 50, MaxCategories = 1, Folds = 5;

    /// <summary>The sets that the rule selects, smallest first: at most one category column, no missing values, and rare classes. The rare
    /// classes of a set are its smallest ones, as many as together have at most 10 % of the rows. They need at least 50 rows.</summary>
    public static IEnumerable<AnomalySet> All(Manifest manifest, Func<string, bool> isWanted)
    {
        var entries = manifest.Entries.Where(entry =>
            entry.Task != TaskKind.Regression && entry.Categorical.Length <= MaxCategories && isWanted(entry.Name));
        foreach (var entry in entries)
        {
            var set = manifest.Open(entry.Name);
            var rare = RareClassesOf(set);
            if (set.Rows.Any(row => row.Contains("NaN", StringComparison.Ordinal))) continue;
            if (set.Labels.Count(rare.Contains) >= MinAnomalies) yield return Of(set, rare);
        }
    }

    /// <summary>Trains on four fifths of the normal rows. The other normal rows and all anomalies are the test.</summary>
    /// <param name="fold">From 1 to 5.</param>
    public (float[][] Train, float[][] Test, bool[] AreAnomalies) Split(int fold)
    {
        float[][] held = [.. Normal.Where((_, row) => row % Folds == fold - 1)];
        return (
            [.. Normal.Where((_, row) => row % Folds != fold - 1)], [.. held, .. Anomalies],
            [.. held.Select(_ => false), .. Anomalies.Select(_ => true)]);
    }

    // Of equally small classes, the first by name are the rarer ones.
    private static HashSet<string> RareClassesOf(DataSet set)
    {
        var classes = set.Labels.CountBy(label => label).OrderBy(each => each.Value).ThenBy(each => each.Key, StringComparer.Ordinal);
        var rare = new HashSet<string>();
        var rows = 0;
        foreach (var (label, count) in classes)
        {
            rows += count;
            if (rows > MaxShare * set.Labels.Length) break;
            rare.Add(label);
        }
        return rare;
    }

    private static AnomalySet Of(DataSet set, HashSet<string> rare)
    {
        string[][] cells = [.. set.Rows.Select(row => row.Split(','))];
        Func<string, float[]>[] codes = [.. set.Columns[..^1].Select((name, column) =>
            set.Categorical.Contains(name) ? OneHot([.. cells.Select(row => row[column])]) : Number)];
        int[] order = RowOrder.Shuffled(set.Rows.Length, seed: 0);
        return new AnomalySet(set.Name, [.. rare.Order(StringComparer.Ordinal)], Features(isRare: false), Features(isRare: true));

        float[][] Features(bool isRare) =>
        [
            .. order.Where(row => rare.Contains(set.Labels[row]) == isRare)
                .Select(row => codes.SelectMany((code, column) => code(cells[row][column])).ToArray()),
        ];
    }

    private static float[] Number(string cell) => [float.Parse(cell, CultureInfo.InvariantCulture)];

    private static Func<string, float[]> OneHot(string[] values)
    {
        string[] categories = [.. values.Distinct().Order(StringComparer.Ordinal)];
        return cell => [.. categories.Select(category => category == cell ? 1f : 0)];
    }
}
