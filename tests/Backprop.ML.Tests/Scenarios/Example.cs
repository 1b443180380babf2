namespace Backprop.ML.Tests.Scenarios;

/// <summary>Three features and a label for each task. Main matters most, Side a little, Noise not at all.</summary>
internal sealed class Example
{
    public float Main { get; set; }

    public float Side { get; set; }

    public float Noise { get; set; }

    /// <summary>Label of a binary classification.</summary>
    public bool Flag { get; set; }

    /// <summary>Label of a multiclass classification: high, low, middle.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Label of a regression.</summary>
    public float Value { get; set; }

    /// <summary>A second flag, for a multi-label classification: whether Side is above 0.</summary>
    public bool Aside { get; set; }

    public float Weight { get; set; } = 1;
}
