using System.Text;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Learners;

namespace Backprop.Accuracy.Summary;

/// <summary>Two pages of docs/measurements: accuracy.md with the overview, and accuracy-tables.md with a row for each data set. Text above
/// the marker is written by hand, text below it is made of the results.</summary>
internal static class AccuracyPage
{
    private const string Marker = "<!-- The rest of this page is written by benchmarks/accuracy.sh summary --write. -->";
    private const string PlotFolder = "plots";

    /// <summary>Prints the tables; with <paramref name="write"/> also writes them, and plots, into the pages.</summary>
    public static void Make(bool write)
    {
        var board = new ScoreBoard(Learner.All);
        if (!board.Cells.Any()) throw new FormatException("There are no results yet: accuracy.sh run makes them.");
        Console.WriteLine(Overview(board, []));
        Console.WriteLine(Tables(board));
        if (write) Write(board);
    }

    private static void Write(ScoreBoard board)
    {
        var plots = Plots.Draw(board, Repository.Path("docs", "measurements", PlotFolder)).ToArray();
        MeasurementPage.WriteBelow("accuracy.md", Marker, Overview(board, plots));
        MeasurementPage.WriteBelow("accuracy-tables.md", Marker, Tables(board));
    }

    private static string Overview(ScoreBoard board, (string File, string Caption)[] plots)
    {
        var text = new StringBuilder();
        text.Append($"{Measured(board)} {board.Sets("folds").Count} sets in five folds.\n\n");
        text.Append($"## Standings\n\n{Standings.Table(board)}\n");
        foreach (var (file, caption) in plots) text.Append($"![{caption}]({PlotFolder}/{file})\n\n");
        if (board.Pairs("folds", Standings.Reference, Standings.Reference).Any())
        {
            text.Append($"## Where Default is behind\n\n{ScoreTables.Trees(board)}\n{ScoreTables.Behind(board)}\n");
            text.Append($"## Presets\n\n{PresetTable.Of(board, new Manifest())}");
        }
        return text.ToString();
    }

    private static string Tables(ScoreBoard board)
    {
        var text = new StringBuilder();
        text.Append($"{Measured(board)}\n\n");
        text.Append($"## Published scores\n\n{PublishedScores.Table(board)}\n");
        text.Append($"## Accuracy in five folds\n\n{ScoreTables.Scores(board, "folds", classification: true)}\n");
        text.Append($"## Log-loss in five folds\n\n{ScoreTables.LogLosses(board)}\n");
        text.Append($"## RMSE in five folds\n\n{ScoreTables.Scores(board, "folds", classification: false)}\n");
        text.Append($"## Accuracy on original test files\n\n{ScoreTables.Scores(board, "test", classification: true)}\n");
        text.Append($"## RMSE on twenty published splits\n\n{ScoreTables.Scores(board, "splits", classification: false)}\n");
        var california = ScoreTables.Scores(board, "california8", classification: false);
        text.Append($"## RMSE on California housing, eight features\n\n{california}\n");
        text.Append($"## Accuracy on generated tables\n\n{ScoreTables.Scores(board, "generated", classification: true)}\n");
        text.Append($"## RMSE on generated tables\n\n{ScoreTables.Scores(board, "generated", classification: false)}\n");
        text.Append($"## Origin of the results\n\n{Origins.Table(board)}");
        return text.ToString();
    }

    private static string Measured(ScoreBoard board)
    {
        string[] days = [.. board.Cells.SelectMany(cell => cell.Rows).Select(row => row.Date).Order(StringComparer.Ordinal)];
        return $"Measured from {days[0]} to {days[^1]}.";
    }
}
