namespace Backprop.ML.Transformers;

/// <summary>The outputs of a network for the current row of a cursor.</summary>
internal interface IScores
{
    /// <summary>[outputs], raw.</summary>
    ReadOnlySpan<float> Scores { get; }

    /// <summary>[outputs]: the predictions, which the link function of the loss computes from the scores.</summary>
    ReadOnlySpan<float> Predictions { get; }
}
