using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Transformers;

/// <summary>The getters of output columns.</summary>
internal static class OutputGetters
{
    public static ValueGetter<float> FirstScore(IScores row) => (ref float value) => value = row.Scores[0];

    public static ValueGetter<float> FirstPrediction(IScores row) => (ref float value) => value = row.Predictions[0];

    public static ValueGetter<float> FirstUncertainty(IScores row) => (ref float value) => value = row.Uncertainties[0];

    public static ValueGetter<VBuffer<float>> Scores(IScores row) => (ref VBuffer<float> values) => Copy(row.Scores, ref values);

    public static ValueGetter<VBuffer<float>> Predictions(IScores row) => (ref VBuffer<float> values) => Copy(row.Predictions, ref values);

    /// <summary>Some of the outputs, in their order.</summary>
    public static ValueGetter<VBuffer<float>> Vector(IScores row, OutputPart part) => (ref VBuffer<float> values) =>
        Copy(part(row), ref values);

    /// <summary>Whether each score, or each prediction, is above a threshold.</summary>
    public static ValueGetter<VBuffer<bool>> Decisions(IScores row, DecisionThreshold threshold) => (ref VBuffer<bool> values) =>
    {
        var scores = threshold.ColumnName == DefaultColumnNames.Probability ? row.Predictions : row.Scores;
        var editor = VBufferEditor.Create(ref values, scores.Length);
        for (var i = 0; i < scores.Length; i++) editor.Values[i] = scores[i] > threshold.Value;
        values = editor.Commit();
    };

    private static void Copy(ReadOnlySpan<float> from, ref VBuffer<float> values)
    {
        var editor = VBufferEditor.Create(ref values, from.Length);
        from.CopyTo(editor.Values);
        values = editor.Commit();
    }
}
