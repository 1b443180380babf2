using System.Globalization;

namespace Backprop.Accuracy.Data;

/// <summary>Tables of the kinds on which boosted trees or linear models are strong, made by a formula each.</summary>
/// <remarks>The rows depend on a fixed seed only. Labels of classes have noise where the formula says so; the best possible score is then
/// known.</remarks>
internal static class Generated
{
    private static readonly Dictionary<string, Func<Random, DataSet>> _sets = new()
    {
        ["small_linear"] = SmallLinear,
        ["trip_durations"] = TripDurations,
        ["sensor_outliers"] = SensorOutliers,
        ["sensor_steps"] = random => SensorSteps(random, TaskKind.Regression),
        ["sensor_rules"] = random => SensorSteps(random, TaskKind.Binary),
        ["category_rules"] = CategoryRules,
        ["poker_hands"] = PokerHands,
    };

    /// <summary>The names of the sets, the smallest first.</summary>
    public static IReadOnlyList<string> Names => [.. _sets.Keys];

    /// <summary>Makes a set.</summary>
    public static DataSet Of(string name) => _sets[name](new Random(7)) with { Name = name };

    // 350 rows of ten normal numbers. The log-odds are linear, with about six coefficients that are not 0.
    private static DataSet SmallLinear(Random random)
    {
        double[] weights = [.. Enumerable.Range(0, 10).Select(_ => random.NextDouble() < 0.6 ? Normal(random) : 0)];
        return Table(TaskKind.Binary, [], Rows(350, () =>
        {
            double[] x = [.. weights.Select(_ => Normal(random))];
            var odds = x.Zip(weights, (value, weight) => value * weight).Sum();
            return [.. x.Select(Text), random.NextDouble() < 1 / (1 + Math.Exp(-odds)) ? "1" : "0"];
        }));
    }

    // Minutes of a trip: distance over speed, where distances are log-normal, and speed depends on the hour and the weather. The noise has
    // a deviation of 10 %.
    private static DataSet TripDurations(Random random) => Table(TaskKind.Regression, [], Rows(8000, () =>
    {
        double distance = Math.Exp(0.5 + 1.2 * Normal(random)), weather = Normal(random), luggage = Math.Exp(1.5 * Normal(random));
        int hour = random.Next(24), passengers = random.Next(1, 7);
        var speed = Math.Max(6, 25 + 12 * Math.Cos((hour - 3) / 24.0 * 2 * Math.PI) + 3 * weather);
        var minutes = (distance / speed * 60 + 2 + 0.05 * luggage) * Math.Exp(0.1 * Normal(random));
        return [Text(distance), Text(hour), Text(passengers), Text(weather), Text(luggage), Text(minutes)];
    }));

    // A smooth function of eight normal numbers. Two of a hundred readings are multiplied by 10 to 10,000.
    private static DataSet SensorOutliers(Random random) => Table(TaskKind.Regression, [], Rows(3000, () =>
    {
        double[] x = [.. Enumerable.Range(0, 8).Select(_ => Normal(random))];
        var y = Math.Sin(2 * x[0]) + x[1] * x[2] + Math.Abs(x[3]) + x[4] / 2 + 0.1 * Normal(random);
        string[] readings = [
            .. x.Select(value => Text(random.NextDouble() < 0.02 ? value * Math.Pow(10, 1 + 3 * random.NextDouble()) : value))];
        return [.. readings, Text(y)];
    }));

    // Twelve readings with one decimal, so many are equal. The target is the sum of six random trees of depth 5 over eight of them, and a
    // noise of 0.3; for classes its sign, of which 5 % are exchanged.
    private static DataSet SensorSteps(Random random, TaskKind task)
    {
        const int count = 8000;
        double[] deviations = [1, 1, 1, 2, 2, 2, 5, 5, 5, 0.5, 0.5, 0.5];
        double[][] x = [.. Enumerable.Range(0, count).Select(_ => deviations.Select(d => Math.Round(d * Normal(random), 1)).ToArray())];
        var sums = new double[count];
        for (var tree = 0; tree < 6; tree++) Grow([.. Enumerable.Range(0, count)], depth: 5);
        return Table(task, [], x.Zip(sums, (row, sum) => row.Select(Text).Append(Label(sum)).ToArray()));

        void Grow(int[] rows, int depth)
        {
            if (depth == 0 || rows.Length < 20)
            {
                var value = Normal(random);
                foreach (var row in rows) sums[row] += value;
                return;
            }
            var column = random.Next(8);
            double[] values = [.. rows.Select(row => x[row][column]).Order()];
            var bound = values[values.Length / 2] + 0.3 * deviations[column] * Normal(random);
            Grow([.. rows.Where(row => x[row][column] <= bound)], depth - 1);
            Grow([.. rows.Where(row => x[row][column] > bound)], depth - 1);
        }

        string Label(double sum) => task == TaskKind.Regression
            ? Text(sum + 0.3 * Normal(random))
            : (sum > 0) ^ (random.NextDouble() < 0.05) ? "1" : "0";
    }

    // Six categories of six values. Rules of two columns each, with "and" and "or"; 3 % of the labels are exchanged.
    private static DataSet CategoryRules(Random random) => Table(TaskKind.Binary, Columns(6), Rows(6000, () =>
    {
        int[] c = [.. Enumerable.Range(0, 6).Select(_ => random.Next(6))];
        var isTrue = ((c[0] + c[1]) % 3 == 0 && c[2] != c[3]) || c[4] * c[5] % 4 == 1;
        return [.. c.Select(value => $"v{value}"), isTrue ^ (random.NextDouble() < 0.03) ? "1" : "0"];
    }));

    // Suits and ranks of five cards. The hand follows without noise: nothing, a pair, two pairs, three of a kind, or better.
    private static DataSet PokerHands(Random random) => Table(TaskKind.Multiclass, Columns(10), Rows(12_000, () =>
    {
        var deck = Enumerable.Range(0, 52).ToArray();
        random.Shuffle(deck);
        int[] suits = [.. deck.Take(5).Select(card => card / 13)], ranks = [.. deck.Take(5).Select(card => card % 13).Order()];
        int[] counts = [.. ranks.GroupBy(rank => rank).Select(group => group.Count()).OrderDescending()];
        var isStraight = counts.Length == 5 && (ranks[4] - ranks[0] == 4 || ranks is [0, 9, 10, 11, 12]);
        var hand = isStraight || suits.Distinct().Count() == 1 ? 4 : counts switch
        {
            [4, ..] or [3, 2] => 4,
            [3, ..] => 3,
            [2, 2, ..] => 2,
            [2, ..] => 1,
            _ => 0,
        };
        return [.. deck.Take(5).SelectMany(card => new[] { $"s{card / 13}", $"r{card % 13}" }), $"h{hand}"];
    }));

    private static string[][] Rows(int count, Func<string[]> row) => [.. Enumerable.Range(0, count).Select(_ => row())];

    private static DataSet Table(TaskKind task, string[] categorical, IEnumerable<string[]> rows)
    {
        string[][] cells = [.. rows];
        return new DataSet("", task, [.. Columns(cells[0].Length - 1), "label"], categorical,
            [new DataPart("all", [.. cells.Select(row => string.Join(',', row))])]);
    }

    private static string[] Columns(int count) => [.. Enumerable.Range(1, count).Select(i => $"x{i}")];

    private static string Text(double value) => value.ToString("G7", CultureInfo.InvariantCulture);

    // Box and Muller (1958).
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
