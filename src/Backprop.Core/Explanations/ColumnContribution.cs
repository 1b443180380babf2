using System.Globalization;

namespace Backprop.Explanations;

/// <summary>The contribution of one column to the score of a row.</summary>
public sealed record ColumnContribution
{
    internal ColumnContribution(string name, string value, double contribution, double? standardError) =>
        (Name, Value, Contribution, StandardError) = (name, value, contribution, standardError);

    /// <summary>The name of the category column, of the slot of the features column, or of the group.</summary>
    public string Name { get; }

    /// <summary>The value of the column in the row, as text: the name of a key value, a number, or "missing". Of a group, the values that
    /// are not 0.</summary>
    public string Value { get; }

    /// <summary>How much the column raises the score, in units of the score; below 0 if it lowers it. NaN if the score is NaN.</summary>
    public double Contribution { get; }

    /// <summary>The standard error of the contribution, by the random orders of <see cref="ExplanationMethod.ShapleySampling"/>; 0 where
    /// the values of all sets of columns were computed. Null for <see cref="ExplanationMethod.IntegratedGradients"/>.</summary>
    public double? StandardError { get; }

    /// <summary>Whether the column raises or lowers the score.</summary>
    public ContributionDirection Direction => Contribution switch
    {
        > 0 => ContributionDirection.Raises,
        < 0 => ContributionDirection.Lowers,
        _ => ContributionDirection.None,
    };

    /// <summary>The contribution in words, such as "Age = 52 raises it by 0.31".</summary>
    public override string ToString() => $"{Name} = {Value} {InWords(Contribution)}";

    internal static string InWords(double contribution) => contribution switch
    {
        > 0 => string.Create(CultureInfo.InvariantCulture, $"raises it by {contribution:G3}"),
        < 0 => string.Create(CultureInfo.InvariantCulture, $"lowers it by {-contribution:G3}"),
        0 => "does not change it",
        _ => "has no defined contribution",
    };
}
