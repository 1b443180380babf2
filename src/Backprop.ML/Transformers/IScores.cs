namespace Backprop.ML.Transformers;

/// <summary>What a network makes of the row that somebody stands on.</summary>
internal interface IScores
{
    /// <summary>[outputs], raw.</summary>
    ReadOnlySpan<float> Scores { get; }

    /// <summary>[outputs]: what the loss's link makes of them.</summary>
    ReadOnlySpan<float> Predictions { get; }
}
