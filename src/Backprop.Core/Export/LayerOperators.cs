using System.Numerics.Tensors;
using Backprop.Layers;

namespace Backprop.Export;

/// <summary>Operations of hidden layers in the operators of ONNX.</summary>
internal static class LayerOperators
{
    // Beyond it, the square of a number in single precision is infinite.
    private const double LargestToSquare = 1e18;

    public static string ClipSmoothly(IGraphBuilder graph, ClipSmoothly op, string x)
    {
        var near = graph.Clip(op.Columns == op.Width ? x : graph.Slice(x, 1, 0, op.Columns), -LargestToSquare, LargestToSquare);
        var share = graph.Times(near, 1 / op.Limit);
        var square = graph.Apply("Add", graph.Apply("Mul", share, share), graph.Scalar(1));
        return WithRest(graph, graph.Apply("Div", near, graph.Apply("Sqrt", square)), x, op.Columns, op.Width - op.Columns);
    }

    public static string CompressColumns(IGraphBuilder graph, CompressColumns op, string x)
    {
        var first = op.Columns == op.Width ? x : graph.Slice(x, 1, 0, op.Columns);
        var y = graph.Times(graph.Apply("Asinh", graph.Times(first, 1 / op.Scale)), op.Scale);
        return WithRest(graph, y, x, op.Columns, op.Width - op.Columns);
    }

    public static string Affine(IGraphBuilder graph, Affine op, string x)
    {
        var (weights, biases) = Split(op.Parameters.Span, op.Groups, op.Width / op.Groups, op.Factor);
        if (op.Groups > 1)
        {
            var own = graph.Reshape(x, 0, op.Groups, weights.Length / op.Width);
            return graph.Reshape(ByGroup(graph, own, weights, biases, op.Groups), 0, op.Width);
        }
        var products = graph.Apply("MatMul", x, graph.Constant(weights, weights.Length / op.Width, op.Width));
        return graph.Apply("Add", products, graph.Row(biases));
    }

    public static string AffineByGroup(IGraphBuilder graph, AffineByGroup op, string x)
    {
        int grouped = op.Groups * op.GroupInputs, outputs = op.GroupOutputs - op.Kept, rest = op.Width - op.Groups * op.GroupOutputs;
        var (weights, biases) = Split(op.Parameters.Span, op.Groups, outputs, factor: 1);
        var own = graph.Reshape(rest == 0 ? x : graph.Slice(x, 1, 0, grouped), 0, op.Groups, op.GroupInputs);
        var others = op.Kept == 0 ? own : graph.Slice(own, 2, op.Kept, op.GroupInputs - op.Kept);
        var y = ByGroup(graph, others, weights, biases, op.Groups);
        if (op.Rectified) y = graph.Apply("Relu", y);
        if (op.Kept > 0) y = graph.Concat(2, graph.Slice(own, 2, 0, op.Kept), y);
        return WithRest(graph, graph.Reshape(y, 0, op.Groups * op.GroupOutputs), x, grouped, rest);
    }

    public static string Mix(IGraphBuilder graph, MixActivation op, string x)
    {
        var change = graph.Apply("Sub", ActivationOperators.Write(graph, op.Function, x), x);
        return graph.Apply("Add", x, graph.Apply("Mul", change, graph.Row(op.Shares.Span)));
    }

    public static string NormalizeColumns(IGraphBuilder graph, NormalizeColumns op, string x)
    {
        var parameters = op.Parameters;
        var factors = Enumerable.Range(0, op.Width).Select(j => At(0, j) / Math.Sqrt(At(3, j) + op.Epsilon));
        var centered = graph.Apply("Sub", x, graph.Row(Block(2)));
        return graph.Apply("Add", graph.Apply("Mul", centered, graph.Row(factors)), graph.Row(Block(1)));

        ReadOnlySpan<float> Block(int block) => parameters.Span.Slice(block * op.Width, op.Width);
        double At(int block, int j) => Block(block)[j];
    }

    public static string NormalizeRows(IGraphBuilder graph, NormalizeRows op, string x)
    {
        var centered = graph.Apply("Sub", x, graph.Mean(x, 1, keepsDimension: true));
        var variance = graph.Mean(graph.Apply("Mul", centered, centered), 1, keepsDimension: true);
        var deviation = graph.Apply("Sqrt", graph.Apply("Add", variance, graph.Scalar(op.Epsilon)));
        var scaled = graph.Apply("Mul", graph.Apply("Div", centered, deviation), graph.Row(op.Parameters.Span[..op.Width]));
        return graph.Apply("Add", scaled, graph.Row(op.Parameters.Span[op.Width..]));
    }

    // 0 times a reconstruction is NaN where that is NaN.
    public static string SubtractKnown(IGraphBuilder graph, SubtractKnown op, string x, string known)
    {
        var target = op.Repeats == 1 ? known : graph.Concat(1, [.. Enumerable.Repeat(known, op.Repeats)]);
        return graph.Apply("Where", graph.Apply("IsNaN", target), graph.Times(x, 0), graph.Apply("Sub", x, target));
    }

    public static string AverageSquares(IGraphBuilder graph, AverageSquares op, string x)
    {
        var weighted = graph.Apply("Mul", graph.Apply("Mul", x, x), graph.Row(op.Weights.Span));
        var groups = graph.Reshape(weighted, 0, op.Width, op.Weights.Length / op.Width);
        return graph.Mean(groups, 2, keepsDimension: false);
    }

    /// <summary>The columns of x that an operation does not change, after those that it computes.</summary>
    public static string WithRest(IGraphBuilder graph, string y, string x, int first, int rest) =>
        rest == 0 ? y : graph.Concat(1, y, graph.Slice(x, 1, first, rest));

    // [rows × groups × inputs] → [rows × groups × outputs].
    private static string ByGroup(IGraphBuilder graph, string x, float[] weights, float[] biases, int groups)
    {
        var outputs = biases.Length / groups;
        var matrices = graph.Constant(weights, groups, weights.Length / biases.Length, outputs);
        var products = graph.Apply("MatMul", graph.Transpose(x, 1, 0, 2), matrices);
        return graph.Transpose(graph.Apply("Add", products, graph.Constant(biases, groups, 1, outputs)), 1, 0, 2);
    }

    // For each group W, then b.
    private static (float[] Weights, float[] Biases) Split(ReadOnlySpan<float> parameters, int groups, int outputs, double factor)
    {
        var each = parameters.Length / groups;
        float[] weights = new float[parameters.Length - groups * outputs], biases = new float[groups * outputs];
        for (var group = 0; group < groups; group++)
        {
            var own = parameters.Slice(group * each, each);
            own[..^outputs].CopyTo(weights.AsSpan(group * (each - outputs)));
            own[^outputs..].CopyTo(biases.AsSpan(group * outputs));
        }
        if (factor != 1) TensorPrimitives.Multiply(weights, (float)factor, weights);
        return (weights, biases);
    }
}
