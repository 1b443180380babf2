using Backprop.Accuracy.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Accuracy.Running;

/// <summary>Reads the files of a job as ML.NET does it: numbers as one vector, categories as text, the label as the task wants
/// it.</summary>
internal static class JobData
{
    /// <summary>A file, in memory.</summary>
    public static IDataView Load(MLContext ml, Job job, string path)
    {
        List<TextLoader.Column> columns = [
            new(
                "Label",
                job.Task switch { TaskKind.Binary => DataKind.Boolean, TaskKind.Multiclass => DataKind.String, _ => DataKind.Single },
                job.Columns.Length - 1)];
        if (job.Numeric.Length > 0)
            columns.Add(new("Numbers", DataKind.Single, [.. job.Numeric.Select(column => new TextLoader.Range(column))]));
        foreach (var name in job.Categorical) columns.Add(new(name, DataKind.String, Array.IndexOf(job.Columns, name)));
        var view = ml.Data.LoadFromTextFile(path, new TextLoader.Options { Columns = [.. columns], Separators = [','], HasHeader = true });
        return InMemory(ml, job.Task == TaskKind.Multiclass ? WithKeys(ml, job, view) : view);
    }

    // A key for every class of the set, in the order of the job: scores of all learners then have the same order.
    private static IDataView WithKeys(MLContext ml, Job job, IDataView view)
    {
        var classes = ml.Data.LoadFromEnumerable(job.Classes.Select(name => new Class { Name = name }));
        return ml.Transforms.Conversion.MapValueToKey("Label", keyData: classes).Fit(view).Transform(view);
    }

    private static IDataView InMemory(MLContext ml, IDataView view)
    {
        var cached = ml.Data.Cache(view, [.. view.Schema.Select(column => column.Name)]);
        using var cursor = cached.GetRowCursor(cached.Schema);
        while (cursor.MoveNext())
        {
        }
        return cached;
    }

    private sealed class Class
    {
        public string Name { get; set; } = "";
    }
}
