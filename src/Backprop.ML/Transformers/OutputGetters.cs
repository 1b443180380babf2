using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Transformers;

/// <summary>The getters of output columns.</summary>
internal static class OutputGetters
{
    public static ValueGetter<float> FirstScore(IScores row) => (ref float value) => value = row.Scores[0];

    public static ValueGetter<float> FirstPrediction(IScores row) => (ref float value) => value = row.Predictions[0];

    public static ValueGetter<float> FirstUncertainty(IScores row) => (ref float value) => value = row.Uncertainties[0];

    public static ValueGetter<VBuffer<float>> Scores(IScores row) => Vector(row, values => values.Scores);

    public static ValueGetter<VBuffer<float>> Predictions(IScores row) => Vector(row, values => values.Predictions);

    /// <summary>Some of the outputs, in their order.</summary>
    public static ValueGetter<VBuffer<float>> Vector(IScores row, OutputPart part) => (ref VBuffer<float> values) =>
    {
        var outputs = part(row);
        var editor = VBufferEditor.Create(ref values, outputs.Length);
        outputs.CopyTo(editor.Values);
        values = editor.Commit();
    };

    /// <summary>Whether each score, or each prediction, is above its threshold.</summary>
    public static ValueGetter<VBuffer<bool>> Decisions(IScores row, DecisionThreshold threshold) => (ref VBuffer<bool> values) =>
    {
        var scores = threshold.ColumnName == DefaultColumnNames.Probability ? row.Predictions : row.Scores;
        var editor = VBufferEditor.Create(ref values, scores.Length);
        for (var i = 0; i < scores.Length; i++) editor.Values[i] = scores[i] > threshold.At(i);
        values = editor.Commit();
    };
}
