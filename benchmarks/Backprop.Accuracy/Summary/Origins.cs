using System.Text;
using Backprop.Accuracy.Results;

namespace Backprop.Accuracy.Summary;

/// <summary>What the results come from: recipes, commits, days, and how busy the machine was with something else.</summary>
internal static class Origins
{
    // Half a processor: more than what an idle system does by itself.
    private const double Disturbing = 0.5;

    public static string Table(ScoreBoard board)
    {
        var text = new StringBuilder(
            "| learner | task | recipe | results | commits | days | beside other work |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var learner in board.Learners)
            foreach (
                var task in board.Cells.Where(cell => cell.Learner == learner).SelectMany(cell => cell.Rows)
                    .Where(row => row.Measures is not null).GroupBy(TaskOf))
            {
                string[] recipes = [.. task.Select(row => row.Recipe).Distinct()], commits = [.. task.Select(row => row.Commit).Distinct()];
                var mixed = recipes.Length > 1 ? "**mixed:** " : "";
                text.Append(
                    $"| {learner.Name} | {task.Key} | {mixed}{string.Join(", ", recipes)} | {task.Count()} | " +
                        $"{string.Join(", ", commits)} | {task.Min(row => row.Date)} – {task.Max(row => row.Date)} | " +
                            $"{task.Count(row => row.Others > Disturbing)} |\n");
            }
        return text.ToString();
    }

    // Only results of two classes have an area under the curve.
    private static string TaskOf(ResultRow row) => row.Measures switch
    {
        { RootMeanSquaredError: not null } => "regression",
        { AreaUnderCurve: not null } => "binary",
        _ => "multiclass",
    };
}
