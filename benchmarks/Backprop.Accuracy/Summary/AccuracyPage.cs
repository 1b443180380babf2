using System.Runtime.InteropServices;
using System.Text;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Learners;

namespace Backprop.Accuracy.Summary;

/// <summary>docs/measurements/accuracy.md: what stands above the marker is written by hand, what stands below is made of the results.</summary>
internal static class AccuracyPage
{
    private const string Marker = "<!-- The rest of this page is written by benchmarks/accuracy.sh summary --write. -->";

    /// <summary>Prints the tables; with <paramref name="write"/> puts them, and plots, into the page.</summary>
    public static void Make(bool write)
    {
        var board = new ScoreBoard(Learner.All);
        if (!board.Cells.Any()) throw new FormatException("There are no results yet: accuracy.sh run makes them.");
        Console.WriteLine(Tables(board, []));
        if (write) Write(board);
    }

    private static void Write(ScoreBoard board)
    {
        var page = Repository.Path("docs", "measurements", "accuracy.md");
        var text = File.ReadAllText(page);
        var marker = text.IndexOf(Marker, StringComparison.Ordinal);
        if (marker < 0) throw new InvalidDataException($"{page} has lost the line that the tables go below: {Marker}");
        var plots = Plots.Draw(board, Repository.Path("docs", "measurements", "plots")).ToArray();
        File.WriteAllText(page, $"{text[..(marker + Marker.Length)]}\n\n{Tables(board, plots)}");
    }

    private static string Tables(ScoreBoard board, (string File, string Caption)[] plots)
    {
        var text = new StringBuilder();
        text.Append(
            $"{DateTime.UtcNow:yyyy-MM-dd}, {Processor()}, {Environment.ProcessorCount} processors; " +
                $"{RuntimeInformation.FrameworkDescription}; {board.Sets("folds").Count} sets in five folds.\n\n");
        text.Append($"## Standings\n\n{Standings.Table(board)}\n");
        foreach (var (file, caption) in plots) text.Append($"![{caption}](accuracy/{file})\n\n");
        if (board.Pairs("folds", Standings.Reference, Standings.Reference).Any())
        {
            text.Append($"## Where Default is behind\n\n{ScoreTables.Trees(board)}\n{ScoreTables.Behind(board)}\n");
            text.Append($"## Presets\n\n{PresetTable.Of(board, new Manifest())}\n");
        }
        text.Append($"## Published scores\n\n{PublishedScores.Table(board)}\n");
        text.Append($"## Accuracy in five folds\n\n{ScoreTables.Scores(board, "folds", classification: true)}\n");
        text.Append($"## Log-loss in five folds\n\n{ScoreTables.LogLosses(board)}\n");
        text.Append($"## RMSE in five folds\n\n{ScoreTables.Scores(board, "folds", classification: false)}\n");
        text.Append($"## Accuracy on original test files\n\n{ScoreTables.Scores(board, "test", classification: true)}\n");
        text.Append($"## RMSE on twenty published splits\n\n{ScoreTables.Scores(board, "splits", classification: false)}\n");
        text.Append($"## RMSE on California housing, eight numbers\n\n{ScoreTables.Scores(board, "california8", classification: false)}\n");
        text.Append($"## Origin of the results\n\n{Origins.Table(board)}");
        return text.ToString();
    }

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
}
