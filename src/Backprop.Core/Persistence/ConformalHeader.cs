using System.Text.Json.Serialization;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Uncertainty;

namespace Backprop.Persistence;

/// <summary>The facts of a <see cref="ConformalCalibration"/> without its conformity scores.</summary>
/// <param name="Coverage">The nominal coverage.</param>
/// <param name="Rows">Number of held-out rows.</param>
/// <param name="Rank">The rank among the scores that are kept.</param>
/// <param name="Targets">Number of targets.</param>
/// <param name="Counts">Number of scores that each member keeps for a target.</param>
internal sealed record ConformalHeader(double Coverage, int Rows, int Rank, int Targets, IReadOnlyList<int> Counts)
{
    /// <summary>Number of scores of all targets and members.</summary>
    [JsonIgnore]
    public long ScoreCount => Targets * Counts.Sum(count => (long)count);

    public static ConformalHeader Of(ConformalCalibration conformal) => new(
        conformal.Coverage, conformal.Rows, conformal.Rank, conformal.Targets,
        [.. Enumerable.Range(0, conformal.Members).Select(member => conformal.ScoresOf(0, member).Length)]);

    /// <summary>Checks that the counts are possible for a network.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public void Check(Loss loss, Network network)
    {
        if (Counts is not { Count: > 0 } counts || (counts.Count != 1 && counts.Count != network.EnsembleSize)
            || Targets != loss.ConformityScoresOf(network.Outputs) || counts.Any(count => count is < 0 or > ConformalCalibration.MaxScores))
        {
            throw new ArgumentException(
                $"A calibration of {Targets} targets by {Counts?.Count ?? 0} members does not fit network {network} with {loss}.");
        }
    }
}
