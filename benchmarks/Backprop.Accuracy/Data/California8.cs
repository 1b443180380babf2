using System.Globalization;

namespace Backprop.Accuracy.Data;

/// <summary>California housing as scikit-learn and the published comparisons have it: eight numbers, the target in 100,000
/// dollars.</summary>
/// <remarks>
/// Computed from the raw counts of the districts. The 207 rows that lack total_bedrooms, which were blanked out at random in this copy of
/// the data, are left out: 20,433 remain of 20,640.
/// </remarks>
internal static class California8
{
    public const string Name = "california8";

    private static readonly string[] _columns = [
        "MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude", "Longitude", "MedHouseVal"];

    public static DataSet Of(DataSet housing)
    {
        var place = housing.Columns.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i);
        var rows = housing.Rows.Select(row => row.Split(',')).Where(cells => cells[place["total_bedrooms"]] != "NaN").Select(Row);
        return new DataSet(Name, TaskKind.Regression, _columns, [], [new DataPart("all", [.. rows])]);

        string Row(string[] cells)
        {
            double Cell(string name) => double.Parse(cells[place[name]], CultureInfo.InvariantCulture);
            var households = Cell("households");
            double[] numbers =
            [
                Cell("median_income"), Cell("housing_median_age"), Cell("total_rooms") / households, Cell("total_bedrooms") / households,
                Cell("population"), Cell("population") / households, Cell("latitude"), Cell("longitude"),
                Cell("median_house_value") / 100_000,
            ];
            return string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
