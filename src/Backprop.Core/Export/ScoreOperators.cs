using Backprop.Losses;
using Backprop.Networks;
using Backprop.Uncertainty;

namespace Backprop.Export;

/// <summary>The operations on scores in the operators of ONNX.</summary>
internal static class ScoreOperators
{
    private const double ExponentBound = 30, ExponentBoundOfMembers = 600;

    public static string Unscale(IGraphBuilder graph, Standardization scale, string x)
    {
        double[] factors = [.. scale.Factors.ToArray().Select(factor => factor == 0 ? 0 : 1.0 / factor)];
        return graph.Apply("Add", graph.Apply("Mul", x, graph.Row(factors)), graph.Row(scale.Means));
    }

    public static string Clip(IGraphBuilder graph, ScoreLimits limits, string x) =>
        graph.Apply("Min", graph.Apply("Max", x, graph.Row(limits.Least)), graph.Row(limits.Most));

    /// <summary>The scores whose prediction is the average of the members' predictions, computed in double.</summary>
    public static string Average(IGraphBuilder graph, AverageMembers op, string x)
    {
        var z = graph.Cast(graph.Reshape(x, 0, op.Members, op.Width), ElementType.Double);
        return graph.Cast(AverageOf(graph, op, z), ElementType.Single);
    }

    /// <summary>The predictions for scores.</summary>
    public static string Link(IGraphBuilder graph, ApplyLink op, string z) => op.Loss.Link switch
    {
        LossLink.Identity => z,
        LossLink.Logistic => KeptInside(graph, graph.Cast(graph.PreciseSigmoid(z), ElementType.Single)),
        LossLink.Margin => KeptInside(graph, graph.Times(graph.Apply("Add", z, graph.Scalar(1)), 0.5)),
        LossLink.Softmax => graph.Add("Softmax", [z], ("axis", 1L)),
        LossLink.Exponential => graph.Apply("Exp", graph.Clip(z, -ExponentBound, ExponentBound)),
        LossLink.MeanAndVariance => MeanAndVariance(graph, z, op.Width),
        LossLink.Sorted => graph.Reshape(Sorted(graph, op.Loss, z, op.Width, members: 1), 0, op.Width),
        LossLink.PerTarget => PerTarget(graph, op.Loss, op.Width, (own, first, width) =>
            Link(graph, op with { Loss = own, Width = width }, graph.Slice(z, 1, first, width))),
        _ => throw GraphWriter.Custom("loss", op.Loss, "losses"),
    };

    // z: [rows × members × outputs], double precision.
    private static string AverageOf(IGraphBuilder graph, AverageMembers op, string z) => op.Loss.Averaging switch
    {
        MemberAverage.Mean => OverMembers(graph, z),
        MemberAverage.Logit => graph.Apply(
            "Sub", LogOfMean(graph, graph.PreciseSigmoid(z)), LogOfMean(graph, graph.PreciseSigmoid(z, ofNegative: true))),
        MemberAverage.Margin => OverMembers(graph, graph.ClipDoubles(z, 1)),
        MemberAverage.Softmax => LogOfMeanExponential(graph, graph.Add("LogSoftmax", [z], ("axis", 2L)), op.Width),
        MemberAverage.Logarithm => LogOfMean(graph, graph.Apply("Exp", graph.ClipDoubles(z, ExponentBound))),
        MemberAverage.Mixture => Mixture(graph, z, op.Members, op.Width),
        MemberAverage.Sorted => OverMembers(
            graph, graph.Reshape(Sorted(graph, op.Loss, z, op.Width, op.Members), 0, op.Members, op.Width)),
        MemberAverage.PerTarget => PerTarget(graph, op.Loss, op.Width, (own, first, width) =>
            AverageOf(graph, op with { Loss = own, Width = width }, graph.Slice(z, 2, first, width))),
        _ => throw GraphWriter.Custom("loss", op.Loss, "losses"),
    };

    // Each target by its own loss.
    private static string PerTarget(IGraphBuilder graph, Loss loss, int outputs, Func<Loss, int, int, string> write)
    {
        var targets = loss.TargetColumnsOf(outputs);
        var each = outputs / targets;
        return graph.Concat(1, [.. Enumerable.Range(0, targets).Select(target => write(loss.OfTarget(target), target * each, each))]);
    }

    /// <summary>The share of held-out errors below x: the errors below x are counted, and a table has the share for each count.</summary>
    public static string Rank(IGraphBuilder graph, ErrorDistribution distribution, string x)
    {
        var errors = distribution.Errors;
        var shares = new float[errors.Length + 1];
        for (var i = 0; i < shares.Length; i++) shares[i] = distribution.ProbabilityAfter(i);
        var table = graph.Constant(shares, shares.Length);
        var count = errors.IsEmpty ? graph.Times(x, 0) : CountBelow(graph, errors, x);
        var isMissing = graph.Apply("IsNaN", x);
        var known = graph.Apply("Where", isMissing, graph.Scalar(0), count);
        return graph.Apply("Where", isMissing, x, graph.Apply("Gather", table, graph.Cast(known, ElementType.Int64)));
    }

    // A product with ones is exact, because there are fewer errors than integers in single precision.
    private static string CountBelow(IGraphBuilder graph, ReadOnlySpan<float> errors, string x)
    {
        var areBelow = graph.Cast(graph.Apply("Less", graph.Row(errors), x), ElementType.Single);
        var ones = new float[errors.Length];
        Array.Fill(ones, 1);
        return graph.Apply("MatMul", areBelow, graph.Constant(ones, ones.Length, 1));
    }

    private static string KeptInside(IGraphBuilder graph, string p) => graph.Clip(p, 1.17549435e-38, float.BitDecrement(1));

    private static string OverMembers(IGraphBuilder graph, string z) => graph.Mean(z, 1, keepsDimension: false);

    private static string LogOfMean(IGraphBuilder graph, string z) => graph.Apply("Log", OverMembers(graph, z));

    // The largest term is taken out, because all of them may underflow.
    private static string LogOfMeanExponential(IGraphBuilder graph, string z, int width)
    {
        var largest = graph.Add("ReduceMax", [z], ("axes", new long[] { 1 }), ("keepdims", 1L));
        var mean = LogOfMean(graph, graph.Apply("Exp", graph.Apply("Sub", z, largest)));
        var least = graph.DoubleScalar(float.MinValue);
        return graph.Apply("Max", graph.Apply("Add", mean, graph.Reshape(largest, 0, width)), least);
    }

    // Law of total variance.
    private static string Mixture(IGraphBuilder graph, string z, int members, int width)
    {
        var pairs = graph.Reshape(z, 0, members, width / 2, 2);
        string means = graph.Slice(pairs, 3, 0, 1), logarithms = graph.Slice(pairs, 3, 1, 1);
        var mean = graph.Mean(means, 1, keepsDimension: true);
        var distance = graph.Apply("Sub", means, mean);
        var variances = graph.Apply("Exp", graph.ClipDoubles(logarithms, ExponentBoundOfMembers));
        var variance = graph.Mean(graph.Apply("Add", variances, graph.Apply("Mul", distance, distance)), 1, keepsDimension: true);
        return graph.Reshape(graph.Concat(3, mean, graph.Apply("Log", variance)), 0, width);
    }

    private static string MeanAndVariance(IGraphBuilder graph, string z, int width)
    {
        var pairs = graph.Reshape(z, 0, width / 2, 2);
        var variance = graph.Apply("Exp", graph.Clip(graph.Slice(pairs, 2, 1, 1), -ExponentBound, ExponentBound));
        return graph.Reshape(graph.Concat(2, graph.Slice(pairs, 2, 0, 1), variance), 0, width);
    }

    // The scores of each target in ascending order; the last dimension is that of one target.
    private static string Sorted(IGraphBuilder graph, Loss loss, string z, int width, int members)
    {
        var each = loss.OutputsFor(targetColumns: 1);
        return graph.Sort(graph.Reshape(z, 0, members * (width / each), each), each);
    }
}
