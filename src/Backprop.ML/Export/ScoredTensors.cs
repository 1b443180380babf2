using Backprop.Export;
using Backprop.ML.Transformers;
using Microsoft.ML.Data;

namespace Backprop.ML.Export;

/// <summary>The scores and predictions of a network in the operators of ONNX, in the order of the Score column.</summary>
internal sealed class ScoredTensors
{
    private readonly IGraphBuilder _graph;
    private readonly DecisionThreshold _threshold;

    public ScoredTensors(IGraphBuilder graph, OutputTensors tensors, OutputOrder order, DecisionThreshold threshold)
    {
        (_graph, _threshold, Hidden) = (graph, threshold, tensors.Hidden);
        graph.Begin("outputs");
        (Scores, Predictions) = (OfOutputs(tensors.Scores), OfOutputs(tensors.Predictions));
        if (tensors.Spread is { } spread) Uncertainties = OfOutputs(spread);
        if (tensors.Ends is { } ends && order.Ends is { } ofEnds) Ends = Ordered(ends, ofEnds.Positions, ofEnds.Width);

        string OfOutputs(string x) => Ordered(x, order.Positions, order.Width);
    }

    /// <summary>Raw scores: [rows × outputs].</summary>
    public string Scores { get; }

    /// <summary>What the link makes of them: [rows × outputs].</summary>
    public string Predictions { get; }

    /// <summary>Whether each score, or each prediction, is above its threshold.</summary>
    public string Decisions => _graph.Apply(
        "Greater", _threshold.ColumnName == DefaultColumnNames.Probability ? Predictions : Scores,
        _threshold.OfLabels is { } each ? _graph.Row(each) : _graph.Scalar(_threshold.Value));

    /// <summary>The key of the largest prediction: [rows × 1]; 0 if the predictions are NaN.</summary>
    public string LargestKey
    {
        get
        {
            var largest = _graph.Add("ArgMax", [Predictions], ("axis", 1L), ("keepdims", 1L));
            var key = _graph.Apply("Add", largest, _graph.Constant([1L]));
            var isMissing = _graph.Apply("IsNaN", _graph.Slice(Predictions, 1, 0, 1));
            return _graph.Cast(_graph.Apply("Where", isMissing, _graph.Constant([0L]), key), ElementType.UInt32);
        }
    }

    /// <summary>The ends of intervals, or 1 for the members of prediction sets; null for none.</summary>
    public string? Ends { get; }

    /// <summary>Whether each class belongs to the prediction set.</summary>
    public string PredictionSet => _graph.Apply("Greater", Ends!, _graph.Scalar(0));

    /// <summary>The standard deviation of the members' predictions; null for none.</summary>
    public string? Uncertainties { get; }

    /// <summary>The activations of hidden layers.</summary>
    public IReadOnlyList<string> Hidden { get; }

    private string Ordered(string x, IReadOnlyList<int>? positions, int width)
    {
        if (positions is null) return x;
        var from = new long[width];
        Array.Fill(from, positions.Count); // a class without an output has the last column, 0
        for (var k = 0; k < positions.Count; k++) from[positions[k]] = k;
        // 0 times a prediction is NaN where that is NaN.
        var hasGaps = positions.Count < width;
        return _graph.Gather(hasGaps ? _graph.Concat(1, x, _graph.Times(_graph.Slice(x, 1, 0, 1), 0)) : x, 1, from);
    }
}
