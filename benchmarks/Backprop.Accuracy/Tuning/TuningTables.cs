using System.Globalization;
using System.Text;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Results;
using Backprop.Accuracy.Summary;

namespace Backprop.Accuracy.Tuning;

/// <summary>Our presets beside LightGBM that is tuned with the same time, on folds 1 and 2 of the sets that all of them have.</summary>
internal sealed class TuningTables
{
    private const int Folds = 2;

    // Each of ours, and LightGBM with its time.
    private static readonly (string Ours, string Trees)[] _pairs = [("default", "lightgbm@1"), ("best", "lightgbm@7.4")];

    private static readonly string[] _learners = ["default", "lightgbm@1", "best@2", "best", "lightgbm@7.4"];

    private readonly Dictionary<string, Dictionary<string, ResultRow[]>> _results = _learners.ToDictionary(learner => learner, Read);
    private readonly ManifestEntry[] _sets;

    /// <summary>Reads the results.</summary>
    /// <exception cref="FormatException">There is no set that all learners have.</exception>
    public TuningTables(Manifest manifest)
    {
        _sets = [.. manifest.Entries.Where(entry => _results.Values.All(learner => learner.ContainsKey(entry.Name)))];
        if (_sets.Length == 0) throw new FormatException($"No set has folds 1 and 2 of {string.Join(", ", _learners)}: run them first.");
    }

    /// <summary>The number of sets.</summary>
    public int Sets => _sets.Length;

    /// <summary>A line for each learner.</summary>
    public string Standing()
    {
        var text = new StringBuilder("""
            | learner | better, equal, worse than LightGBM with the same time | mean rank | processor time, `Default` = 1 |
            | --- | --- | --- | --- |

            """);
        foreach (var learner in _learners)
        {
            var trees = _pairs.SingleOrDefault(pair => pair.Ours == learner).Trees;
            var against = trees is null ? "" : Count(_sets.Select(set => Compare(set, learner, trees)));
            var rank = _sets.Average(set => Rank(set, learner));
            var time = Math.Exp(
                _sets.Average(set => Math.Log(Seconds(_results[learner][set.Name]) / Seconds(_results[Standings.Reference][set.Name]))));
            text.Append(CultureInfo.InvariantCulture, $"| {Name(learner)} | {against} | {rank:F2} | {time:F2} |\n");
        }
        return text.ToString();
    }

    /// <summary>Each of ours against LightGBM, by task.</summary>
    public string ByTask()
    {
        var text = new StringBuilder($"| task | {string.Join(" | ", _pairs.Select(pair => Name(pair.Ours)))} |\n");
        text.Append($"| --- |{string.Concat(_pairs.Select(_ => " --- |"))}\n");
        foreach (var task in _sets.GroupBy(set => set.Task).OrderBy(task => task.Key))
        {
            text.Append($"| {task.Key.ToString().ToLowerInvariant()} |");
            foreach (var (ours, trees) in _pairs) text.Append($" {Count(task.Select(set => Compare(set, ours, trees)))} |");
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Accuracies and RMSEs of every set.</summary>
    public string Scores()
    {
        var text = Head(_learners);
        foreach (var set in _sets)
        {
            text.Append($"| {set.Name} |");
            foreach (var learner in _learners) text.Append($" {Score(Mean(_results[learner][set.Name]), set.Task)} |");
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Log-losses of the classifications.</summary>
    public string LogLosses()
    {
        var text = Head(_learners);
        foreach (var set in _sets.Where(set => set.Task != TaskKind.Regression))
        {
            text.Append($"| {set.Name} |");
            foreach (var learner in _learners)
                text.Append(CultureInfo.InvariantCulture, $" {_results[learner][set.Name].Average(row => row.Measures!.LogLoss):F4} |");
            text.Append('\n');
        }
        return text.ToString();
    }

    // By set: the results of both folds.
    private static Dictionary<string, ResultRow[]> Read(string learner) => new ResultFile(learner).Rows
        .Where(row => row.Protocol == "folds" && row.Split <= Folds && row.Score is not null)
        .GroupBy(row => row.Set).Where(rows => rows.Count() == Folds).ToDictionary(rows => rows.Key, rows => rows.ToArray());

    private static StringBuilder Head(string[] learners) =>
        new($"| set | {string.Join(" | ", learners.Select(Name))} |\n| --- |{string.Concat(learners.Select(_ => " --- |"))}\n");

    private static string Name(string learner) => learner switch
    {
        "default" => "`Default`",
        "best" => "`Best`",
        "best@2" => "`Best`, twice",
        _ => $"LightGBM, × {learner.Split('@')[1]}",
    };

    private static string Count(IEnumerable<int> comparisons)
    {
        int[] all = [.. comparisons];
        return $"{all.Count(sign => sign > 0)}, {all.Count(sign => sign == 0)}, {all.Count(sign => sign < 0)}";
    }

    // Positive if the first is better.
    private int Compare(ManifestEntry set, string one, string other) => Value(set, one).CompareTo(Value(set, other));

    private double Rank(ManifestEntry set, string learner) =>
        ScoreBoard.RankOf(Value(set, learner), _learners.Select(other => Value(set, other)));

    // Equal in the digits of the table is equal: larger is better.
    private double Value(ManifestEntry set, string learner)
    {
        var text = Score(Mean(_results[learner][set.Name]), set.Task);
        return (set.Task == TaskKind.Regression ? -1 : 1) * double.Parse(text, NumberStyles.Any, CultureInfo.InvariantCulture);
    }

    private static double Mean(ResultRow[] folds) => Math.Abs(folds.Average(row => row.Score!.Value));

    private static double Seconds(ResultRow[] folds) => folds.Average(row => row.FitProcessorSeconds);

    private static string Score(double value, TaskKind task)
    {
        if (task != TaskKind.Regression) return value.ToString("F4", CultureInfo.InvariantCulture);
        return value.ToString(value >= 1000 ? "N0" : "G4", CultureInfo.InvariantCulture);
    }
}
