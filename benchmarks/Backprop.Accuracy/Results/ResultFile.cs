using System.Security.Cryptography;
using System.Text;

namespace Backprop.Accuracy.Results;

/// <summary>The results of one learner: a line for every split, appended as it is finished. Of several lines for a split the last
/// counts.</summary>
internal sealed class ResultFile
{
    private readonly string _path;
    private readonly Dictionary<(string, string, int), ResultRow> _rows = [];
    private readonly List<ResultRow> _all = [];

    /// <summary>Reads benchmarks/accuracy/learner.csv, if there is one.</summary>
    public ResultFile(string learner)
    {
        _path = Repository.Path("benchmarks", "accuracy", $"{learner}.csv");
        if (!File.Exists(_path)) return;
        foreach (var line in File.ReadLines(_path).Skip(1))
        {
            var row = ResultRow.Parse(line);
            _rows[row.Key] = row;
            _all.Add(row);
        }
    }

    /// <summary>All lines of the file when it was opened, also those that no longer count.</summary>
    public IReadOnlyList<ResultRow> All => _all;

    /// <summary>One for each split that was done.</summary>
    public IEnumerable<ResultRow> Rows => _rows.Values;

    public void Append(ResultRow row)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        if (!File.Exists(_path)) File.WriteAllText(_path, $"{ResultRow.Header}\n");
        File.AppendAllText(_path, $"{row}\n");
        _rows[row.Key] = row;
    }

    /// <summary>A short name of a recipe: the beginning of its SHA-256.</summary>
    public static string NameOf(string recipe) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(recipe)))[..8];

    /// <summary>The short name of a recipe. Its text is kept in recipes.csv.</summary>
    public static string Register(string learner, string recipe)
    {
        var name = NameOf(recipe);
        var path = Repository.Path("benchmarks", "accuracy", "recipes.csv");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path)) File.WriteAllText(path, "recipe,learner,text\n");
        var line = $"{name},{learner},\"{recipe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        if (!File.ReadLines(path).Contains(line)) File.AppendAllText(path, $"{line}\n");
        return name;
    }
}
