using System.Text.Json;
using Backprop.Losses;
using Backprop.Metrics;
using Backprop.Numerics;
using Backprop.Persistence;

namespace Backprop.Core.Tests.Golden;

/// <summary>Losses of groups against the published formulas, as PyTorch differentiates them in double. NDCG against
/// scikit-learn.</summary>
public class RankingTests
{
    private const double Absolute = 1e-6, Relative = 1e-6;

    private static readonly Contents Golden = GoldenFile.Read<Contents>("ranking");

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Golden.Cases.Length)];

    /// <summary>The losses that have golden values.</summary>
    internal static IEnumerable<Type> Losses => Golden.Cases.Select(one => one.ToLoss().GetType());

    [Theory, MemberData(nameof(Cases))]
    public void Value_and_gradient_of_a_group_are_the_golden_ones(int index)
    {
        var golden = Golden.Cases[index];
        var rows = golden.Scores.Length;
        var gradient = TestNumbers.Unassigned(rows);
        var value = golden.ToLoss().EvaluateGroup(
            new ReadOnlyMatrix(golden.Scores, rows, 1), new ReadOnlyMatrix(golden.Targets, rows, 1), new Matrix(gradient, rows, 1));
        Near.Equal($"{golden.Loss}", [golden.Value], [(float)value], Absolute, Relative);
        Near.Equal($"gradient of {golden.Loss}", golden.Gradient, gradient, Absolute, Relative);
    }

    [Fact]
    public void Ndcg_is_that_of_scikit_learn()
    {
        foreach (var group in Golden.Groups)
            for (var i = 0; i < group.Levels.Length; i++)
            {
                var metric = new NormalizedDiscountedCumulativeGain { TruncationLevel = group.Levels[i] };
                var scores = new ReadOnlyMatrix(group.Scores, group.Scores.Length, 1);
                var targets = new ReadOnlyMatrix(group.Targets, group.Targets.Length, 1);
                Assert.Equal(group.Values[i], metric.MeasureGroup(scores, scores, targets), 1e-12);
            }
    }

    private sealed record Contents(Case[] Cases, Group[] Groups);

    private sealed record Case(JsonElement Loss, float[] Scores, float[] Targets, double Value, double[] Gradient)
    {
        public GroupLoss ToLoss() => (GroupLoss)Loss.Deserialize<Loss>(HeaderJson.Options)!;
    }

    private sealed record Group(float[] Scores, float[] Targets, int[] Levels, double[] Values);
}
