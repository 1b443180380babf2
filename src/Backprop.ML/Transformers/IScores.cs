using Backprop.Networks;

namespace Backprop.ML.Transformers;

/// <summary>The outputs of a network for the current row of a cursor.</summary>
internal interface IScores
{
    /// <summary>[outputs], raw.</summary>
    ReadOnlySpan<float> Scores { get; }

    /// <summary>[outputs]: the predictions, which the link function of the loss computes from the scores.</summary>
    ReadOnlySpan<float> Predictions { get; }

    /// <summary>The ends of intervals, or the members of prediction sets (<see cref="UncertaintyScorer.Ends"/>); empty for a network
    /// without conformity scores.</summary>
    ReadOnlySpan<float> Ends { get; }

    /// <summary>[outputs]: the standard deviation of the members' predictions; empty for a network that does not report it.</summary>
    ReadOnlySpan<float> Uncertainties { get; }

    /// <summary>The activations of a hidden layer.</summary>
    /// <param name="index">The index among <see cref="TrainedNetwork.HiddenOutputs"/>.</param>
    ReadOnlySpan<float> HiddenOf(int index);
}

/// <summary>Chooses some of the outputs of a row.</summary>
internal delegate ReadOnlySpan<float> OutputPart(IScores row);
