using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Tests.Conformance;

/// <summary>Rows that nothing can be learned from are left out, counted and reported.</summary>
public class BadRowTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];

    public BadRowTests() => _ml.Log += (_, e) =>
    {
        if (e.Kind == ChannelMessageKind.Warning) _warnings.Add(e.RawMessage);
    };

    public static TheoryData<string> Labels => EdgeRows.Labels;

    [Theory, MemberData(nameof(Labels))]
    public void Rows_with_missing_or_infinite_features_are_skipped_and_counted(string label) =>
        Skips(label, features: 3, labels: 0, weights: 0, row => row.Index switch
        {
            2 => row with { Features = [float.NaN, 0, 0] },
            5 => row with { Features = [0, 0, float.PositiveInfinity] },
            11 => row with { Features = [0, float.NegativeInfinity, float.NaN] },
            _ => row,
        });

    [Theory, MemberData(nameof(Labels))]
    public void Rows_whose_weight_is_not_a_finite_number_above_0_are_skipped_and_counted(string label) =>
        Skips(label, features: 0, labels: 0, weights: 6, row => row.Index switch
        {
            0 => row with { Weight = 0 },
            1 => row with { Weight = -1 },
            2 => row with { Weight = float.NaN },
            3 => row with { Weight = float.PositiveInfinity },
            4 => row with { Weight = float.NegativeInfinity },
            19 => row with { Weight = -0f },
            _ => row with { Weight = 0.5f + row.Index % 3 },
        });

    [Fact]
    public void Rows_with_missing_or_infinite_values_are_skipped_and_counted() =>
        Skips(nameof(EdgeRow.Value), features: 0, labels: 3, weights: 0, row => row.Index switch
        {
            0 => row with { Value = float.NaN },
            7 => row with { Value = float.PositiveInfinity },
            19 => row with { Value = float.NegativeInfinity },
            _ => row,
        });

    [Fact]
    public void Rows_with_a_missing_class_are_skipped_and_counted() =>
        Skips(
            nameof(EdgeRow.Kind), features: 0, labels: 2, weights: 0,
            row => row.Index is 4 or 9 ? row with { Kind = EdgeRows.ClassCount } : row);

    [Fact]
    public void Every_reason_has_a_count_of_its_own_and_every_row_one_reason() =>
        Skips(nameof(EdgeRow.Value), features: 1, labels: 2, weights: 1, row => row.Index switch
        {
            1 => row with { Features = [float.NaN, 0, 0] },
            3 => row with { Value = float.NaN, Weight = 0 },
            5 => row with { Value = float.NaN },
            8 => row with { Weight = 0 },
            _ => row,
        });

    [Fact]
    public void Skipped_rows_of_the_validation_data_are_counted_too()
    {
        EdgeRow[] good = EdgeRows.Make(20), bad = [.. good.Select(row => row.Index < 2 ? row with { Value = float.NaN } : row)];
        EdgeRows.Trainer(_ml, nameof(EdgeRow.Value)).Fit(Table(good), validationData: Table(bad));
        Assert.Equal(["Skipped 2 of 20 rows of the validation data: 2 with a missing label, first in row 0, column 'Value'."], _warnings);
    }

    [Theory, MemberData(nameof(Labels))]
    public void Good_rows_give_no_warning(string label)
    {
        EdgeRows.Trainer(_ml, label, nameof(EdgeRow.Weight)).Fit(Table(EdgeRows.Make(20)));
        Assert.Empty(_warnings);
    }

    [Theory, MemberData(nameof(Labels))]
    public void Data_of_bad_rows_alone_is_an_error_that_counts_them(string label)
    {
        var data = Table(
            [.. EdgeRows.Make(20).Select(row => row.Index < 15 ? row with { Features = [0, float.NaN, 0] } : row with { Weight = 0 })]);
        var problem = Assert.Throws<InvalidOperationException>(() => EdgeRows.Trainer(_ml, label, nameof(EdgeRow.Weight)).Fit(data));
        Assert.Contains(
            "All 20 rows were skipped: 15 with a missing feature, first in row 0, slot 1 of column 'Features'; 5 with a weight of 0, " +
                "first in row 15, column 'Weight'",
            problem.Message, StringComparison.Ordinal);
        Assert.Contains("MissingValues can impute", problem.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Labels))]
    public void Data_without_rows_is_an_error(string label)
    {
        var problem = Assert.Throws<InvalidOperationException>(() => EdgeRows.Trainer(_ml, label).Fit(Table([])));
        Assert.Contains("training data has no rows", problem.Message, StringComparison.Ordinal);
    }

    // The warning must have the counts, and the model must be the one of the other rows alone, to the last bit.
    private void Skips(string label, int features, int labels, int weights, Func<EdgeRow, EdgeRow> spoil)
    {
        EdgeRow[] good = EdgeRows.Make(20), spoiled = [.. good.Select(spoil)];
        EdgeRow[] rest = [
            .. spoiled.Where(
                row =>
                    row.Features.All(float.IsFinite) && float.IsFinite(row.Value) && row.Kind < EdgeRows.ClassCount && row.Weight > 0
                        && float.IsFinite(row.Weight))];
        Assert.Equal(20 - features - labels - weights, rest.Length);

        var expected = EdgeRows.Trainer(_ml, label, nameof(EdgeRow.Weight)).Fit(Table(rest));
        Assert.Empty(_warnings);
        var actual = EdgeRows.Trainer(_ml, label, nameof(EdgeRow.Weight)).Fit(Table(spoiled));

        var warning = Assert.Single(_warnings);
        Assert.StartsWith($"Skipped {features + labels + weights} of 20 rows of the training data: ", warning, StringComparison.Ordinal);
        Assert.Equal((features, labels, weights), (Counted(warning, "feature"), Counted(warning, "label"), Counted(warning, "weight")));
        Assert.Equal(expected.Model.Network.Parameters, actual.Model.Network.Parameters);
    }

    [Fact]
    public void Each_kind_of_bad_row_is_counted_by_itself_with_the_place_of_the_first()
    {
        var rows = EdgeRows.Make(20).Select(row => row.Index switch
        {
            1 => row with { Features = [0, float.NaN, 0] },
            2 => row with { Features = [0, 0, float.PositiveInfinity] },
            3 => row with { Value = float.NaN },
            4 or 5 => row with { Value = float.NegativeInfinity },
            6 => row with { Weight = float.NaN },
            7 => row with { Weight = -1 },
            8 => row with { Weight = 0 },
            9 => row with { Weight = float.PositiveInfinity },
            _ => row,
        });
        EdgeRows.Trainer(_ml, nameof(EdgeRow.Value), nameof(EdgeRow.Weight)).Fit(Table([.. rows]));
        Assert.Equal(
            ["Skipped 9 of 20 rows of the training data: 1 with a missing feature, first in row 1, slot 1 of column 'Features'; 1 with " +
                "an infinite feature, first in row 2, slot 2 of column 'Features'; "
            + "1 with a missing label, first in row 3, column 'Value'; 2 with an infinite label, first in row 4, column 'Value'; 1 with " +
                "a missing weight, first in row 6, column 'Weight'; "
            + "1 with a negative weight, first in row 7, column 'Weight'; 1 with a weight of 0, first in row 8, column 'Weight'; 1 with " +
                "an infinite weight, first in row 9, column 'Weight'. MissingValues can impute missing features."], _warnings);
    }

    // The rows that a warning counts for features, labels or weights of any kind.
    private static int Counted(string warning, string what) =>
        Regex.Matches(warning, $@"(\d+) with an? [a-z ]*?{what}").Sum(
            match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    private IDataView Table(EdgeRow[] rows) => _ml.Data.LoadFromEnumerable(rows);
}
