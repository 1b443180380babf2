using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Protocols;
using Backprop.Accuracy.Results;

namespace Backprop.Accuracy.Summary;

/// <summary>All that one learner reached on one set.</summary>
internal sealed class Cell
{
    private readonly Protocol _protocol;

    public Cell(Learner learner, Protocol protocol, string set, IEnumerable<ResultRow> rows)
    {
        (Learner, Set, _protocol) = (learner, set, protocol);
        Rows = [.. rows.OrderBy(row => row.Split)];
        Scores = [.. Rows.Where(row => row.Score is not null).Select(row => row.Score!.Value)];
    }

    public Learner Learner { get; }

    public string Set { get; }

    /// <summary>The results, in the order of the splits.</summary>
    public ResultRow[] Rows { get; }

    /// <summary>Accuracies, or negated RMSEs: larger is better.</summary>
    public double[] Scores { get; }

    /// <summary>Whether there is a score of every split.</summary>
    public bool IsComplete => Scores.Length == _protocol.Count;

    /// <summary>Why there is not; null where it is complete, or was not tried to the end.</summary>
    public string? Failure => Rows.FirstOrDefault(row => row.Failure.Length > 0)?.Failure;

    /// <summary>Whether there is an outcome: scores of all splits, or a failure.</summary>
    public bool IsDecided => IsComplete || Failure is not null;

    /// <summary>Whether the scores are accuracies; otherwise they are RMSEs.</summary>
    public bool IsClassification => Rows.Any(row => row.Measures?.Accuracy is not null);

    public double Mean => Scores.Average();

    /// <summary>Mean accuracy, or mean R²: 1 at best, whatever the label.</summary>
    public double Quality =>
        Rows.Where(row => row.Score is not null).Average(row => row.Measures!.Accuracy ?? row.Measures.RSquared!.Value);

    /// <summary>Mean log-loss; null where a split has none.</summary>
    public double? LogLoss =>
        IsComplete && Rows.All(row => row.Measures?.LogLoss is not null) ? Rows.Average(row => row.Measures!.LogLoss!.Value) : null;

    /// <summary>What the mean is uncertain by: standard deviation of the splits (n − 1) / √n; 0 for one.</summary>
    public double StandardError => StandardErrorOf(Scores);

    /// <summary>Share of the rows that are wrong, or the RMSE: smaller is better.</summary>
    public double Error => IsClassification ? 1 - Mean : -Mean;

    /// <summary>Mean ± standard error, of as many digits as tell something.</summary>
    public override string ToString()
    {
        var mean = Math.Abs(Mean);
        var decimals = IsClassification ? 4 : Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Max(mean, 1e-9))), 0, 8);
        var text = mean.ToString($"F{decimals}");
        return Scores.Length == 1 ? text : $"{text} ± {StandardError.ToString($"F{decimals}")}";
    }

    internal static double StandardErrorOf(double[] values)
    {
        if (values.Length < 2) return 0;
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length);
    }

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
