using Backprop.Metrics;

namespace Backprop.ML;

/// <summary>What <c>ColumnImportance</c> measures, and how.</summary>
public sealed record ColumnImportanceOptions
{
    /// <summary>The metric that becomes worse.</summary>
    /// <value>Null: <see cref="RSquared"/> for regression, <see cref="LogLoss"/> for classification. With several targets or labels, the
    /// mean over them.
    /// Decisions of a binary or multi-label model follow its threshold.</value>
    public Metric? Metric { get; init; }

    /// <summary>How often each column is permuted.</summary>
    /// <value>5; at least 2.</value>
    public int Repeats { get; init; } = 5;

    /// <summary>Slots and columns that are permuted together, by the name of the group: for example all slots of one one-hot encoding, or
    /// columns that are correlated.</summary>
    /// <value>None. A member is the name of a slot of the features column, or of a category column. What is in a group is not measured by
    /// itself. The features column's own
    /// name stands for all its slots.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Groups { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The number of rows to measure with: the first ones of the data.</summary>
    /// <value>Null: all; otherwise at least 2.</value>
    public int? MaximumRows { get; init; }

    /// <summary>The label column.</summary>
    /// <value>Null: the one that the model was trained with.</value>
    public string? LabelColumnName { get; init; }

    /// <summary>Where the random permutations start.</summary>
    /// <value>0. Same seed and same data, same result.</value>
    public int Seed { get; init; }

    /// <summary>Threads to score with. The result does not depend on it.</summary>
    /// <value>Null: as many as there are processors; otherwise at least 1.</value>
    public int? NumberOfThreads { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names it.</exception>
    internal void Check()
    {
        if (Repeats < 2) throw new ArgumentOutOfRangeException(nameof(Repeats), Repeats, "must be at least 2");
        if (MaximumRows < 2) throw new ArgumentOutOfRangeException(nameof(MaximumRows), MaximumRows, "must be at least 2");
        if (NumberOfThreads < 1) throw new ArgumentOutOfRangeException(nameof(NumberOfThreads), NumberOfThreads, "must be at least 1");
        ArgumentNullException.ThrowIfNull(Groups);
    }
}
