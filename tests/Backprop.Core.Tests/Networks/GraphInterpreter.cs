using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Core.Tests.Networks;

/// <summary>Runs an inference graph slowly: one row at a time, in double, by textbook formulas.</summary>
/// <remarks>It calls no kernel, no layer and no loss.</remarks>
internal static class GraphInterpreter
{
    /// <summary>All named values for one row.</summary>
    public static Dictionary<string, double[]> Run(InferenceGraph graph, ReadOnlySpan<float> features)
    {
        var values = new Dictionary<string, double[]> { [InferenceGraph.Features] = Doubles(features) };
        foreach (var operation in graph.Operations)
        {
            var y = Compute(operation, [.. operation.Inputs.Select(name => values[name])]);
            Assert.Equal(operation.Width, y.Length);
            values.Add(operation.Output, y);
        }
        return values;
    }

    private static double[] Compute(InferenceOperation operation, double[][] inputs)
    {
        var x = inputs[0];
        return operation switch
        {
            StandardizeColumns op => Map(x, (value, j) => (value - At(op.Means, j)) * At(op.Factors, j)),
            ReplaceMissing op => Replaced(op, x),
            IndicateValues op => Indicated(op, x),
            InterpolateColumns op => Interpolated(op, x),
            EncodeCategories op => Encoded(op, x),
            LookUpCategories op => LookedUp(op, x),
            ClipSmoothly op => Map(x, (value, j) => j < op.Columns ? value / Math.Sqrt(1 + value / op.Limit * (value / op.Limit)) : value),
            CompressColumns op => Map(x, (value, j) => j < op.Columns ? op.Scale * Math.Asinh(value / op.Scale) : value),
            MultiplyColumns op => Map(x, (value, j) => value * At(op.Factors, j)),
            PeriodicColumns op => Periodic(op, x),
            EncodeBins op => [.. Enumerable.Range(0, op.Columns).SelectMany(j => Bins(op, x[j], j)), .. x[op.Columns..]],
            AffineByGroup op => ByGroup(op, x),
            Affine op => Products(op, x),
            ApplyActivation op => Map(x, (value, _) => ActivationOf(op.Function, value)),
            MixActivation op => Map(x, (value, j) => value + At(op.Shares, j) * (ActivationOf(op.Function, value) - value)),
            RectifyColumns op => Map(x, (value, j) => Math.Max(value, 0) + At(op.Slopes, j) * Math.Min(value, 0)),
            NormalizeColumns op => Map(x, (value, j) => Normalized(op, value, j)),
            NormalizeRows op => NormalizedRow(op, x),
            Add => Map(x, (value, j) => value + inputs[1][j]),
            SubtractKnown op => Map(x, (value, j) => Residual(value, inputs[1][j % (op.Width / op.Repeats)])),
            AverageSquares op => AverageOfSquares(op, x),
            Concatenate => [.. inputs.SelectMany(input => input)],
            SliceColumns op => x[op.First..(op.First + op.Width)],
            AverageMembers op => Average(op, x),
            DivideByTemperature op => Map(x, (value, _) => value / op.Temperature),
            UnscaleColumns op => Map(x, (value, j) => Unscaled(op.Scale, value, j)),
            ClipColumns op => Map(x, (value, j) => Math.Min(Math.Max(value, op.Limits.Least[j]), op.Limits.Most[j])),
            ApplyLink op => Linked(op.Loss, x),
            RankAmongErrors op => Map(x, (value, _) => ShareBelow(op, value)),
            _ => throw new NotSupportedException(operation.Kind),
        };
    }

    private static double Residual(double value, double known) => double.IsNaN(known) ? 0 : value - known;

    private static double[] AverageOfSquares(AverageSquares op, double[] x)
    {
        var width = x.Length / op.Width;
        return [.. Enumerable.Range(0, op.Width).Select(
            group => Enumerable.Range(group * width, width).Average(j => At(op.Weights, j) * x[j] * x[j]))];
    }

    private static double ShareBelow(RankAmongErrors op, double value)
    {
        var errors = op.Errors.Errors.ToArray();
        return errors.Count(error => error < value) / (errors.Length + 1.0);
    }

    private static double[] Replaced(ReplaceMissing op, double[] x)
    {
        var known = Map(x, (value, j) => double.IsNaN(value) ? At(op.Replacements, j) : value);
        return [.. known, .. op.Indicated.Select(j => double.IsNaN(x[j]) ? 1.0 : 0)];
    }

    private static double Unscaled(Standardization scale, double value, int j) =>
        scale.Factors[j] == 0 ? scale.Means[j] : value / scale.Factors[j] + scale.Means[j];

    private static double[] Interpolated(InterpolateColumns op, double[] x)
    {
        double[] y = [.. x];
        for (var i = 0; i < op.Columns.Count; i++)
        {
            var knots = Doubles(op.Curves.Span.Slice(2 * i * op.Knots, op.Knots));
            var heights = Doubles(op.Curves.Span.Slice((2 * i + 1) * op.Knots, op.Knots));
            ref var value = ref y[op.Columns[i]];
            var left = -1;
            for (var k = 0; k < knots.Length; k++)
                if (knots[k] <= value) left = k;
            if (double.IsNaN(value)) continue;
            if (left < 0) value = heights[0];
            else if (left == knots.Length - 1) value = heights[^1];
            else value = heights[left] + (value - knots[left]) / (knots[left + 1] - knots[left]) * (heights[left + 1] - heights[left]);
        }
        return y;
    }

    private static double[] Indicated(IndicateValues op, double[] x)
    {
        List<double> y = [.. x];
        var numbers = Doubles(op.Numbers.Span);
        foreach (var (slot, count) in op.Features)
        {
            double[] ends = [.. numbers[..(count - 1)], double.PositiveInfinity];
            var active = Array.FindIndex(ends, end => x[slot] <= end);
            for (var k = 0; k < count; k++) y.Add(numbers[(k == active ? 2 * count : count) - 1 + k]);
            numbers = numbers[(3 * count - 1)..];
        }
        return [.. y];
    }

    private static double[] Encoded(EncodeCategories op, double[] x)
    {
        List<double> y = Others(x, op.Categories);
        var numbers = Doubles(op.Numbers.Span);
        foreach (var category in op.Categories)
        {
            var columns = numbers[..category.Width];
            var known = CategoryOf(x[category.Slot], category.Count);
            if (known > 0) columns[category.Width == 1 ? 0 : known - 1] = numbers[category.Width + known - 1];
            y.AddRange(columns);
            numbers = numbers[(category.Width + category.Count)..];
        }
        return [.. y];
    }

    private static double[] LookedUp(LookUpCategories op, double[] x)
    {
        List<double> y = Others(x, op.Categories);
        var table = Doubles(op.Tables.Span);
        foreach (var category in op.Categories)
        {
            var row = CategoryOf(x[category.Slot], category.Count) * category.Width;
            y.AddRange(table[row..(row + category.Width)]);
            table = table[((category.Count + 1) * category.Width)..];
        }
        return [.. y];
    }

    private static List<double> Others(double[] x, IReadOnlyList<CategoryColumn> categories) =>
        [.. x.Where((_, j) => categories.All(category => category.Slot != j))];

    private static int CategoryOf(double value, int count) => Enumerable.Range(1, count).FirstOrDefault(category => category == value);

    private static double[] Periodic(PeriodicColumns op, double[] x)
    {
        var y = new List<double>();
        var hasPhases = op.Form == PeriodicForm.CosineWithPhase;
        var each = hasPhases ? 2 * op.Frequencies : op.Frequencies;
        for (var j = 0; j < op.Columns; j++)
        {
            var own = Doubles(op.Parameters.Span.Slice(j * each, each));
            double[] angles = [.. own[..op.Frequencies].Select(frequency => 2 * Math.PI * frequency * x[j])];
            if (hasPhases)
            {
                y.Add(x[j]);
                y.AddRange(angles.Select((angle, k) => At(op.Amplitudes, k) * Math.Cos(angle + own[op.Frequencies + k])));
                continue;
            }
            y.AddRange(angles.Select(Math.Cos));
            y.AddRange(angles.Select(Math.Sin));
        }
        return [.. y, .. x[op.Columns..]];
    }

    private static IEnumerable<double> Bins(EncodeBins op, double x, int column)
    {
        var boundaries = Doubles(op.Boundaries.Span.Slice(column * (op.Bins + 1), op.Bins + 1));
        for (var t = 0; t < op.Bins; t++)
        {
            double lower = boundaries[t], upper = boundaries[t + 1];
            if (lower == upper)
            {
                yield return x < lower ? 0 : 1;
                continue;
            }
            var share = (x - lower) / (upper - lower);
            if (share < 0 && t > 0) share = 0;
            if (share > 1 && t < op.Bins - 1) share = 1;
            yield return share;
        }
    }

    private static double[] ByGroup(AffineByGroup op, double[] x)
    {
        var y = new List<double>();
        int inputs = op.GroupInputs - op.Kept, outputs = op.GroupOutputs - op.Kept, each = (inputs + 1) * outputs;
        for (var group = 0; group < op.Groups; group++)
        {
            var own = x[(group * op.GroupInputs)..((group + 1) * op.GroupInputs)];
            y.AddRange(own[..op.Kept]);
            var products = Product(own[op.Kept..], Doubles(op.Parameters.Span.Slice(group * each, each)), outputs, factor: 1);
            y.AddRange(op.Rectified ? Map(products, (value, _) => Math.Max(value, 0)) : products);
        }
        return [.. y, .. x[(op.Groups * op.GroupInputs)..]];
    }

    private static double[] Products(Affine op, double[] x)
    {
        int inputs = x.Length / op.Groups, outputs = op.Width / op.Groups, each = (inputs + 1) * outputs;
        var y = new List<double>();
        for (var group = 0; group < op.Groups; group++)
        {
            var own = Doubles(op.Parameters.Span.Slice(group * each, each));
            y.AddRange(Product(x[(group * inputs)..((group + 1) * inputs)], own, outputs, op.Factor));
        }
        return [.. y];
    }

    private static double[] Product(double[] x, double[] weightsAndBiases, int outputs, double factor)
    {
        var y = weightsAndBiases[(x.Length * outputs)..];
        for (var i = 0; i < x.Length; i++)
            for (var j = 0; j < outputs; j++) y[j] += factor * x[i] * weightsAndBiases[i * outputs + j];
        return y;
    }

    private static double Normalized(NormalizeColumns op, double x, int j)
    {
        double scale = At(op.Parameters, j), shift = At(op.Parameters, op.Width + j);
        double mean = At(op.Parameters, 2 * op.Width + j), variance = At(op.Parameters, 3 * op.Width + j);
        return scale * (x - mean) / Math.Sqrt(variance + op.Epsilon) + shift;
    }

    private static double[] NormalizedRow(NormalizeRows op, double[] x)
    {
        double mean = x.Average(), variance = x.Average(value => (value - mean) * (value - mean));
        var deviation = Math.Sqrt(variance + op.Epsilon);
        return Map(x, (value, j) => At(op.Parameters, j) * (value - mean) / deviation + At(op.Parameters, op.Width + j));
    }

    private static double[] Average(AverageMembers op, double[] x)
    {
        double[][] members = [.. x.Chunk(op.Width)];
        Assert.Equal(op.Members, members.Length);
        return op.Loss.Averaging switch
        {
            MemberAverage.Mean => Mean(members, z => z),
            MemberAverage.Logit => Map(Mean(members, z => Map(z, (value, _) => LogisticOf(value))), (p, _) => Math.Log(p / (1 - p))),
            MemberAverage.Margin => Mean(members, z => Map(z, (value, _) => Math.Clamp(value, -1, 1))),
            MemberAverage.Softmax => Map(Mean(members, Softmax), (p, _) => Math.Log(p)),
            MemberAverage.Logarithm => Map(Mean(members, Exponentials), (mean, _) => Math.Log(mean)),
            MemberAverage.Mixture => Mixture(members),
            MemberAverage.Sorted => Mean(members, z => Sorted(op.Loss, z)),
            _ => throw new NotSupportedException(op.Loss.ToString()),
        };
    }

    // Law of total variance.
    private static double[] Mixture(double[][] members)
    {
        var y = Mean(members, z => z);
        for (var t = 0; t < y.Length; t += 2)
        {
            double mean = y[t], variance = members.Average(z => Math.Exp(z[t + 1]) + z[t] * z[t]) - mean * mean;
            y[t + 1] = Math.Log(variance);
        }
        return y;
    }

    private static double[] Linked(Loss loss, double[] z) => loss.Link switch
    {
        LossLink.Identity => z,
        LossLink.Logistic => Map(z, (value, _) => LogisticOf(value)),
        LossLink.Margin => Map(z, (value, _) => Math.Clamp((value + 1) / 2, 0, 1)),
        LossLink.Softmax => Softmax(z),
        LossLink.Exponential => Exponentials(z),
        LossLink.MeanAndVariance => Map(z, (value, j) => j % 2 == 0 ? value : Math.Exp(Math.Clamp(value, -30, 30))),
        LossLink.Sorted => Sorted(loss, z),
        _ => throw new NotSupportedException(loss.ToString()),
    };

    private static double[] Sorted(Loss loss, double[] z) =>
        [.. z.Chunk(((PinballLoss)loss).Quantiles.Count).SelectMany(ofTarget => ofTarget.Order())];

    private static double[] Exponentials(double[] z) => Map(z, (value, _) => Math.Exp(Math.Clamp(value, -30, 30)));

    private static double[] Softmax(double[] z)
    {
        double largest = z.Max(), total = z.Sum(value => Math.Exp(value - largest));
        return Map(z, (value, _) => Math.Exp(value - largest) / total);
    }

    private static double ActivationOf(Activation f, double x) => f switch
    {
        Identity => x,
        ReLU => Math.Max(x, 0),
        LeakyReLU leaky => x > 0 ? x : leaky.NegativeSlope * x,
        ELU elu => x > 0 ? x : elu.Alpha * (Math.Exp(x) - 1),
        SELU => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1)),
        GELU { Approximate: true } => x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) / 2,
        GELU => x * NormalProbability(x),
        SiLU => x * LogisticOf(x),
        Mish => x * Math.Tanh(Math.Log(1 + Math.Exp(x))),
        Softplus => Math.Log(1 + Math.Exp(x)),
        Softsign => x / (1 + Math.Abs(x)),
        Sigmoid => LogisticOf(x),
        Tanh => Math.Tanh(x),
        HardTanh => Math.Clamp(x, -1, 1),
        HardSigmoid => Math.Clamp(x / 6 + 0.5, 0, 1),
        Reflected reflected => -ActivationOf(reflected.Inner, -x),
        Saturated { Inner: var inner } when x < 0 => ActivationOf(inner, x + 1) - ActivationOf(inner, 1),
        Saturated { Inner: var inner } => ActivationOf(inner, 1) - ActivationOf(inner, 1 - x),
        HardSwish => x * Math.Clamp(x / 6 + 0.5, 0, 1),
        _ => throw new NotSupportedException(f.ToString()),
    };

    private static double LogisticOf(double x) => 1 / (1 + Math.Exp(-x));

    // Abramowitz and Stegun (1964), 26.2.17: within 1e-7.
    private static double NormalProbability(double x)
    {
        var t = 1 / (1 + 0.2316419 * Math.Abs(x));
        var series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        var tail = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * series;
        return x > 0 ? 1 - tail : tail;
    }

    private static double[] Mean(double[][] members, Func<double[], double[]> of)
    {
        double[][] terms = [.. members.Select(of)];
        return [.. Enumerable.Range(0, terms[0].Length).Select(j => terms.Average(term => term[j]))];
    }

    private static double[] Map(double[] x, Func<double, int, double> f) => [.. x.Select(f)];

    private static double At(ReadOnlyMemory<float> constants, int index) => constants.Span[index];

    private static double[] Doubles(ReadOnlySpan<float> numbers) => [.. numbers.ToArray().Select(number => (double)number)];
}
