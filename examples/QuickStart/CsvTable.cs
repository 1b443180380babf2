using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace QuickStart;

/// <summary>A CSV file with a header, read as text once to see what its columns hold.</summary>
internal sealed partial class CsvTable
{
    private static readonly string[] Missing = ["", "?", "na", "nan", "null"];

    private CsvTable(string path, CsvColumn[] columns) => (Path, Columns) = (path, columns);

    public string Path { get; }

    public IReadOnlyList<CsvColumn> Columns { get; }

    public static CsvTable Read(MLContext ml, string path)
    {
        if (!File.Exists(path)) throw new UserError($"The file '{path}' does not exist.");
        var header = File.ReadLines(path).FirstOrDefault()?.TrimStart('\uFEFF');
        if (string.IsNullOrWhiteSpace(header)) throw new UserError($"The file '{path}' is empty; a header line is needed.");
        string[] names = [.. HeaderField().Matches(header).Select(field => field.Groups["name"].Value.Trim().Replace("\"\"", "\""))];
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } repeated)
            throw new UserError($"The header of '{path}' has the column '{repeated.Key}' more than once.");

        var text = ml.Data.LoadFromTextFile(path, LoaderOptions(names.Select((_, i) => (i, DataKind.String))));
        CsvColumn[] columns = [
            .. names.Select((name, i) => new CsvColumn(i, name, [.. text.GetColumn<string>(NameOf(i)).Select(value => value.Trim())]))];
        if (columns[0].Values.Length == 0) throw new UserError($"The file '{path}' has a header and no rows.");
        return new CsvTable(path, columns);
    }

    /// <summary>The names of columns inside the pipeline: by position, since a file may well call one "Label" or "Features".</summary>
    public static string NameOf(int index) => $"column{index}";

    public static TextLoader.Options LoaderOptions(IEnumerable<(int Index, DataKind Kind)> columns) => new()
    {
        HasHeader = true,
        Separators = [','],
        AllowQuoting = true,
        MissingRealsAsNaNs = true,
        Columns = [.. columns.Select(column => new TextLoader.Column(NameOf(column.Index), column.Kind, column.Index))],
    };

    public CsvColumn this[string name] => Columns.FirstOrDefault(column => column.Name == name)
        ?? throw new UserError(
            $"There is no column '{name}' in '{Path}'; its columns are " +
            $"{string.Join(", ", Columns.Select(column => column.Name))}.");

    public static bool IsMissing(string value) => Missing.Contains(value.ToLowerInvariant());

    // Between commas or the ends of the line; commas inside quotes belong to the name.
    [GeneratedRegex("""(?<=^|,)\s*(?:"(?<name>(?:[^"]|"")*)"\s*|(?<name>[^,]*))(?=,|$)""")]
    private static partial Regex HeaderField();
}

/// <summary>One column of a CSV file, as text.</summary>
internal sealed record CsvColumn(int Index, string Name, string[] Values)
{
    public string[] Distinct { get; } = [
        .. Values.Where(value => !CsvTable.IsMissing(value)).Distinct().Order(StringComparer.OrdinalIgnoreCase)];

    public int MissingCount { get; } = Values.Count(CsvTable.IsMissing);

    public bool IsNumeric =>
        Distinct.All(
            value => float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number));

    public bool IsInteger => IsNumeric && Distinct.All(value => float.Parse(value, CultureInfo.InvariantCulture) % 1 == 0);
}
