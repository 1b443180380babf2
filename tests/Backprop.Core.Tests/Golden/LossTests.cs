using System.Text.Json;
using Backprop.Losses;
using Backprop.Numerics;
using Backprop.Persistence;

namespace Backprop.Core.Tests.Golden;

/// <summary>Value and slope of every loss, row by row: PyTorch's where it has the loss, otherwise the published formula as PyTorch
/// differentiates it in double.</summary>
public class LossTests
{
    // PyTorch's float32 itself is up to 2e-6 away from its float64 where losses are about 10.
    private const double Absolute = 1e-6, Relative = 1e-6;

    private static readonly Dictionary<string, Case> CasesByName = GoldenFile.Read<Contents>("losses").Cases.ToDictionary(
        c => $"{c.Loss}, {c.Targets.Length} targets");

    public static TheoryData<string> Cases => [.. CasesByName.Keys];

    [Theory, MemberData(nameof(Cases))]
    public void Value_and_slope_are_the_golden_ones(string name)
    {
        var golden = CasesByName[name];
        var rows = golden.Losses.Length;
        float[] losses = TestNumbers.Unassigned(rows), gradient = TestNumbers.Unassigned(golden.Scores.Length);
        golden.ToLoss().EvaluateRows(
            new ReadOnlyMatrix(golden.Scores, rows, golden.Scores.Length / rows),
            new ReadOnlyMatrix(golden.Targets, rows, golden.Targets.Length / rows),
            losses, new Matrix(gradient, rows, golden.Scores.Length / rows));
        Near.Equal("loss", golden.Losses, losses, Absolute, Relative);
        Near.Equal("slope", golden.Gradient, gradient, Absolute, Relative);
    }

    [Fact]
    public void Every_loss_has_a_golden_value()
    {
        // SquaredError stands in gradients.json, losses of groups in ranking.json.
        var golden = CasesByName.Values.Select(c => c.ToLoss().GetType()).Append(typeof(SquaredError)).Concat(RankingTests.Losses);
        Assert.Empty(Loss.All.Select(loss => loss.GetType()).Except(golden));
    }

    private sealed record Contents(Case[] Cases);

    private sealed record Case(JsonElement Loss, float[] Scores, float[] Targets, double[] Losses, double[] Gradient)
    {
        public Loss ToLoss() => Loss.Deserialize<Loss>(HeaderJson.Options)!;
    }
}
