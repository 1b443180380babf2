using Backprop.Layers;

namespace Backprop.Export;

/// <summary>Operations on raw features in the operators of ONNX.</summary>
internal static class FeatureOperators
{
    public static string Standardize(IGraphBuilder graph, StandardizeColumns op, string x) =>
        graph.Apply("Mul", graph.Apply("Sub", x, graph.Row(op.Means.Span)), graph.Row(op.Factors.Span));

    public static string Replace(IGraphBuilder graph, ReplaceMissing op, string x)
    {
        var isMissing = graph.Apply("IsNaN", x);
        var known = graph.Apply("Where", isMissing, graph.Row(op.Replacements.Span), x);
        if (op.Indicated.Count == 0) return known;
        long[] indicated = [.. op.Indicated];
        return graph.Concat(1, known, graph.Cast(graph.Gather(isMissing, 1, indicated), ElementType.Single));
    }

    /// <summary>The line after the last knot that is not above x. That knot is found by bisection, for all columns at once.</summary>
    public static string Interpolate(IGraphBuilder graph, InterpolateColumns op, string x)
    {
        var lines = new LineTable(op);
        long[] columns = [.. op.Columns];
        string own = graph.Gather(x, 1, columns), flat = graph.Constant(lines.PaddedKnots, lines.PaddedKnots.Length);
        // Positions in the flat table: the column's own offset, plus the number of knots that are not above x.
        var position = graph.Constant(lines.Offsets, 1, columns.Length);
        for (var step = lines.Padding / 2; step > 0; step /= 2)
        {
            var probed = graph.Apply("Add", position, graph.Constant([step - 1L]));
            var isPassed = graph.Apply("GreaterOrEqual", own, graph.Apply("Gather", flat, probed)); // false for NaN: y is NaN, too
            var passed = graph.Apply("Mul", graph.Cast(isPassed, ElementType.Int64), graph.Constant([(long)step]));
            position = graph.Apply("Add", position, passed);
        }
        string at = Line(lines.Starts), height = Line(lines.Heights), slope = Line(lines.Slopes);
        var distance = graph.Apply("Where", graph.Apply("IsInf", own), graph.Scalar(0), graph.Apply("Sub", own, at));
        var y = graph.Apply("Add", height, graph.Apply("Mul", distance, slope));

        long[] order = [.. Enumerable.Range(0, op.Width).Select(j => (long)j)];
        for (var i = 0; i < columns.Length; i++) order[columns[i]] = op.Width + i;
        return graph.Gather(graph.Concat(1, x, y), 1, order);

        string Line(float[] table) => graph.Apply("Gather", graph.Constant(table, table.Length), position);
    }

    /// <summary>The number of boundaries below x is the number of the active column.</summary>
    public static string Indicate(IGraphBuilder graph, IndicateValues op, string x)
    {
        var parts = new List<string> { x };
        var numbers = op.Numbers.Span;
        foreach (var feature in op.Features)
        {
            var isAbove = graph.Apply("Greater", graph.Slice(x, 1, feature.Slot, 1), graph.Row(numbers[feature.Boundaries]));
            float[] ones = [.. Enumerable.Repeat(1f, feature.Count - 1)];
            var column = graph.Apply("MatMul", graph.Cast(isAbove, ElementType.Single), graph.Constant(ones, ones.Length, 1));
            var isActive = graph.Apply("Equal", column, graph.Row(Enumerable.Range(0, feature.Count).Select(k => (double)k)));
            parts.Add(graph.Apply("Where", isActive, graph.Row(numbers[feature.On]), graph.Row(numbers[feature.Off])));
            numbers = numbers[(int)feature.NumberCount..];
        }
        return graph.Concat(1, parts);
    }

    public static string Encode(IGraphBuilder graph, EncodeCategories op, string x)
    {
        var parts = Others(graph, op.Categories, x, op.Width);
        var numbers = op.Numbers.Span;
        foreach (var category in op.Categories)
        {
            var number = graph.Slice(x, 1, category.Slot, 1);
            var others = numbers[..category.Width];
            var active = numbers.Slice(category.Width, category.Count);
            numbers = numbers[(category.Width + category.Count)..];
            if (category.Width == category.Count)
            {
                var ids = graph.Row(Enumerable.Range(1, category.Count).Select(id => (double)id));
                parts.Add(graph.Apply("Where", graph.Apply("Equal", number, ids), graph.Row(active), graph.Row(others)));
                continue;
            }
            var y = graph.Row(others);
            for (var id = 1; id <= category.Count; id++)
                y = graph.Apply("Where", graph.Apply("Equal", number, graph.Scalar(id)), graph.Row(active.Slice(id - 1, 1)), y);
            parts.Add(y);
        }
        return graph.Concat(1, parts);
    }

    public static string LookUp(IGraphBuilder graph, LookUpCategories op, string x)
    {
        var parts = Others(graph, op.Categories, x, op.Width);
        var tables = op.Tables.Span;
        foreach (var category in op.Categories)
        {
            var size = (category.Count + 1) * category.Width;
            var table = graph.Constant(tables[..size], category.Count + 1, category.Width);
            tables = tables[size..];
            var row = Number(graph, graph.Slice(x, 1, category.Slot, 1), category.Count);
            parts.Add(graph.Reshape(graph.Apply("Gather", table, row), -1, category.Width));
        }
        return graph.Concat(1, parts);
    }

    public static string Periodic(IGraphBuilder graph, PeriodicColumns op, string x)
    {
        var hasPhases = op.Form == PeriodicForm.CosineWithPhase;
        int count = op.Frequencies, each = hasPhases ? 2 * count : count;
        var own = graph.Reshape(graph.Slice(x, 1, 0, op.Columns), 0, op.Columns, 1);
        var turns = graph.Apply("Mul", own, Block(0));
        // Whole periods are removed while they are exact.
        var angle = graph.Times(graph.Apply("Sub", turns, graph.Apply("Round", turns)), 2 * Math.PI);
        string y;
        if (hasPhases)
        {
            var waves = graph.Apply("Cos", graph.Apply("Add", angle, Block(count)));
            y = graph.Concat(2, own, graph.Apply("Mul", waves, graph.Constant(op.Amplitudes.Span, 1, 1, count)));
        }
        else y = graph.Concat(2, graph.Apply("Cos", angle), graph.Apply("Sin", angle));
        var width = op.Columns * (hasPhases ? count + 1 : 2 * count);
        return LayerOperators.WithRest(graph, graph.Reshape(y, 0, width), x, op.Columns, op.Width - width);

        string Block(int first)
        {
            var values = new float[op.Columns * count];
            for (var j = 0; j < op.Columns; j++) op.Parameters.Span.Slice(j * each + first, count).CopyTo(values.AsSpan(j * count));
            return graph.Constant(values, 1, op.Columns, count);
        }
    }

    public static string Bins(IGraphBuilder graph, EncodeBins op, string x)
    {
        float[] lower = new float[op.Columns * op.Bins], width = new float[lower.Length], least = new float[lower.Length],
            most = new float[lower.Length], isStep = new float[lower.Length];
        for (var i = 0; i < lower.Length; i++)
        {
            var (column, bin) = Math.DivRem(i, op.Bins);
            var boundaries = op.Boundaries.Span.Slice(column * (op.Bins + 1) + bin, 2);
            isStep[i] = boundaries[0] == boundaries[1] ? 1 : 0;
            (lower[i], width[i]) = (boundaries[0], isStep[i] == 1 ? 1 : boundaries[1] - boundaries[0]);
            (least[i], most[i]) = (bin == 0 ? float.MinValue : 0, bin == op.Bins - 1 ? float.MaxValue : 1);
        }
        var own = graph.Reshape(graph.Slice(x, 1, 0, op.Columns), 0, op.Columns, 1);
        var y = graph.Apply("Div", graph.Apply("Sub", own, Constants(lower)), Constants(width));
        y = graph.Apply("Min", graph.Apply("Max", y, Constants(least)), Constants(most));
        if (isStep.Contains(1))
        {
            var isAtLeast = graph.Cast(graph.Apply("Not", graph.Apply("Less", own, Constants(lower))), ElementType.Single);
            y = graph.Apply("Where", graph.Cast(Constants(isStep), ElementType.Boolean), isAtLeast, y);
        }
        var columns = op.Columns * op.Bins;
        return LayerOperators.WithRest(graph, graph.Reshape(y, 0, columns), x, op.Columns, op.Width - columns);

        string Constants(float[] values) => graph.Constant(values, 1, op.Columns, op.Bins);
    }

    // The columns without categories, if there are any.
    private static List<string> Others(IGraphBuilder graph, IReadOnlyList<CategoryColumn> categories, string x, int outputs)
    {
        var inputs = outputs + categories.Count - categories.Sum(category => category.Width);
        long[] kept = [.. Enumerable.Range(0, inputs).Except(categories.Select(category => category.Slot)).Select(j => (long)j)];
        return kept.Length == 0 ? [] : [graph.Gather(x, 1, kept)];
    }

    // The number of a category: 1 to count, or 0 if x is any other value.
    private static string Number(IGraphBuilder graph, string x, int count)
    {
        var isInside = graph.Apply(
            "And", graph.Apply("GreaterOrEqual", x, graph.Scalar(1)), graph.Apply("LessOrEqual", x, graph.Scalar(count)));
        var isKnown = graph.Apply("And", isInside, graph.Apply("Equal", x, graph.Apply("Floor", x)));
        return graph.Cast(graph.Apply("Where", isKnown, x, graph.Scalar(0)), ElementType.Int64);
    }

    /// <summary>The lines of all columns, one for each number of knots that are not above x.</summary>
    private sealed class LineTable
    {
        public LineTable(InterpolateColumns op)
        {
            Padding = 2;
            while (Padding <= op.Knots) Padding *= 2;
            var size = op.Columns.Count * Padding;
            (PaddedKnots, Starts, Heights, Slopes) = (new float[size], new float[size], new float[size], new float[size]);
            Array.Fill(PaddedKnots, float.PositiveInfinity);
            Offsets = new long[op.Columns.Count];
            for (var i = 0; i < op.Columns.Count; i++)
            {
                Offsets[i] = i * Padding;
                var curve = op.Curves.Span.Slice(2 * i * op.Knots, 2 * op.Knots);
                Fill(i * Padding, curve[..op.Knots], curve[op.Knots..]);
            }
        }

        /// <summary>Entries of each column: a power of two above the number of knots.</summary>
        public int Padding { get; }

        public long[] Offsets { get; }

        public float[] PaddedKnots { get; }

        public float[] Starts { get; }

        public float[] Heights { get; }

        public float[] Slopes { get; }

        private void Fill(int offset, ReadOnlySpan<float> knots, ReadOnlySpan<float> heights)
        {
            knots.CopyTo(PaddedKnots.AsSpan(offset));
            Heights[offset] = heights[0];
            for (var count = 1; count <= knots.Length; count++)
            {
                (Starts[offset + count], Heights[offset + count]) = (knots[count - 1], heights[count - 1]);
                if (count == knots.Length || knots[count] == knots[count - 1]) continue;
                Slopes[offset + count] = (heights[count] - heights[count - 1]) / (knots[count] - knots[count - 1]);
            }
            // +∞ is above the padding, too.
            Heights.AsSpan(offset + knots.Length, Padding - knots.Length).Fill(heights[^1]);
        }
    }
}
