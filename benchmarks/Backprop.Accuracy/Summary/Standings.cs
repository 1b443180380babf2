using System.Text;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Results;

namespace Backprop.Accuracy.Summary;

/// <summary>One line for every learner: its rank, how the default preset fares against it, and what it costs.</summary>
internal static class Standings
{
    /// <summary>The learner that all others are compared with.</summary>
    public const string Reference = "default";

    // Of how many percent of the sets the reference is to be better.
    private static readonly Dictionary<string, int> _aims = new() { ["sklearn-mlp"] = 85, ["lightgbm"] = 60, ["fasttree"] = 60 };

    /// <summary>The learners of others, and the reference: without our other presets, which crowd its neighbourhood.</summary>
    public static IReadOnlyList<Learner> WithoutOtherPresets(ScoreBoard board) =>
        [.. board.Learners.Where(learner => !learner.IsOurs || learner.Key == Reference)];

    public static string Table(ScoreBoard board)
    {
        var text = new StringBuilder("""
            Rank 2 is the mean rank without Fast and Best. Times (fit ×, predict ×) are multiples of LightGbm's on the same day.

            | learner | sets | unfinished | mean rank | rank 2 | Default better on | wins | ties | losses | fit × | predict × |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |

            """);
        var few = WithoutOtherPresets(board);
        foreach (var learner in board.Learners.OrderBy(learner => board.MeanRank("folds", learner, board.Learners).Mean))
        {
            var (rank, sets) = board.MeanRank("folds", learner, board.Learners);
            if (sets == 0) continue;
            var unfinished = board.Sets("folds").Count(
                set => board.Find("folds", set, learner.Key) is { IsComplete: false, Failure: not null });
            var rankAmongFew = few.Contains(learner) ? $"{board.MeanRank("folds", learner, few).Mean:F2}" : "";
            text.Append(
                $"| {learner.Name} | {sets} | {unfinished} | {rank:F2} | {rankAmongFew} | {Against(board, learner)} | " +
                    $"{Ratio(board, learner, row => row.FitProcessorSeconds)} | {Ratio(board, learner, row => row.PredictSeconds)} |\n");
        }
        return text.ToString();
    }

    /// <summary>How many times as long a learner needs as LightGBM: the geometric mean over the sets; null where there are none.</summary>
    public static double? RelativeTime(ScoreBoard board, Learner learner, Func<ResultRow, double> seconds)
    {
        double[] ratios = [
            .. board.Sets("folds").Select(set => board.Find("folds", set, learner.Key)).Where(cell => cell is { IsComplete: true })
                .Select(cell => board.RelativeTime(cell!, seconds)).OfType<double>().Select(ratio => Math.Log(ratio))];
        return ratios.Length == 0 ? null : Math.Exp(ratios.Average());
    }

    private static string Against(ScoreBoard board, Learner learner)
    {
        PairedDifference[] differences = learner.Key == Reference
            ? []
            : [.. board.Pairs("folds", Reference, learner.Key).Select(pair => PairedDifference.Of(pair.One, pair.Other))];
        if (differences.Length == 0) return " | | | ";
        var aim = _aims.TryGetValue(learner.Key, out var percent) ? $"; aim {percent} %" : "";
        int better = differences.Count(difference => difference.Mean > 0 && !difference.IsNone),
            equal = differences.Count(difference => difference.IsNone);
        return $"{better} of {differences.Length} ({100.0 * better / differences.Length:F0} " +
            $"%{aim}){(equal == 0 ? "" : $", equal on {equal}")} | {differences.Count(difference => difference.IsWin)} | " +
                $"{differences.Count(difference => difference.IsTie)} | {differences.Count(difference => difference.IsLoss)}";
    }

    private static string Ratio(ScoreBoard board, Learner learner, Func<ResultRow, double> seconds) =>
        RelativeTime(board, learner, seconds) is { } ratio ? $"{ratio:G3}" : "";
}
