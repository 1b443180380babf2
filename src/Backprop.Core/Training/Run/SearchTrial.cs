namespace Backprop.Training;

/// <summary>A training of a search.</summary>
/// <param name="Number">The number of its values, from 0 on. 0 has the values of the preset.</param>
/// <param name="Values">The options that differ from the preset, and their values.</param>
/// <param name="NumberOfIterations">Epochs that were planned.</param>
/// <param name="IsShort">Whether it trained with a part of the epochs only.</param>
/// <param name="Loss">The loss of its predictions of the rows that it held out.</param>
/// <param name="BestLoss">The smallest such loss of all trials so far.</param>
/// <param name="Cost">Its cost, as a multiple of that of the first trial.</param>
/// <param name="Duration">The time that it took.</param>
public sealed record SearchTrial(
    int Number, IReadOnlyDictionary<string, object?> Values, int NumberOfIterations, bool IsShort, double Loss, double BestLoss,
    double Cost, TimeSpan Duration)
{
    /// <summary>How often it counts in the blend; 0 if it was not selected, or while the search goes on.</summary>
    public int Copies { get; init; }
}
