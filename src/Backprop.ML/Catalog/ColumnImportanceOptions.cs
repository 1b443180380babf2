using Backprop.Metrics;
using Backprop.Numerics;

namespace Backprop.ML;

/// <summary>The options of <c>ColumnImportance</c>.</summary>
public sealed record ColumnImportanceOptions
{
    /// <summary>The metric for importance.</summary>
    /// <value>Null: <see cref="RSquared"/> for regression, <see cref="LogLoss"/> for classification. With several targets or labels, the
    /// mean over them.
    /// Decisions of a binary or multi-label model follow its threshold.</value>
    public Metric? Metric { get; init; }

    /// <summary>Number of permutations of each column.</summary>
    /// <value>5; at least 2.</value>
    public int Repeats { get; init; } = 5;

    /// <summary>Slots and columns that are permuted together, by the name of the group: for example all slots of one one-hot encoding, or
    /// columns that are correlated.</summary>
    /// <value>None. A member is the name of a slot of the features column, or of a category column. Members of a group are not measured by
    /// themselves. The name of the features column means all its slots.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Groups { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The number of rows to measure with: the first ones of the data.</summary>
    /// <value>Null: all; otherwise at least 2.</value>
    public int? MaximumRows { get; init; }

    /// <summary>The label column.</summary>
    /// <value>Null: the label column of the training data.</value>
    public string? LabelColumnName { get; init; }

    /// <summary>The seed of the random permutations.</summary>
    /// <value>0. The same seed and the same data produce the same result.</value>
    public int Seed { get; init; }

    /// <summary>Number of threads for scoring. The result does not depend on it.</summary>
    /// <value>Null: the number of processors; otherwise at least 1.</value>
    public int? NumberOfThreads { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names it.</exception>
    internal void Check()
    {
        if (Repeats < 2) throw ValueRange.Refusal(nameof(Repeats), Repeats, "must be at least 2");
        if (MaximumRows < 2) throw ValueRange.Refusal(nameof(MaximumRows), MaximumRows, "must be at least 2");
        if (NumberOfThreads < 1) throw ValueRange.Refusal(nameof(NumberOfThreads), NumberOfThreads, "must be at least 1");
        ArgumentNullException.ThrowIfNull(Groups);
    }
}
