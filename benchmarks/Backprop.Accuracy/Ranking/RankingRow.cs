using System.Globalization;

namespace Backprop.Accuracy.Ranking;

/// <summary>How one learner ranked one test group of a set.</summary>
/// <param name="Set">The set.</param>
/// <param name="Fold">The fold whose groups are the test.</param>
/// <param name="Learner">The learner.</param>
/// <param name="Group">The group.</param>
/// <param name="At5">NDCG@5.</param>
/// <param name="At10">NDCG@10.</param>
/// <param name="FitSeconds">Seconds of fitting of the whole fold.</param>
internal sealed record RankingRow(string Set, int Fold, string Learner, int Group, double At5, double At10, double FitSeconds)
{
    public const string Header = "set,fold,learner,group,ndcg5,ndcg10,fit_seconds";

    public static RankingRow Parse(string line)
    {
        var cells = line.Split(',');
        return new RankingRow(
            cells[0], int.Parse(cells[1], CultureInfo.InvariantCulture), cells[2], int.Parse(cells[3], CultureInfo.InvariantCulture),
            Number(cells[4]), Number(cells[5]), Number(cells[6]));
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Set},{Fold},{Learner},{Group},{At5:F5},{At10:F5},{FitSeconds:G4}");

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
