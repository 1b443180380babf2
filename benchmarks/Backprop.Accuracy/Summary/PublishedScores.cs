using System.Text;
using Backprop.Accuracy.Protocols;

namespace Backprop.Accuracy.Summary;

/// <summary>Scores that papers report for the same rows, or as near as can be had, beside ours.</summary>
internal static class PublishedScores
{
    private const string California = "MLP 0.4948, MLP-PLR 0.4597, TabM 0.4414, XGBoost 0.4327, all tuned",
        Adult = "MLP 0.854, MLP-PLR 0.869, XGBoost 0.872, all tuned", Dropout = "Monte-Carlo dropout, tuned: ";

    private static readonly Score[] _scores =
    [
        new("california8", "california8", "default", California, 0.46),
        new("california8", "california8", "best", California, 0.445),
        new("test", "adult", "default", Adult, 0.866),
        new("test", "letter", "default", "RealMLP 0.984, LightGBM tuned 0.965 (other splits)", 0.982),
        new("splits", "concrete", "default", $"{Dropout}4.827 ± 0.161", 4.827),
        new("splits", "energy_heating", "default", $"{Dropout}0.539 ± 0.014", 0.539),
        new("splits", "kin8nm", "default", $"{Dropout}0.0789 ± 0.0006", 0.0789),
        new("splits", "naval_compressor", "default", $"{Dropout}0.000743 ± 0.000050", 0.000743),
        new("splits", "power_plant", "default", $"{Dropout}4.014 ± 0.037", 4.014),
        new("splits", "wine_quality_red", "default", $"{Dropout}0.622 ± 0.008", null),
        new("splits", "yacht", "default", $"{Dropout}0.666 ± 0.049", null),
    ];

    /// <summary>Published, aimed at, measured; and what LightGBM and scikit-learn's MLP reach on the same rows here.</summary>
    public static string Table(ScoreBoard board)
    {
        var text = new StringBuilder(
            "| set | rows | published | aim | preset | measured | met | LightGbm here | scikit-learn MLP here |\n| --- | --- | --- | --- " +
                "| --- | --- | --- | --- | --- |\n");
        foreach (var score in _scores)
        {
            var cell = Complete(score.Learner);
            var isAccuracy = score.Protocol == "test";
            var met = cell is null || score.Aim is not { } aim
                ? ""
                : (isAccuracy ? cell.Mean >= aim : -cell.Mean <= aim) ? "yes"
                : "**no**";
            var sign = isAccuracy ? "accuracy ≥" : "RMSE ≤";
            text.Append(
                $"| {score.Set} | {RowsOf(score.Protocol)} | {score.Published} | {(score.Aim is { } number ? $"{sign} {number}" : "")} | " +
                    $"{char.ToUpperInvariant(score.Learner[0])}{score.Learner[1..]} | {cell} | {met} | {Complete("lightgbm")} | " +
                        $"{Complete("sklearn-mlp")} |\n");

            Cell? Complete(string learner) => board.Find(score.Protocol, score.Set, learner) is { IsComplete: true } found ? found : null;
        }
        return text.ToString();
    }

    private static string RowsOf(string protocol) => protocol switch
    {
        "test" => "original test file",
        "splits" => "20 published splits",
        _ => $"{Protocol.All.Single(other => other.Name == protocol).Count} random splits 64/16/20",
    };

    /// <summary>One of them.</summary>
    /// <param name="Protocol">Which rows.</param>
    /// <param name="Set">Which set.</param>
    /// <param name="Learner">Which preset is measured.</param>
    /// <param name="Published">What others report.</param>
    /// <param name="Aim">What we aim at: accuracy for the original tests, RMSE otherwise; null for nothing.</param>
    private sealed record Score(string Protocol, string Set, string Learner, string Published, double? Aim);
}
