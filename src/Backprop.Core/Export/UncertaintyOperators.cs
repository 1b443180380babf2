using Backprop.Losses;
using Backprop.Networks;
using Backprop.Uncertainty;

namespace Backprop.Export;

/// <summary>Intervals, prediction sets and the spread of an ensemble in the operators of ONNX, computed in double as in
/// <see cref="UncertaintyScorer"/>.</summary>
/// <param name="graph">Receives the operators.</param>
/// <param name="trained">The network.</param>
internal sealed class UncertaintyOperators(IGraphBuilder graph, TrainedNetwork trained)
{
    private readonly int _members = trained.Network.EnsembleSize, _outputs = trained.Network.Outputs;

    /// <summary>The standard deviation of the members' predictions.</summary>
    /// <param name="members">[rows × members × outputs], double precision.</param>
    /// <returns>[rows × outputs], single precision.</returns>
    public string Spread(string members)
    {
        var distance = graph.Apply("Sub", members, graph.Mean(members, 1, keepsDimension: true));
        var variance = graph.Mean(graph.Apply("Mul", distance, distance), 1, keepsDimension: false);
        var corrected = graph.Apply("Mul", variance, graph.DoubleRatio(_members, _members - 1));
        return graph.Cast(graph.Apply("Sqrt", corrected), ElementType.Single);
    }

    /// <summary>The ends of intervals, or 1 for the members of sets: see <see cref="UncertaintyScorer.Ends"/>.</summary>
    /// <param name="conformal">The conformity scores.</param>
    /// <param name="centers">[rows × members that predict × outputs], double precision.</param>
    /// <returns>[rows × ends], single precision.</returns>
    public string Ends(ConformalCalibration conformal, string centers)
    {
        var parts = new List<string>();
        for (var target = 0; target < conformal.Targets; target++)
        {
            switch (trained.Loss.TargetKind)
            {
                case TargetKind.Class:
                    parts.Add(IsInSet(conformal, target, OneMinus(graph.Transpose(centers, 0, 2, 1)), _outputs));
                    break;
                case TargetKind.Binary:
                    var p = graph.Transpose(graph.Slice(centers, 2, target, 1), 0, 2, 1);
                    parts.Add(IsInSet(conformal, target, p, 1));
                    parts.Add(IsInSet(conformal, target, OneMinus(p), 1));
                    break;
                default:
                    parts.AddRange(Interval(conformal, target, centers));
                    break;
            }
        }
        return graph.Concat(1, parts);
    }

    private string OneMinus(string p) => graph.Apply("Sub", graph.DoubleScalar(1), p);

    // Whether each class belongs to the set: fewer scores than the rank are below its own. x: [rows × classes × members].
    private string IsInSet(ConformalCalibration conformal, int target, string x, int classes)
    {
        var own = graph.Cast(x, ElementType.Single);
        var parts = new List<string>();
        var count = 0;
        for (var member = 0; member < conformal.Members; member++)
        {
            var scores = conformal.ScoresOf(target, member);
            if (scores.IsEmpty) continue;
            var below = graph.Apply("Less", graph.Constant(scores, 1, 1, scores.Length), graph.Slice(own, 2, member, 1));
            parts.Add(graph.Cast(below, ElementType.Single));
            count += scores.Length;
        }
        var isNumber = graph.Apply("Not", graph.Apply("IsNaN", graph.Mean(own, 2, keepsDimension: false)));
        if (count == 0) return graph.Cast(isNumber, ElementType.Single);
        var ones = new float[count];
        Array.Fill(ones, 1);
        var total = graph.Reshape(graph.Apply("MatMul", graph.Concat(2, parts), graph.Constant(ones, count, 1)), 0, classes);
        var isIn = graph.Apply("And", graph.Apply("Less", total, graph.Scalar(conformal.Rank)), isNumber);
        return graph.Cast(isIn, ElementType.Single);
    }

    private string[] Interval(ConformalCalibration conformal, int target, string centers)
    {
        var (lower, upper, scale) = BoundsOf(centers, target, _outputs / conformal.Targets);
        var high = End(conformal, target, upper, scale);
        var low = graph.Apply("Neg", End(conformal, target, graph.Apply("Neg", lower), scale));
        var middle = graph.Apply("Div", graph.Apply("Add", low, high), graph.DoubleScalar(2));
        var areCrossed = graph.Apply("Greater", low, high);
        return [.. new[] { low, high }.Select(end => graph.Cast(graph.Apply("Where", areCrossed, middle, end), ElementType.Single))];
    }

    // [rows × members] each; no scale for 1.
    private (string Lower, string Upper, string? Scale) BoundsOf(string centers, int target, int each)
    {
        var (first, last) = (Output(target * each), Output(target * each + each - 1));
        return trained.Loss.OfTarget(target).Link switch
        {
            LossLink.Sorted => (first, last, null),
            LossLink.MeanAndVariance => (first, first, graph.Apply("Sqrt", last)),
            _ => (first, first, null),
        };

        string Output(int index) => graph.Reshape(graph.Slice(centers, 2, index, 1), 0, -1);
    }

    // The smallest end of all members and scores whose rank is high enough: [rows × 1].
    private string End(ConformalCalibration conformal, int target, string bounds, string? scale)
    {
        var parts = new List<string>();
        var count = 0;
        for (var member = 0; member < conformal.Members; member++)
        {
            var scores = conformal.ScoresOf(target, member);
            if (scores.IsEmpty) continue;
            var e = graph.Cast(graph.Constant(scores, 1, scores.Length), ElementType.Double);
            if (scale is not null) e = graph.Apply("Mul", graph.Slice(scale, 1, member, 1), e);
            parts.Add(graph.Apply("Add", graph.Slice(bounds, 1, member, 1), e));
            count += scores.Length;
        }
        // 0 times a number is NaN where it is NaN.
        var zero = graph.Apply("Mul", graph.Mean(bounds, 1, keepsDimension: true), graph.DoubleScalar(0));
        if (conformal.Rank > count) return graph.Apply("Add", zero, graph.DoubleScalar(float.PositiveInfinity));
        var largest = count - conformal.Rank + 1;
        var ends = graph.Add(
            "TopK", [graph.Concat(1, parts), graph.Constant([(long)largest], 1)], ("axis", -1L), ("largest", 1L), ("sorted", 1L));
        return graph.Apply("Add", graph.Slice(ends, 1, largest - 1, 1), zero);
    }
}
