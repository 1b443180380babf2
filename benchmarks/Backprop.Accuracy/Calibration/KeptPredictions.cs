using System.Globalization;
using Backprop.Accuracy.Data;
using Backprop.Accuracy.Learners;
using Backprop.Accuracy.Results;
using Backprop.Accuracy.Running;

namespace Backprop.Accuracy.Calibration;

/// <summary>Predictions of every fold with the labels of its rows, in artifacts/calibration: one folder for each learner and recipe, one
/// file for each set and fold.</summary>
internal static class KeptPredictions
{
    /// <summary>The file of a fold.</summary>
    public static string PathOf(Learner learner, string set, TaskKind task, int fold) => Path.Combine(
        Repository.Path("artifacts", "calibration"), $"{learner.Key}-{ResultFile.NameOf(learner.Recipe(task))}", $"{set}-{fold}.csv");

    /// <summary>Keeps what a learner has just predicted. The file appears at once, so a run that is ended leaves no half of one.</summary>
    public static void Keep(string path, Job job, string[] labels)
    {
        var lines = File.ReadAllLines(job.Predictions);
        if (lines.Length != labels.Length + 1) throw new InvalidDataException($"{lines.Length - 1} predictions of {labels.Length} rows.");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines($"{path}.tmp", lines.Zip(labels.Prepend("label"), (line, label) => $"{label},{line}"));
        File.Move($"{path}.tmp", path, overwrite: true);
    }

    /// <summary>The probabilities [rows × classes] and classes of the rows of folds, fold after fold; null where a fold is
    /// missing.</summary>
    public static (double[][] Probabilities, int[] Classes)? Pooled(Learner learner, DataSet set, IEnumerable<int> folds)
    {
        List<double[]> probabilities = [];
        List<int> classes = [];
        foreach (var fold in folds)
        {
            var path = PathOf(learner, set.Name, set.Task, fold);
            if (!File.Exists(path)) return null;
            string[][] lines = [.. File.ReadLines(path).Select(line => line.Split(','))];
            if (!lines[0].Skip(2).SequenceEqual(set.Classes)) throw new InvalidDataException($"{path} lacks probabilities.");
            foreach (var cells in lines.Skip(1))
            {
                classes.Add(Array.IndexOf(set.Classes, cells[0]));
                probabilities.Add([.. cells[2..].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))]);
            }
        }
        return ([.. probabilities], [.. classes]);
    }
}
