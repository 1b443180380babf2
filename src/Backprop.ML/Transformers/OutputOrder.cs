using Backprop.ML.Data;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Transformers;

/// <summary>The positions of a network's outputs in the Score column. That column has the order of the label column: one position for
/// every key value of a class, whether it occurred or not.</summary>
internal sealed class OutputOrder
{
    // A vector with fewer numbers than this share of its length is smaller without its zeros.
    private const int SharesOfSparse = 4;

    // ML.NET finds no class in a dense vector of NaN, but some class in a sparse one. A wider one would not fit into memory.
    private const int MaxDenseWidth = 1 << 26;

    private readonly int[]? _places;

    private OutputOrder(int width, int[]? places, IReadOnlyList<string> names) => (Width, _places, Names) = (width, places, names);

    /// <summary>Numbers of the Score column.</summary>
    public int Width { get; }

    /// <summary>What the slots of a vector label are called; empty where the data has no names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The order of some columns.</summary>
    /// <param name="columns">What outputs stand for, in the data that the model was trained on.</param>
    /// <param name="network">Which has the outputs.</param>
    /// <param name="names">What the slots of a vector label are called.</param>
    public static OutputOrder Of(ModelColumns columns, TrainedNetwork network, IReadOnlyList<string> names)
    {
        var outputs = network.Network.Outputs;
        if (columns.Classes is { Lookup: not null } classes)
            return new OutputOrder((int)classes.Count, [.. Enumerable.Range(0, outputs).Select(k => (int)classes[k] - 1)], names);
        if (columns.Targets is not { Slots: { } slots }) return new OutputOrder(outputs, null, names);
        var each = outputs / slots.Length;
        return new OutputOrder(outputs, [.. Enumerable.Range(0, outputs).Select(k => slots[k / each] * each + k % each)], names);
    }

    /// <summary>Whether there are positions without an output.</summary>
    public bool HasGaps => _places is not null && _places.Length < Width;

    /// <summary>Scores in this order; not for an order with gaps.</summary>
    public IScores Ordered(IScores scores) => _places is null ? scores : new Permuted(scores, _places);

    /// <summary>Predictions in this order: 0 for every position without an output.</summary>
    public ValueGetter<VBuffer<float>> Predictions(IScores row)
    {
        var sorted = _places!.ToArray();
        int[] outputs = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, outputs);
        var isSparse = sorted.Length < Width / SharesOfSparse;
        return (ref VBuffer<float> values) =>
        {
            var predictions = row.Predictions;
            if (isSparse && (!float.IsNaN(predictions[0]) || Width > MaxDenseWidth)) CopySparse(predictions, sorted, outputs, ref values);
            else CopyDense(predictions, ref values);
        };
    }

    private void CopySparse(ReadOnlySpan<float> predictions, int[] places, int[] outputs, ref VBuffer<float> values)
    {
        var editor = VBufferEditor.Create(ref values, Width, places.Length);
        places.CopyTo(editor.Indices);
        for (var i = 0; i < outputs.Length; i++) editor.Values[i] = predictions[outputs[i]];
        values = editor.Commit();
    }

    // Where nothing is known of a row, the other classes are not known to be impossible either.
    private void CopyDense(ReadOnlySpan<float> predictions, ref VBuffer<float> values)
    {
        var editor = VBufferEditor.Create(ref values, Width);
        editor.Values.Fill(float.IsNaN(predictions[0]) ? float.NaN : 0);
        for (var k = 0; k < predictions.Length; k++) editor.Values[_places![k]] = predictions[k];
        values = editor.Commit();
    }

    private sealed class Permuted(IScores scores, int[] places) : IScores
    {
        private readonly float[] _scores = new float[places.Length], _predictions = new float[places.Length];

        public ReadOnlySpan<float> Scores => Order(scores.Scores, _scores);

        public ReadOnlySpan<float> Predictions => Order(scores.Predictions, _predictions);

        private float[] Order(ReadOnlySpan<float> from, float[] to)
        {
            for (var k = 0; k < to.Length; k++) to[places[k]] = from[k];
            return to;
        }
    }
}
