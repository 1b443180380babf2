using System.Globalization;
using System.Text;

namespace Backprop.Explanations;

/// <summary>Why a model predicts a score for a row: the contribution of every column to its difference from the score of the
/// baseline.</summary>
/// <remarks>Score − BaselineScore = the sum of the contributions + Residual. Contributions say what the model computes. They do not say
/// what would happen in the world if a value were changed.</remarks>
public sealed record PredictionExplanation
{
    private const int ColumnsInWords = 5;

    internal PredictionExplanation(
        string outputName, double score, double baselineScore, string baseline, IEnumerable<ColumnContribution> columns, int? maxColumns)
    {
        (OutputName, Score, BaselineScore, Baseline) = (outputName, score, baselineScore, baseline);
        ColumnContribution[] sorted = [.. columns.OrderByDescending(column => Math.Abs(column.Contribution))];
        var count = Math.Min(maxColumns ?? sorted.Length, sorted.Length);
        Columns = sorted[..count];
        OtherColumns = sorted.Length - count;
        OtherContributions = sorted[count..].Sum(column => column.Contribution);
        Residual = score - baselineScore - sorted.Sum(column => column.Contribution);
    }

    /// <summary>The name of the explained score: the class, the label or the target; "Score" for a model with one score.</summary>
    public string OutputName { get; }

    /// <summary>The score of the row, as in the Score column.</summary>
    /// <value>The logit of a binary or multi-label model, the probability of a class, or the prediction of a regression in units of the
    /// target.</value>
    public double Score { get; }

    /// <summary>The score of the baseline.</summary>
    public double BaselineScore { get; }

    /// <summary>The baseline in words: the means of the training data. A model that has none is explained against the centers of its
    /// scaling.</summary>
    public string Baseline { get; }

    /// <summary>The contributions in descending order of magnitude.</summary>
    public IReadOnlyList<ColumnContribution> Columns { get; }

    /// <summary>Number of columns that <see cref="Columns"/> does not list.</summary>
    public int OtherColumns { get; }

    /// <summary>The sum of their contributions.</summary>
    public double OtherContributions { get; }

    /// <summary>What the contributions lack to the difference of the scores: the error of the computation.</summary>
    /// <value>Usually below a thousandth of the sum of their magnitudes.</value>
    public double Residual { get; }

    /// <summary>The explanation in words: the score, and the five most important columns, one line each.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{OutputName} is {Score:G4}, and {BaselineScore:G4} for {Baseline}.");
        var shown = Columns.Take(ColumnsInWords).ToList();
        foreach (var column in shown) text.AppendLine().Append("  ").Append(column);
        var rest = Columns.Count - shown.Count + OtherColumns;
        if (rest == 0) return text.ToString();
        var sum = Columns.Skip(ColumnsInWords).Sum(column => column.Contribution) + OtherContributions;
        text.AppendLine().Append(CultureInfo.InvariantCulture, $"  {rest} more: their sum {ColumnContribution.InWords(sum)}");
        return text.ToString();
    }
}
