namespace Backprop.Export;

/// <summary>Operators in the terms of C#.</summary>
internal static class GraphBuilding
{
    extension(IGraphBuilder graph)
    {
        /// <summary>An operator without attributes.</summary>
        public string Apply(string type, params string[] inputs) => graph.Add(type, inputs);

        /// <summary>A scalar.</summary>
        public string Scalar(double value) => graph.Constant([(float)value]);

        /// <summary>One value for each column: [1 × columns].</summary>
        public string Row(ReadOnlySpan<float> values) => graph.Constant(values, 1, values.Length);

        /// <summary>The same, computed in double and rounded once.</summary>
        public string Row(IEnumerable<double> values)
        {
            float[] rounded = [.. values.Select(value => (float)value)];
            return graph.Row(rounded);
        }

        /// <summary>A scalar in double precision; its value is one of single precision.</summary>
        public string DoubleScalar(double value) => graph.Cast(graph.Scalar(value), ElementType.Double);

        /// <summary>numerator / denominator in double precision.</summary>
        public string DoubleRatio(int numerator, int denominator) =>
            graph.Apply("Div", graph.DoubleScalar(numerator), graph.DoubleScalar(denominator));

        /// <summary>x·factor.</summary>
        public string Times(string x, double factor) => factor == 1 ? x : graph.Apply("Mul", x, graph.Scalar(factor));

        /// <summary>x, at least and at most these values. NaN stays NaN.</summary>
        public string Clip(string x, double least, double most) => graph.Apply("Clip", x, graph.Scalar(least), graph.Scalar(most));

        /// <summary>Doubles, clipped to [−bound, bound]. NaN stays NaN.</summary>
        public string ClipDoubles(string x, double bound)
        {
            var largest = graph.DoubleScalar(bound);
            return graph.Apply("Max", graph.Apply("Min", x, largest), graph.Apply("Neg", largest));
        }

        /// <summary>The same values with another type.</summary>
        public string Cast(string x, ElementType type) => graph.Add("Cast", [x], ("to", type));

        /// <summary>The same values in another shape: 0 for the length that x has there, −1 for what remains.</summary>
        public string Reshape(string x, params ReadOnlySpan<long> shape) => graph.Apply("Reshape", x, graph.Constant(shape, shape.Length));

        /// <summary>Another order of the dimensions.</summary>
        public string Transpose(string x, params long[] order) => graph.Add("Transpose", [x], ("perm", order));

        /// <summary>Neighbours along a dimension.</summary>
        public string Slice(string x, int axis, int first, int count) => graph.Apply(
            "Slice", x, graph.Constant([first], 1), graph.Constant([first + count], 1), graph.Constant([axis], 1));

        /// <summary>The slices at some positions along a dimension.</summary>
        public string Gather(string x, int axis, ReadOnlySpan<long> positions) =>
            graph.Add("Gather", [x, graph.Constant(positions, positions.Length)], ("axis", (long)axis));

        /// <summary>All inputs, one after another along a dimension.</summary>
        public string Concat(int axis, params IReadOnlyList<string> inputs) =>
            inputs.Count == 1 ? inputs[0] : graph.Add("Concat", inputs, ("axis", (long)axis));

        /// <summary>The mean along a dimension.</summary>
        public string Mean(string x, int axis, bool keepsDimension) =>
            graph.Add("ReduceMean", [x], ("axes", new long[] { axis }), ("keepdims", keepsDimension ? 1L : 0));

        /// <summary>In ascending order along the last dimension.</summary>
        public string Sort(string x, int count) =>
            graph.Add("TopK", [x, graph.Constant([(long)count], 1)], ("axis", -1L), ("largest", 0L), ("sorted", 1L));

        /// <summary>1 / (1 + e⁻ˣ). In double, because runtimes approximate the operator Sigmoid to 1e-7 only, and small probabilities
        /// would have no correct digit.</summary>
        /// <returns>Doubles.</returns>
        public string PreciseSigmoid(string x, bool ofNegative = false)
        {
            const double beyond = 350; // where e^x still has a finite square
            var z = graph.ClipDoubles(graph.Cast(x, ElementType.Double), beyond);
            var one = graph.DoubleScalar(1);
            var exponential = graph.Apply("Exp", ofNegative ? z : graph.Apply("Neg", z));
            return graph.Apply("Div", one, graph.Apply("Add", one, exponential));
        }
    }
}
