using System.Globalization;
using Backprop.Accuracy.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.Accuracy.Running;

/// <summary>What a learner says of the rows of a test, as predictions.csv holds it: what it predicts, and for classes a score of
/// each.</summary>
/// <param name="Header">"predicted" alone for a regression; followed by the classes where scores are probabilities; or by "score", of two
/// classes, where the larger speaks for the second.</param>
/// <param name="Predicted">Class or number of every row.</param>
/// <param name="Scores">The scores of every row; none for a regression.</param>
internal sealed record Predictions(string[] Header, string[] Predicted, double[][] Scores)
{
    /// <summary>Whether the scores are probabilities of the classes.</summary>
    public bool AreProbabilities => Header.Length > 2;

    /// <summary>Those of scored data.</summary>
    public static Predictions Of(IDataView scored, Job job) => job.Task switch
    {
        TaskKind.Binary => OfBinary(scored, job.Classes),
        TaskKind.Multiclass => OfMulticlass(scored, job.Classes),
        _ => OfNumbers(scored.GetColumn<float>("Score")),
    };

    /// <summary>Those of a regression.</summary>
    public static Predictions OfNumbers(IEnumerable<float> scores) =>
        new(["predicted"], [.. scores.Select(score => score.ToString("R", CultureInfo.InvariantCulture))], []);

    /// <summary>Those of probabilities: the first of the most probable classes is predicted.</summary>
    /// <param name="probabilities">One for each class, of every row.</param>
    /// <param name="classes">Their names.</param>
    public static Predictions OfProbabilities(double[][] probabilities, string[] classes) =>
        new(["predicted", .. classes], [.. probabilities.Select(row => classes[Array.IndexOf(row, row.Max())])], probabilities);

    public void Write(string path) => File.WriteAllLines(path, Predicted.Select(Line).Prepend(string.Join(',', Header)));

    private string Line(string predicted, int row)
    {
        if (Scores.Length == 0) return predicted;
        return $"{predicted},{string.Join(',', Scores[row].Select(score => score.ToString("R", CultureInfo.InvariantCulture)))}";
    }

    public static Predictions Read(string path)
    {
        var lines = File.ReadAllLines(path).Select(line => line.Split(',')).ToArray();
        var rows = lines[1..];
        var scores = lines[0].Length == 1
            ? []
            : rows.Select(cells => cells[1..].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        return new Predictions(lines[0], [.. rows.Select(cells => cells[0])], scores);
    }

    private static Predictions OfBinary(IDataView scored, string[] classes)
    {
        var isCalibrated = scored.Schema.GetColumnOrNull("Probability") is not null;
        var columns = scored.Schema.Where(column => column.Name is "Score" or "Probability" or "PredictedLabel").ToArray();
        using var cursor = scored.GetRowCursor(columns);
        var getScore = cursor.GetGetter<float>(scored.Schema[isCalibrated ? "Probability" : "Score"]);
        var getPredicted = cursor.GetGetter<bool>(scored.Schema["PredictedLabel"]);
        List<string> predicted = [];
        List<double[]> scores = [];
        float score = 0;
        var isPositive = false;
        while (cursor.MoveNext())
        {
            getScore(ref score);
            getPredicted(ref isPositive);
            predicted.Add(classes[isPositive ? 1 : 0]);
            scores.Add(isCalibrated ? [1 - (double)score, score] : [score]);
        }
        return new Predictions(isCalibrated ? ["predicted", .. classes] : ["predicted", "score"], [.. predicted], [.. scores]);
    }

    private static Predictions OfMulticlass(IDataView scored, string[] classes)
    {
        var columns = scored.Schema.Where(column => column.Name is "Score" or "PredictedLabel").ToArray();
        using var cursor = scored.GetRowCursor(columns);
        var getScores = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        var getPredicted = cursor.GetGetter<uint>(scored.Schema["PredictedLabel"]);
        List<string> predicted = [];
        List<double[]> scores = [];
        VBuffer<float> buffer = default;
        uint key = 0;
        while (cursor.MoveNext())
        {
            getScores(ref buffer);
            getPredicted(ref key);
            predicted.Add(key == 0 ? "" : classes[key - 1]);
            scores.Add([.. buffer.DenseValues().Select(value => (double)value)]);
        }
        return new Predictions(["predicted", .. classes], [.. predicted], [.. scores]);
    }
}
