using Backprop.Numerics;

namespace Backprop.ML;

/// <summary>The options of <c>ml.Model.Interactions</c>.</summary>
public sealed record InteractionOptions
{
    /// <summary>The columns and slots whose interaction with all others is measured.</summary>
    /// <value>Null: all that the model predicts from. The name of a vector column means all its slots together.</value>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>The pairs of columns and slots whose interaction is measured.</summary>
    /// <value>None.</value>
    public IReadOnlyList<(string First, string Second)> Pairs { get; init; } = [];

    /// <summary>The column of predictions: Single, or a vector of Single.</summary>
    /// <value>Null: Probability, or Score if there is no Probability.</value>
    public string? OutputColumnName { get; init; }

    /// <summary>The slot of a vector of predictions, by its name: a class, a label, a target or a quantile. Without slot names, its
    /// index.</summary>
    /// <value>Null; required if the column has several slots.</value>
    public string? OutputName { get; init; }

    /// <summary>Number of rows at most. If the data has more, they are chosen at random. Every column and every pair needs up to rows² more
    /// predictions.</summary>
    /// <value>200; at least 2.</value>
    public int MaximumRows { get; init; } = 200;

    /// <summary>The seed of the random choice.</summary>
    /// <value>0. The same seed and the same data produce the same result.</value>
    public int Seed { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names it.</exception>
    internal void Check()
    {
        if (MaximumRows < 2) throw ValueRange.Refusal(nameof(MaximumRows), MaximumRows, "must be at least 2");
        ArgumentNullException.ThrowIfNull(Pairs);
    }
}
