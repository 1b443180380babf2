using Backprop.ML.Data;
using Backprop.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.ML.Transformers;

/// <summary>The positions of a network's outputs in the Score column. That column has the order of the label column: one position for
/// every key value of a class, whether it occurred or not.</summary>
internal sealed class OutputOrder
{
    // A vector with fewer values than this share of its length is smaller in sparse form.
    private const int SharesOfSparse = 4;

    // For a dense vector of NaN, ML.NET predicts no class; for a sparse one, it predicts some class. So vectors of NaN are dense, unless
    // they would not fit into memory.
    private const int MaxDenseWidth = 1 << 26;

    private readonly int[]? _positions;

    private OutputOrder(int width, int[]? positions, IReadOnlyList<string> names) => (Width, _positions, Names) = (width, positions, names);

    /// <summary>Number of slots of the Score column.</summary>
    public int Width { get; }

    /// <summary>The slot names of a vector label; empty if the data has no names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The names of several classes, one for each slot of the Score column; empty if they have none.</summary>
    public IReadOnlyList<string> ClassNames { get; private set; } = [];

    /// <summary>The order of intervals or prediction sets; null for a network without conformity scores.</summary>
    public EndOrder? Ends { get; private set; }

    /// <summary>The order of some columns.</summary>
    /// <param name="columns">The columns of the training data.</param>
    /// <param name="network">The network with the outputs.</param>
    /// <param name="names">The slot names of a vector label.</param>
    /// <param name="classNames">The names of the classes; empty for none.</param>
    public static OutputOrder Of(
        ModelColumns columns, TrainedNetwork network, IReadOnlyList<string> names, params IReadOnlyList<string> classNames)
    {
        var order = Arranged(columns, network, names);
        if (classNames.Count == order.Width) order.ClassNames = classNames;
        if (network.Conformal is not null) order.Ends = EndOrder.Of(columns, network, order);
        return order;
    }

    private static OutputOrder Arranged(ModelColumns columns, TrainedNetwork network, IReadOnlyList<string> names)
    {
        var outputs = network.Network.Outputs;
        if (columns.Classes is { Lookup: not null } classes)
            return new OutputOrder((int)classes.Count, [.. Enumerable.Range(0, outputs).Select(k => (int)classes[k] - 1)], names);
        if (columns.Targets is not { Slots: { } slots }) return new OutputOrder(outputs, null, names);
        var each = outputs / slots.Length;
        return new OutputOrder(outputs, [.. Enumerable.Range(0, outputs).Select(k => slots[k / each] * each + k % each)], names);
    }

    /// <summary>The position of every output; null if they are in order.</summary>
    public IReadOnlyList<int>? Positions => _positions;

    /// <summary>Whether there are positions without an output.</summary>
    public bool HasGaps => _positions is not null && _positions.Length < Width;

    /// <summary>The output at a position of the Score column; −1 for a gap.</summary>
    public int OutputAt(int position) => _positions is null ? position : Array.IndexOf(_positions, position);

    /// <summary>Scores in this order; not for an order with gaps.</summary>
    public IScores Ordered(IScores scores) => _positions is null ? scores : new Permuted(scores, _positions);

    /// <summary>Values of the outputs in this order: 0 for every position without an output.</summary>
    public ValueGetter<VBuffer<float>> VectorOf(IScores row, OutputPart part)
    {
        if (!HasGaps) return OutputGetters.Vector(Ordered(row), part);
        var sorted = _positions!.ToArray();
        int[] outputs = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, outputs);
        var isSparse = sorted.Length < Width / SharesOfSparse;
        return (ref VBuffer<float> values) =>
        {
            var ofRow = part(row);
            if (isSparse && (!float.IsNaN(ofRow[0]) || Width > MaxDenseWidth)) CopySparse(ofRow, sorted, outputs, ref values);
            else CopyDense(ofRow, ref values);
        };
    }

    private void CopySparse(ReadOnlySpan<float> predictions, int[] positions, int[] outputs, ref VBuffer<float> values)
    {
        var editor = VBufferEditor.Create(ref values, Width, positions.Length);
        positions.CopyTo(editor.Indices);
        for (var i = 0; i < outputs.Length; i++) editor.Values[i] = predictions[outputs[i]];
        values = editor.Commit();
    }

    // If the predictions of a row are NaN, those of the other classes are NaN, too.
    private void CopyDense(ReadOnlySpan<float> predictions, ref VBuffer<float> values)
    {
        var editor = VBufferEditor.Create(ref values, Width);
        editor.Values.Fill(float.IsNaN(predictions[0]) ? float.NaN : 0);
        for (var k = 0; k < predictions.Length; k++) editor.Values[_positions![k]] = predictions[k];
        values = editor.Commit();
    }

    private sealed class Permuted(IScores scores, int[] positions) : IScores
    {
        private readonly float[] _scores = new float[positions.Length], _predictions = new float[positions.Length];
        private readonly float[] _uncertainties = new float[positions.Length];

        public ReadOnlySpan<float> Scores => Order(scores.Scores, _scores);

        public ReadOnlySpan<float> Predictions => Order(scores.Predictions, _predictions);

        public ReadOnlySpan<float> Ends => scores.Ends; // EndOrder has their positions

        public ReadOnlySpan<float> Uncertainties => Order(scores.Uncertainties, _uncertainties);

        public ReadOnlySpan<float> HiddenOf(int index) => scores.HiddenOf(index);

        private float[] Order(ReadOnlySpan<float> from, float[] to)
        {
            for (var k = 0; k < to.Length; k++) to[positions[k]] = from[k];
            return to;
        }
    }
}
