namespace Backprop.Reports;

/// <summary>What a model is: its task, columns and network.</summary>
public sealed record ModelFacts
{
    internal ModelFacts()
    {
    }

    /// <summary>The name of the task.</summary>
    public required string Task { get; init; }

    /// <summary>The label column.</summary>
    public required string Label { get; init; }

    /// <summary>The names of the classes, labels or targets, in the order of the network. For one target, the name of the label.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>Whether the outputs are classes. A row has exactly one of them. "false" and "true" are two classes.</summary>
    public bool HasClasses { get; init; }

    /// <summary>Whether the outputs are labels. Any number of them may be true.</summary>
    public bool HasLabels { get; init; }

    /// <summary>The loss that training minimized.</summary>
    public required string Loss { get; init; }

    /// <summary>The names of the predictions of each target, such as quantiles; empty for one prediction. Metrics use the first.</summary>
    public IReadOnlyList<string> PredictionNames { get; init; } = [];

    /// <summary>Widths of the network from input to output, such as "4-8×64-8×3". A member of an ensemble is one of the factors.</summary>
    public required string Network { get; init; }

    /// <summary>Number of networks whose predictions are averaged.</summary>
    public required int Members { get; init; }

    /// <summary>Number of trained values.</summary>
    public required int Parameters { get; init; }

    /// <summary>Number of numeric features.</summary>
    public required int Features { get; init; }

    /// <summary>The category columns.</summary>
    public IReadOnlyList<string> CategoryColumns { get; init; } = [];

    /// <summary>The nominal coverage of prediction intervals or sets; null if the model has none.</summary>
    public double? NominalCoverage { get; init; }

    /// <summary>The temperature that scores are divided by; 1 for none.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The threshold of decisions, such as "0.5 of Probability"; null for tasks without one.</summary>
    public string? Threshold { get; init; }
}
