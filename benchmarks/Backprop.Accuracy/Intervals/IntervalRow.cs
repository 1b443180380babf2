using System.Globalization;

namespace Backprop.Accuracy.Intervals;

/// <summary>How the intervals or prediction sets of one method fared on one fold of one set.</summary>
/// <param name="Set">The set.</param>
/// <param name="Fold">The fold.</param>
/// <param name="Method">The method.</param>
/// <param name="Rows">Test rows.</param>
/// <param name="Covered">Those whose label is in the interval or set.</param>
/// <param name="Size">The mean width of intervals in units of the label, or the mean number of classes in a set.</param>
/// <param name="Empty">Sets without a class.</param>
/// <param name="Correlation">Spearman's correlation of the uncertainty with the absolute error, or with 1 − p of the true class.</param>
/// <param name="FitSeconds">Seconds of fitting.</param>
/// <param name="Commit">The commit that was checked out.</param>
/// <param name="Recipe">Which options; recipes.csv has their text. Empty for LightGBM.</param>
internal sealed record IntervalRow(
    string Set, int Fold, string Method, int Rows, int Covered, double Size, int Empty, double? Correlation, double FitSeconds,
    string Commit, string Recipe)
{
    public const string Header = "set,fold,method,rows,covered,size,empty,correlation,fit_seconds,commit,recipe";

    public static IntervalRow Parse(string line)
    {
        var cells = line.Split(',');
        return new IntervalRow(
            cells[0], int.Parse(cells[1], CultureInfo.InvariantCulture), cells[2], int.Parse(cells[3], CultureInfo.InvariantCulture),
            int.Parse(cells[4], CultureInfo.InvariantCulture), Number(cells[5]), int.Parse(cells[6], CultureInfo.InvariantCulture),
            cells[7].Length == 0 ? null : Number(cells[7]), Number(cells[8]), cells[9],
            cells[10]);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Set},{Fold},{Method},{Rows},{Covered},{Size:G6},{Empty},{Correlation:F4},{FitSeconds:G4},{Commit},{Recipe}");

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
