using Backprop.Export;
using Backprop.ML.Transformers;
using Microsoft.ML.Data;

namespace Backprop.ML.Export;

/// <summary>The scores and predictions of a network in the operators of ONNX, in the order of the Score column.</summary>
internal sealed class ScoredTensors
{
    private readonly IGraphBuilder _graph;
    private readonly DecisionThreshold _threshold;

    public ScoredTensors(IGraphBuilder graph, string scores, string predictions, OutputOrder order, DecisionThreshold threshold)
    {
        (_graph, _threshold) = (graph, threshold);
        graph.Begin("outputs");
        (Scores, Predictions) = (Ordered(scores, order), Ordered(predictions, order));
    }

    /// <summary>Raw scores: [rows × outputs].</summary>
    public string Scores { get; }

    /// <summary>What the link makes of them: [rows × outputs].</summary>
    public string Predictions { get; }

    /// <summary>Whether each score, or each prediction, is above the threshold.</summary>
    public string Decisions => _graph.Apply(
        "Greater", _threshold.ColumnName == DefaultColumnNames.Probability ? Predictions : Scores, _graph.Scalar(_threshold.Value));

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

    private string Ordered(string x, OutputOrder order)
    {
        if (order.Positions is not { } positions) return x;
        var from = new long[order.Width];
        Array.Fill(from, positions.Count); // a class without an output has the last column, 0
        for (var k = 0; k < positions.Count; k++) from[positions[k]] = k;
        // 0 times a prediction is NaN where that is NaN.
        return _graph.Gather(order.HasGaps ? _graph.Concat(1, x, _graph.Times(_graph.Slice(x, 1, 0, 1), 0)) : x, 1, from);
    }
}
