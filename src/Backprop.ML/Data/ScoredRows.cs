using Backprop.Metrics;
using Backprop.ML.Tasks;
using Backprop.Numerics;
using Backprop.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Data;

/// <summary>Labels and predictions of scored data of any task, in the form that metrics need.</summary>
internal sealed class ScoredRows
{
    private readonly List<float> _targets = [], _scores = [], _predictions = [];

    /// <summary>Reads scored data.</summary>
    /// <param name="task">The task of the model.</param>
    /// <param name="scored">The data with the predictions of the model.</param>
    /// <param name="labelName">The label column.</param>
    /// <param name="classes">The index in the model of every class of the label, −1 for none; null if the indices are equal.</param>
    /// <param name="outputs">The classes of the label that the model has outputs for; null for other labels.</param>
    /// <param name="followsDecisions">Whether scores are replaced by decisions: 1 if the predicted label is true, −1 if it is
    /// false.</param>
    /// <param name="checkAlive">Called for every row.</param>
    public ScoredRows(
        LearningTask task, IDataView scored, string labelName, int[]? classes, KeyList? outputs, bool followsDecisions, Action checkAlive)
    {
        var schema = scored.Schema;
        DataViewSchema.Column label = schema[labelName], score = schema[DefaultColumnNames.Score];
        var hasProbability = schema.GetColumnOrNull(DefaultColumnNames.Probability) is not null;
        var probability = hasProbability ? schema[DefaultColumnNames.Probability] : score;
        var raw = followsDecisions && hasProbability ? schema[DefaultColumnNames.PredictedLabel] : score;

        using var cursor = scored.GetRowCursor([label, score, probability, raw]);
        LabelGetter[] getters = [.. new[] { label, raw, probability }.Select(column => LabelGetters.Make(cursor, column))];
        float[][] values = [
            new float[task.TargetColumns(label)], new float[ColumnChecks.WidthOf(raw)], new float[ColumnChecks.WidthOf(probability)]];
        while (cursor.MoveNext())
        {
            checkAlive();
            for (var i = 0; i < getters.Length; i++) getters[i](values[i]);
            if (classes is not null && float.IsFinite(values[0][0])) values[0][0] = classes[(int)values[0][0]];
            if (outputs?.Lookup is { } lookup && values[0][0] >= 0) values[0][0] = lookup[(ulong)values[0][0] + 1] - 1;
            var isKnown = !task.HasClasses || values[0][0] >= 0; // false for a class that the model does not have
            var hasLabel = isKnown && ExampleSet.AreTargets(values[0]);
            var isUsable = hasLabel && ExampleSet.AreFinite(values[1]) && ExampleSet.AreFinite(values[2]);
            Usable.Add(isUsable);
            if (!hasLabel) WithoutLabel++;
            if (!isUsable) continue;
            Count++;
            _targets.AddRange(values[0]);
            foreach (var value in OfOutputs(values[1])) _scores.Add(raw.Index == score.Index ? value : 2 * value - 1);
            _predictions.AddRange(OfOutputs(values[2]));
        }

        // Other classes have no output; their score is 0.
        IEnumerable<float> OfOutputs(float[] all) =>
            outputs?.Lookup is null ? all : Enumerable.Range(0, outputs.Length).Select(k => all[(int)outputs[k] - 1]);
    }

    /// <summary>Number of rows with a label and finite predictions.</summary>
    public int Count { get; }

    /// <summary>Number of rows without a label, or with a class that the model does not have.</summary>
    public int WithoutLabel { get; }

    /// <summary>For every row, whether it has a label and finite predictions.</summary>
    public List<bool> Usable { get; } = [];

    /// <summary>The metric over those rows. Each of several targets is measured on the rows that have it.</summary>
    public double Measure(Metric metric) => TargetMeans.Of(metric, Scores, Predictions, Targets);

    /// <summary>[rows × outputs]: scores, or decisions.</summary>
    public ReadOnlyMatrix Scores => Matrix(_scores);

    /// <summary>[rows × outputs]: probabilities, or predictions of a regression.</summary>
    public ReadOnlyMatrix Predictions => Matrix(_predictions);

    /// <summary>[rows × targets]: labels; some of several may be missing (NaN); the index of the class in the model.</summary>
    public ReadOnlyMatrix Targets => Matrix(_targets);

    private ReadOnlyMatrix Matrix(List<float> values) => new(values.ToArray(), Count, values.Count / Count);
}
