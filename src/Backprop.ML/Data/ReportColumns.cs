using Backprop.Metrics;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Backprop.ML.Data;

/// <summary>The columns that a report describes: category columns first, then slots of the features column.</summary>
internal sealed class ReportColumns
{
    private readonly HashSet<string> _single;

    /// <param name="host">For the error messages.</param>
    /// <param name="model">The model.</param>
    /// <param name="data">The rows.</param>
    /// <param name="maximum">Number of columns to describe at most.</param>
    public ReportColumns(IHost host, BackpropTransformer model, IDataView data, int maximum)
    {
        var inputs = model.Inputs;
        var units = new InputUnits(host, inputs.In(data.Schema)).All.OrderBy(unit => Column(unit) == inputs.Features).ToArray();
        ColumnUnit[] described = [.. units.Take(maximum)];
        Summaries = [.. described.Select(Summarize)];
        var columns = described.Select(NameOfMember).ToHashSet();
        Others = [.. units.Skip(maximum).Select(NameOfMember).Where(name => !columns.Contains(name)).Distinct()];
        _single = [.. described.Select(unit => unit.Name)];

        static string Column(ColumnUnit unit) => unit.Parts[0].Column;

        // Importance permutes all keys of a category column together.
        string NameOfMember(ColumnUnit unit) => Column(unit) == inputs.Features ? unit.Name : Column(unit);

        ColumnSummary Summarize(ColumnUnit unit)
        {
            var values = UnitValues.Of(host, data, unit);
            return values.IsCategory
                ? ColumnSummary.OfCategories(unit.Name, values.Names, Known(Column(unit)))
                : ColumnSummary.OfNumbers(unit.Name, values.Numbers);
        }

        // Names are compared only if both sides have them.
        HashSet<string>? Known(string column)
        {
            var keys = model.Model.Columns.Categories.Single(category => category.Name == column).Keys;
            return keys.Names.Count > 0 == KeyNames.Given(data.Schema[column]).Count > 0 ? [.. keys.NamesOrKeys] : null;
        }
    }

    /// <summary>The values of every described column.</summary>
    public IReadOnlyList<ColumnSummary> Summaries { get; }

    /// <summary>The columns that are not described.</summary>
    public IReadOnlyList<string> Others { get; }

    /// <summary>The columns that are not described, as a group for their importance.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> OtherGroup => Others.Count == 0
        ? new Dictionary<string, IReadOnlyList<string>>()
        : new Dictionary<string, IReadOnlyList<string>> { [$"{Others.Count} other columns"] = Others };

    /// <summary>Whether a name of the importance is a described column or slot, not a group of several.</summary>
    public bool IsSingle(string name) => _single.Contains(name);
}
