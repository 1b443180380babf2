using Backprop.Layers;
using Backprop.Networks;

namespace Backprop.Export;

/// <summary>Writes an inference graph in the operators of ONNX.</summary>
/// <remarks>Values are in single precision, as in scoring. Averages of members and probabilities are in double.</remarks>
internal static class GraphWriter
{
    /// <summary>Writes all operations.</summary>
    /// <param name="trained">The network.</param>
    /// <param name="graph">Receives the operators.</param>
    /// <param name="features">The name of the raw features: [rows × inputs], single precision.</param>
    /// <exception cref="NotSupportedException">A custom layer, activation or loss, which has no operators; the message names
    /// it.</exception>
    public static OutputTensors Write(TrainedNetwork trained, IGraphBuilder graph, string features)
    {
        var inference = trained.Inference;
        var names = new Dictionary<string, string> { [InferenceGraph.Features] = features };
        foreach (var operation in inference.Operations)
        {
            graph.Begin($"{operation.Kind}/{operation.Output}");
            names[operation.Output] = Write(operation, graph, [.. operation.Inputs.Select(name => names[name])]);
        }
        string[] hidden = [.. Enumerable.Range(0, trained.HiddenOutputs.Count).Select(i => names[inference.NameOfHidden(i)])];
        var tensors = new OutputTensors(names[inference.Scores], names[InferenceGraph.Predictions], null, null, hidden);
        if (trained is { Conformal: null, ReportsUncertainty: false }) return tensors;
        graph.Begin("uncertainty");
        var members = trained.NeedsMembers ? MembersOf(trained, graph, names) : "";
        var operators = new UncertaintyOperators(graph, trained);
        if (trained.ReportsUncertainty) tensors = tensors with { Spread = operators.Spread(members) };
        if (trained.Conformal is not { } conformal) return tensors;
        var centers = conformal.Members > 1
            ? members
            : graph.Cast(graph.Reshape(tensors.Predictions, 0, 1, trained.Network.Outputs), ElementType.Double);
        return tensors with { Ends = operators.Ends(conformal, centers) };
    }

    // The prediction of every member: [rows × members × outputs], double precision.
    private static string MembersOf(TrainedNetwork trained, IGraphBuilder graph, Dictionary<string, string> names)
    {
        string x;
        if (trained.Blend is { } blend)
        {
            string[] parts = [
                .. blend.Parts.Select((part, i) => Finished(part.Network, names[InferenceGraph.InPart(i, InferenceGraph.NetworkOutput)]))];
            var (copies, average) = blend.AverageOf(parts, "members");
            x = Write(average, graph, [Write(copies, graph, [.. copies.Inputs])]);
            foreach (var operation in trained.Inference.Finishing) x = Write(operation, graph, [x]);
        }
        else x = Finished(trained, names[InferenceGraph.NetworkOutput]);
        x = Write(trained.Inference.Link, graph, [x]);
        return graph.Cast(graph.Reshape(x, -1, trained.Network.EnsembleSize, trained.Network.Outputs), ElementType.Double);

        // [(rows · members) × outputs]
        string Finished(TrainedNetwork part, string output)
        {
            var scores = graph.Reshape(output, -1, part.Network.Outputs);
            foreach (var operation in part.Inference.Finishing) scores = Write(operation, graph, [scores]);
            return scores;
        }
    }

    /// <summary>The refusal of a part that has no operators.</summary>
    public static NotSupportedException Custom(string what, object part, string all) =>
        new(
            $"The network has the custom {what} {part.GetType().FullName}. ONNX has no operator for it; only {all} of Backprop.ML are "
            + "exported.");

    private static string Write(InferenceOperation operation, IGraphBuilder graph, string[] inputs)
    {
        var x = inputs[0];
        return operation switch
        {
            StandardizeColumns op => FeatureOperators.Standardize(graph, op, x),
            ReplaceMissing op => FeatureOperators.Replace(graph, op, x),
            IndicateValues op => FeatureOperators.Indicate(graph, op, x),
            InterpolateColumns op => FeatureOperators.Interpolate(graph, op, x),
            EncodeCategories op => FeatureOperators.Encode(graph, op, x),
            LookUpCategories op => FeatureOperators.LookUp(graph, op, x),
            PeriodicColumns op => FeatureOperators.Periodic(graph, op, x),
            EncodeBins op => FeatureOperators.Bins(graph, op, x),
            ClipSmoothly op => LayerOperators.ClipSmoothly(graph, op, x),
            CompressColumns op => LayerOperators.CompressColumns(graph, op, x),
            MultiplyColumns op => graph.Apply("Mul", x, graph.Row(op.Factors.Span)),
            AffineByGroup op => LayerOperators.AffineByGroup(graph, op, x),
            Affine op => LayerOperators.Affine(graph, op, x),
            ApplyActivation op => ActivationOperators.Write(graph, op.Function, x),
            MixActivation op => LayerOperators.Mix(graph, op, x),
            RectifyColumns op => graph.Apply("PRelu", x, graph.Row(op.Slopes.Span)),
            NormalizeColumns op => LayerOperators.NormalizeColumns(graph, op, x),
            NormalizeRows op => LayerOperators.NormalizeRows(graph, op, x),
            Add => graph.Apply("Add", inputs),
            SubtractKnown op => LayerOperators.SubtractKnown(graph, op, x, inputs[1]),
            AverageSquares op => LayerOperators.AverageSquares(graph, op, x),
            Concatenate => graph.Concat(1, inputs),
            SliceColumns op => graph.Slice(x, 1, op.First, op.Width),
            AverageMembers op => ScoreOperators.Average(graph, op, x),
            DivideByTemperature op => graph.Times(x, 1 / op.Temperature),
            UnscaleColumns op => ScoreOperators.Unscale(graph, op.Scale, x),
            ClipColumns op => ScoreOperators.Clip(graph, op.Limits, x),
            ApplyLink op => ScoreOperators.Link(graph, op, x),
            RankAmongErrors op => ScoreOperators.Rank(graph, op.Errors, x),
            RunLayer op => throw Custom("layer", op.Layer, "layers"),
            _ => throw new NotSupportedException(operation.Kind),
        };
    }
}

/// <summary>The tensors that a network computes, all of single precision.</summary>
/// <param name="Scores">[rows × outputs]</param>
/// <param name="Predictions">[rows × outputs]</param>
/// <param name="Ends">The ends of intervals, or 1 for the members of sets: [rows × <see cref="UncertaintyScorer.EndsOf"/>]; null for
/// none.</param>
/// <param name="Spread">The standard deviation of the members' predictions: [rows × outputs]; null for none.</param>
/// <param name="Hidden">The activations of each of <see cref="TrainedNetwork.HiddenOutputs"/>.</param>
internal sealed record OutputTensors(string Scores, string Predictions, string? Ends, string? Spread, IReadOnlyList<string> Hidden);
