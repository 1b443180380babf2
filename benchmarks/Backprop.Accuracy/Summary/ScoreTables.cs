using System.Text;
using Backprop.Accuracy.Learners;

namespace Backprop.Accuracy.Summary;

/// <summary>What every learner reached on every set, and where the reference is behind.</summary>
internal static class ScoreTables
{
    private const int Far = 3;

    /// <summary>A row for each set, a column for each learner; the best is bold.</summary>
    public static string Scores(ScoreBoard board, string protocol, bool classification)
    {
        var sets = board.Sets(protocol)
            .Where(
                set =>
                    board.Learners.Any(
                        learner =>
                            board.Find(protocol, set, learner.Key) is { Scores.Length: > 0 } cell
                                && cell.IsClassification == classification))
            .ToArray();
        if (sets.Length == 0) return "None yet.\n";
        Learner[] learners = [.. board.Learners.Where(learner => sets.Any(set => board.Find(protocol, set, learner.Key) is not null))];
        var text = Head(learners);
        foreach (var set in sets)
        {
            var best = learners.Select(learner => board.Find(protocol, set, learner.Key)).OfType<Cell>().Where(cell => cell.IsComplete)
                .Select(cell => cell.Mean).DefaultIfEmpty(double.NaN).Max();
            text.Append(
                $"| {set} | {string.Join(" | ", learners.Select(learner => Text(board.Find(protocol, set, learner.Key), best)))} |\n");
        }
        return text.ToString();
    }

    /// <summary>Log-losses of the learners that predict probabilities: a row for each set, and a last one that says on how many the
    /// reference has the smaller one.</summary>
    public static string LogLosses(ScoreBoard board)
    {
        string[] sets = [.. board.Sets("folds").Where(set => LogLossOf(board, set, Standings.Reference) is not null)];
        Learner[] learners = [.. board.Learners.Where(learner => sets.Any(set => LogLossOf(board, set, learner.Key) is not null))];
        var text = Head(learners);
        foreach (var set in sets)
        {
            double?[] values = [.. learners.Select(learner => LogLossOf(board, set, learner.Key))];
            text.Append(
                $"| {set} | {string.Join(" | ", values.Select(value => value == values.Min() ? $"**{value:F4}**" : $"{value:F4}"))} |\n");
        }
        var counts = learners.Select(learner =>
        {
            var shared = sets.Where(set => LogLossOf(board, set, learner.Key) is not null).ToArray();
            return learner.Key == Standings.Reference
                ? ""
                : $"{shared.Count(set => LogLossOf(board, set, Standings.Reference) < LogLossOf(board, set, learner.Key))} of " +
                    $"{shared.Length}";
        });
        return text.Append($"| Default's is smaller on | {string.Join(" | ", counts)} |\n").ToString();
    }

    /// <summary>The sets where another learner is better than the reference by more than one standard error of the paired difference, the
    /// worst first.</summary>
    public static string Behind(ScoreBoard board)
    {
        var text = new StringBuilder(
            "| set | best | kind | its score | Default | behind by, standard errors |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (
            var (ours, best, difference) in BestOthers(board, _ => true).Where(row => row.Difference.IsLoss)
                .OrderBy(row => row.Difference.InStandardErrors))
            text.Append(
                $"| {ours.Set} | {best.Learner.Name} | {best.Learner.Family} | {best} | {ours} | {-difference.InStandardErrors:F1} |\n");
        return text.ToString();
    }

    /// <summary>How often the best of the trees is better than the reference, and where by far, in words.</summary>
    public static string Trees(ScoreBoard board)
    {
        var rows = BestOthers(board, learner => learner.Family == Learner.Trees).ToArray();
        string[] far = [.. rows.Where(row => row.Difference.IsLoss && row.Difference.InStandardErrors < -Far).Select(row => row.Ours.Set)];
        var (behind, ahead) = (rows.Count(row => row.Difference.IsLoss), rows.Count(row => row.Difference.IsWin));
        var names = far.Length > 0 ? $": {string.Join(", ", far)}" : "";
        return $"The best of the four tree learners is better than Default by more than one standard error on {behind} of {rows.Length} " +
            $"sets.\n" +
            $"The best tree learner is worse by more than one on {ahead}.\n" +
            $"The best tree learner is better by more than {Far} standard errors on {far.Length}{names}.\n";
    }

    // The best of some learners of others beside the reference, on every set that both have finished.
    private static IEnumerable<(
        Cell Ours, Cell Best, PairedDifference Difference)> BestOthers(ScoreBoard board, Func<Learner, bool> isWanted) =>
        board.Sets("folds").Select(set => BestOther(board, set, isWanted)).OfType<(Cell, Cell, PairedDifference)>();

    private static (Cell, Cell, PairedDifference)? BestOther(ScoreBoard board, string set, Func<Learner, bool> isWanted)
    {
        var ours = board.Find("folds", set, Standings.Reference);
        var best = board.Learners.Where(learner => !learner.IsOurs && isWanted(learner))
            .Select(learner => board.Find("folds", set, learner.Key)).OfType<Cell>().Where(cell => cell.IsComplete)
            .MaxBy(cell => cell.Mean);
        return ours is { IsComplete: true } && best is not null ? (ours, best, PairedDifference.Of(ours, best)) : null;
    }

    private static double? LogLossOf(ScoreBoard board, string set, string learner) => board.Find("folds", set, learner)?.LogLoss;

    private static StringBuilder Head(Learner[] learners) =>
        new(
            $"| set | {string.Join(" | ", learners.Select(learner => learner.Name))} " +
                $"|\n|{string.Concat(Enumerable.Repeat(" --- |", learners.Length + 1))}\n");

    private static string Text(Cell? cell, double best) => cell switch
    {
        null => "",
        { IsComplete: true } => cell.Mean == best ? $"**{cell}**" : $"{cell}",
        { Failure: { } why } =>
            why.StartsWith("time", StringComparison.Ordinal) ? why.Replace("time limit", "over", StringComparison.Ordinal) : "failed",
        _ => "",
    };
}
