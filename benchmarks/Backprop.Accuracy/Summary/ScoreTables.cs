using System.Text;
using Backprop.Accuracy.Learners;

namespace Backprop.Accuracy.Summary;

/// <summary>What every learner reached on every set, and where the reference is behind.</summary>
internal static class ScoreTables
{
    /// <summary>A row for each set, a column for each learner; the best is bold.</summary>
    public static string Scores(ScoreBoard board, string protocol, bool classification)
    {
        var sets = board.Sets(protocol).Where(set => board.Learners.Any(learner => board.Find(protocol, set, learner.Key) is { Scores.Length: > 0 } cell && cell.IsClassification == classification)).ToArray();
        if (sets.Length == 0) return "None yet.\n";
        Learner[] learners = [.. board.Learners.Where(learner => sets.Any(set => board.Find(protocol, set, learner.Key) is not null))];
        var text = new StringBuilder($"| set | {string.Join(" | ", learners.Select(learner => learner.Name))} |\n|{string.Concat(Enumerable.Repeat(" --- |", learners.Length + 1))}\n");
        foreach (var set in sets)
        {
            var best = learners.Select(learner => board.Find(protocol, set, learner.Key)).OfType<Cell>().Where(cell => cell.IsComplete).Select(cell => cell.Mean).DefaultIfEmpty(double.NaN).Max();
            text.Append($"| {set} | {string.Join(" | ", learners.Select(learner => Text(board.Find(protocol, set, learner.Key), best)))} |\n");
        }
        return text.ToString();
    }

    /// <summary>The sets where another learner is better than the reference by more than one standard error of the paired difference, the worst first.</summary>
    public static string Behind(ScoreBoard board)
    {
        var text = new StringBuilder("| set | best | its score | Default | behind by, standard errors |\n| --- | --- | --- | --- | --- |\n");
        var rows = 0;
        foreach (var (ours, best, difference) in board.Sets("folds").Select(set => BestOther(board, set)).OfType<(Cell, Cell, PairedDifference)>().Where(row => row.Item3.IsLoss).OrderBy(row => row.Item3.InStandardErrors))
        {
            text.Append($"| {ours.Set} | {best.Learner.Name} | {best} | {ours} | {-difference.InStandardErrors:F1} |\n");
            rows++;
        }
        return rows > 0 ? text.ToString() : "None.\n";
    }

    private static (Cell Ours, Cell Best, PairedDifference Difference)? BestOther(ScoreBoard board, string set)
    {
        var ours = board.Find("folds", set, Standings.Reference);
        var best = board.Learners.Where(learner => !learner.IsOurs).Select(learner => board.Find("folds", set, learner.Key)).OfType<Cell>().Where(cell => cell.IsComplete).MaxBy(cell => cell.Mean);
        return ours is { IsComplete: true } && best is not null ? (ours, best, PairedDifference.Of(ours, best)) : null;
    }

    private static string Text(Cell? cell, double best) => cell switch
    {
        null => "",
        { IsComplete: true } => cell.Mean == best ? $"**{cell}**" : $"{cell}",
        { Failure: { } why } => why.StartsWith("time", StringComparison.Ordinal) ? why.Replace("time limit", "over", StringComparison.Ordinal) : "failed",
        _ => "",
    };
}
