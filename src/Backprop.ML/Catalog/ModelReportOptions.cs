using Backprop.Numerics;

namespace Backprop.ML;

/// <summary>The options of <c>ml.Model.CreateReport</c>.</summary>
public sealed record ModelReportOptions
{
    /// <summary>The heading of the page.</summary>
    /// <value>Null: "Model of" and the label column.</value>
    public string? Title { get; init; }

    /// <summary>Your own sentences about what the model must not be used for. They follow those that are derived from the report.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> NotFor { get; init; } = [];

    /// <summary>The label column.</summary>
    /// <value>Null: the label column of the training data.</value>
    public string? LabelColumnName { get; init; }

    /// <summary>The class, label or target that is drawn where one must be chosen: calibration and confusion of a label, residuals of a
    /// target, partial dependence. Without names, it is the key value of a class, or the index of a slot.</summary>
    /// <value>Null: the first. It must be null if there is one output.</value>
    public string? OutputName { get; init; }

    /// <summary>Number of rows to measure at most. If the data has more, they are chosen at random.</summary>
    /// <value>10,000; at least 2.</value>
    public int MaximumRows { get; init; } = 10_000;

    /// <summary>Number of columns to describe at most: category columns first, then slots of the features column. The importance of the
    /// others is measured together.</summary>
    /// <value>100; at least 1.</value>
    public int MaximumColumns { get; init; } = 100;

    /// <summary>Number of permutations of each column for its importance.</summary>
    /// <value>5; at least 2.</value>
    public int ImportanceRepeats { get; init; } = 5;

    /// <summary>Number of columns with a curve of partial dependence: the most important ones.</summary>
    /// <value>6; at least 0.</value>
    public int NumberOfCurves { get; init; } = 6;

    /// <summary>Number of bootstrap samples for the intervals of metrics.</summary>
    /// <value>1,000; at least 2.</value>
    public int BootstrapSamples { get; init; } = 1000;

    /// <summary>The confidence of the intervals of metrics and importance.</summary>
    /// <value>0.95; above 0, below 1.</value>
    public double Confidence { get; init; } = 0.95;

    /// <summary>The seed of all random choices.</summary>
    /// <value>0. The same seed, model and data produce the same page.</value>
    public int Seed { get; init; }

    /// <summary>Number of threads. The result does not depend on it.</summary>
    /// <value>Null: the number of processors; otherwise at least 1.</value>
    public int? NumberOfThreads { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names it.</exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(NotFor);
        if (MaximumRows < 2) throw ValueRange.Refusal(nameof(MaximumRows), MaximumRows, "must be at least 2");
        if (MaximumColumns < 1) throw ValueRange.Refusal(nameof(MaximumColumns), MaximumColumns, "must be at least 1");
        if (ImportanceRepeats < 2) throw ValueRange.Refusal(nameof(ImportanceRepeats), ImportanceRepeats, "must be at least 2");
        if (NumberOfCurves < 0) throw ValueRange.Refusal(nameof(NumberOfCurves), NumberOfCurves, "must be at least 0");
        if (BootstrapSamples < 2) throw ValueRange.Refusal(nameof(BootstrapSamples), BootstrapSamples, "must be at least 2");
        ValueRange.BetweenZeroAndOne.Checked(Confidence, nameof(Confidence));
        if (NumberOfThreads < 1) throw ValueRange.Refusal(nameof(NumberOfThreads), NumberOfThreads, "must be at least 1");
    }
}
