using System.Text;
using Backprop.Accuracy.Data;

namespace Backprop.Accuracy.Summary;

/// <summary>Our presets beside each other: what is lost or gained against the reference, and what it costs.</summary>
internal static class PresetTable
{
    private const int ManyRows = 5000;

    public static string Of(ScoreBoard board, Manifest manifest)
    {
        var large = manifest.Entries.Where(entry => entry.Rows > ManyRows).Select(entry => entry.Name).ToHashSet();
        var text = new StringBuilder($"""
            Columns with × are multiples of Default's. The last column is a multiple of the time of scikit-learn's MLP.

            | preset | sets | mean score × | accuracy × | RMSE × | fit × | fit above {ManyRows:N0} rows |
            | --- | --- | --- | --- | --- | --- | --- |

            """);
        foreach (var learner in board.Learners.Where(learner => learner.IsOurs))
        {
            var pairs = board.Pairs("folds", learner.Key, Standings.Reference).ToArray();
            var peers = board.Pairs("folds", learner.Key, "sklearn-mlp").Where(pair => large.Contains(pair.One.Set)).ToArray();
            text.Append(
                $"| {learner.Name} | {pairs.Length} | {MeanScore(pairs)} | " +
                    $"{Ratio(pairs.Where(pair => pair.One.IsClassification), cell => cell.Mean)} | " +
                        $"{Ratio(pairs.Where(pair => !pair.One.IsClassification), cell => -cell.Mean)} | " +
                            $"{Times(board, pairs)} | {Times(board, peers)} |\n");
        }
        return text.ToString();
    }

    // Accuracies and R² have the same scale, so a mean over all sets makes sense.
    private static string MeanScore((Cell One, Cell Other)[] pairs) =>
        pairs.Length == 0 ? "" : $"{pairs.Average(pair => pair.One.Quality) / pairs.Average(pair => pair.Other.Quality):F4}";

    private static string Ratio(IEnumerable<(Cell One, Cell Other)> pairs, Func<Cell, double> figure) =>
        GeometricMean(pairs.Select(pair => figure(pair.One) / figure(pair.Other)));

    // Two learners may have been measured on different days, and so on different machines.
    private static string Times(ScoreBoard board, IEnumerable<(Cell One, Cell Other)> pairs) =>
        GeometricMean(pairs.Select(pair => Time(board, pair.One) / Time(board, pair.Other)).OfType<double>());

    private static double? Time(ScoreBoard board, Cell cell) => board.RelativeTime(cell, row => row.FitProcessorSeconds);

    private static string GeometricMean(IEnumerable<double> ratios)
    {
        double[] logarithms = [.. ratios.Select(ratio => Math.Log(ratio))];
        return logarithms.Length == 0 ? "" : $"{Math.Exp(logarithms.Average()):F3}";
    }
}
