using System.Globalization;

namespace Backprop.Accuracy.Anomaly;

/// <summary>How well one learner found the anomalies of one fold of one set.</summary>
/// <param name="Set">The set.</param>
/// <param name="Fold">The fold.</param>
/// <param name="Learner">The learner.</param>
/// <param name="Normal">Normal test rows.</param>
/// <param name="Anomalies">Anomalies; all are tested.</param>
/// <param name="AreaUnderRocCurve">Of the scores.</param>
/// <param name="DetectionRate">The share of anomalies above all but 10 normal rows.</param>
/// <param name="FalseAlarms">The share of normal rows that the learner calls anomalies.</param>
/// <param name="Detected">The share of anomalies that the learner calls anomalies.</param>
/// <param name="FitSeconds">Seconds of fitting.</param>
/// <param name="Commit">The commit that was checked out.</param>
internal sealed record AnomalyRow(
    string Set, int Fold, string Learner, int Normal, int Anomalies, double AreaUnderRocCurve, double DetectionRate, double FalseAlarms,
    double Detected, double FitSeconds, string Commit)
{
    public const string Header =
        "set,fold,learner,normal,anomalies,area_under_roc_curve,detection_rate,false_alarms,detected,fit_seconds,commit";

    public static AnomalyRow Parse(string line)
    {
        var cells = line.Split(',');
        return new AnomalyRow(
            cells[0], int.Parse(cells[1], CultureInfo.InvariantCulture), cells[2], int.Parse(cells[3], CultureInfo.InvariantCulture),
            int.Parse(cells[4], CultureInfo.InvariantCulture), Number(cells[5]), Number(cells[6]), Number(cells[7]), Number(cells[8]),
            Number(cells[9]), cells[10]);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Set},{Fold},{Learner},{Normal},{Anomalies},{AreaUnderRocCurve:F4},{DetectionRate:F4},{FalseAlarms:F4},{Detected:F4},")
        + string.Create(CultureInfo.InvariantCulture, $"{FitSeconds:G4},{Commit}");

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
