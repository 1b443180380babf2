using System.Text.Json;
using System.Text.Json.Serialization;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Protocols;

namespace Backprop.Accuracy.Running;

/// <summary>One split of one set, in a folder of its own: train.csv, test.csv, perhaps valid.csv, and job.json, which says what the columns
/// are. All learners read these files, and write predictions.csv beside them.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Protocol">The name of the rule that made the split.</param>
/// <param name="Set">The name of the set.</param>
/// <param name="Split">The number of the split.</param>
/// <param name="Task">What is predicted.</param>
/// <param name="Columns">The names of the columns, the label last.</param>
/// <param name="Categorical">The names of those that hold categories.</param>
/// <param name="Classes">The classes, in the order of the columns of scores; none for a regression.</param>
/// <param name="HasValidation">Whether there is a valid.csv.</param>
internal sealed record Job(
    string Folder, string Protocol, string Set, int Split, TaskKind Task, string[] Columns, string[] Categorical, string[] Classes,
    bool HasValidation)
{
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() } };

    public string Train => File("train.csv");

    public string Test => File("test.csv");

    public string? Validation => HasValidation ? File("valid.csv") : null;

    public string Predictions => File("predictions.csv");

    /// <summary>Places of the columns of numbers.</summary>
    public int[] Numeric => [.. Columns[..^1].Index().Where(column => !Categorical.Contains(column.Item)).Select(column => column.Index)];

    /// <summary>Writes the files of a split.</summary>
    public static Job Write(string folder, Protocol protocol, DataSet set, Split split)
    {
        var job = new Job(
            folder, protocol.Name, set.Name, split.Number, set.Task, set.Columns, set.Categorical, set.Classes,
            split.Validation.Length > 0);
        Directory.CreateDirectory(folder);
        WriteRows(job.Train, set, split.Train);
        WriteRows(job.Test, set, split.Test);
        if (job.Validation is { } validation) WriteRows(validation, set, split.Validation);
        System.IO.File.WriteAllText(job.File("job.json"), JsonSerializer.Serialize(job, _json));
        return job;
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Job Read(string folder) =>
        JsonSerializer.Deserialize<Job>(System.IO.File.ReadAllText(Path.Combine(folder, "job.json")), _json)!;

    private string File(string name) => Path.Combine(Folder, name);

    private static void WriteRows(string path, DataSet set, int[] rows) =>
        System.IO.File.WriteAllLines(path, rows.Select(row => set.Rows[row]).Prepend(string.Join(',', set.Columns)));
}
