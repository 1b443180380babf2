using System.IO.Compression;

namespace Backprop.Accuracy.Data;

/// <summary>The list of data sets: MANIFEST.tsv, which stands beside their files.</summary>
internal sealed class Manifest
{
    private readonly string _folder;

    /// <summary>Reads the list in the folder that BACKPROP_DATA names, or in ../shared/data beside the repository.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public Manifest()
    {
        _folder = Environment.GetEnvironmentVariable("BACKPROP_DATA") ?? Repository.Path("..", "shared", "data");
        var list = Path.Combine(_folder, "MANIFEST.tsv");
        if (!File.Exists(list))
            throw new DirectoryNotFoundException(
                $"{list} is missing. BACKPROP_DATA names the folder of the data sets; without it, ../shared/data beside the repository " +
                    $"is taken.");
        var lines = File.ReadAllLines(list);
        var header = lines[0].Split('\t').ToList();
        var entries = lines.Skip(1).Where(line => line.Length > 0).Select(line => line.Split('\t'))
            .Select(cells => Entry(name => cells[header.IndexOf(name)]));
        Entries = [.. entries.OrderBy(entry => (long)entry.Rows * entry.Columns)];
    }

    /// <summary>All of them, the smallest first, by rows times columns.</summary>
    public IReadOnlyList<ManifestEntry> Entries { get; }

    /// <summary>Reads the files of a set.</summary>
    public DataSet Open(string name)
    {
        var entry = Entries.Single(other => other.Name == name);
        var files = entry.Files.Select(file => (Part: PartOf(file), Lines: ReadLines(Path.Combine(_folder, file)))).ToArray();
        var columns = files[0].Lines[0].Split(',');
        if (columns.Length != entry.Columns || columns[^1] != entry.Label)
            throw new InvalidDataException(
                $"{entry.Files[0]} has {columns.Length} columns and ends with {columns[^1]}; the manifest says {entry.Columns} and " +
                    $"{entry.Label}.");
        if (files.Any(file => file.Lines[0] != files[0].Lines[0]))
            throw new InvalidDataException($"The files of {name} differ in their headers.");
        return new DataSet(
            name, entry.Task, columns, entry.Categorical, [.. files.Select(file => new DataPart(file.Part, file.Lines[1..]))]);
    }

    /// <summary>Whether splits of a set are published.</summary>
    public bool HasPublishedSplits(string name) => File.Exists(SplitsOf(name));

    /// <summary>The published splits of a set: for each, whether a row is for the test.</summary>
    public bool[][] PublishedSplits(string name)
    {
        var rows = ReadLines(SplitsOf(name)).Skip(1).Select(line => line.Split(',')).ToArray();
        return [.. Enumerable.Range(0, rows[0].Length).Select(split => rows.Select(cells => cells[split] == "1").ToArray())];
    }

    private string SplitsOf(string name) => Path.Combine(_folder, $"{name}.splits.csv");

    private static ManifestEntry Entry(Func<string, string> cell) => new(
        cell("name"), cell("file").Split(';'), cell("rows").Split(';').Sum(int.Parse), int.Parse(cell("columns")),
        cell("task") switch
        {
            "binary" => TaskKind.Binary,
            "multiclass" => TaskKind.Multiclass,
            "regression" => TaskKind.Regression,
            var other =>
                throw new InvalidDataException($"{cell("name")} has the task '{other}'; known are binary, multiclass, regression."),
        },
        cell("label"), cell("categorical") is "none" ? [] : cell("categorical").Split(','));

    private static string PartOf(string file)
    {
        var stem = file.Split('.')[0];
        return new[] { "train", "valid", "test" }.FirstOrDefault(part => stem.EndsWith($"_{part}", StringComparison.Ordinal)) ?? "all";
    }

    private static string[] ReadLines(string path)
    {
        using var file = File.OpenRead(path);
        using var reader = new StreamReader(
            path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        return [.. reader.ReadToEnd().Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0)];
    }
}

/// <summary>One line of the list.</summary>
/// <param name="Name">The name of the set.</param>
/// <param name="Files">Its files, in the order of its rows.</param>
/// <param name="Rows">Rows of all files.</param>
/// <param name="Columns">Columns, the label included.</param>
/// <param name="Task">What is predicted.</param>
/// <param name="Label">The name of the last column.</param>
/// <param name="Categorical">The names of the columns that hold categories.</param>
internal sealed record ManifestEntry(string Name, string[] Files, int Rows, int Columns, TaskKind Task, string Label, string[] Categorical);
