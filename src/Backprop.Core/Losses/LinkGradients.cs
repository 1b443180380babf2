using Backprop.Numerics;

namespace Backprop.Losses;

/// <summary>The derivatives of the functions that convert scores into predictions (<see cref="LossLink"/>). Where a function is clipped,
/// its derivative is 0.</summary>
internal static class LinkGradients
{
    /// <summary>Converts ∂J/∂predictions into ∂J/∂scores, in place.</summary>
    /// <param name="loss">The loss with the function.</param>
    /// <param name="scores">[rows × outputs]</param>
    /// <param name="gradient">[rows × outputs], changed in place.</param>
    /// <exception cref="NotSupportedException">The function of a custom loss is not known.</exception>
    public static void Apply(Loss loss, ReadOnlyMatrix scores, Matrix gradient)
    {
        switch (loss.Link)
        {
            case LossLink.Identity:
                break;
            case LossLink.Logistic:
                Multiply(scores, gradient, OfLogistic);
                break;
            case LossLink.Margin:
                Multiply(scores, gradient, z => z is > -1 and < 1 ? 0.5 : 0);
                break;
            case LossLink.Softmax:
                ApplySoftmax(scores, gradient);
                break;
            case LossLink.Exponential:
                Multiply(scores, gradient, OfExponential);
                break;
            case LossLink.MeanAndVariance:
                Multiply(scores, gradient, OfExponential, first: 1, step: 2);
                break;
            case LossLink.Sorted:
                ApplySorted(scores, gradient, loss.OutputsFor(targetColumns: 1));
                break;
            case LossLink.PerTarget:
                ApplyPerTarget(loss, scores, gradient);
                break;
            default:
                throw Unknown(loss);
        }
    }

    private static void ApplyPerTarget(Loss loss, ReadOnlyMatrix scores, Matrix gradient)
    {
        var targets = loss.TargetColumnsOf(scores.Columns);
        var each = scores.Columns / targets;
        var room = Scratch.Rent(checked(2 * scores.Rows * each));
        Matrix own = new(room.AsSpan(0, scores.Rows * each), scores.Rows, each),
            ownGradient = new(room.AsSpan(scores.Rows * each, scores.Rows * each), scores.Rows, each);
        for (var target = 0; target < targets; target++)
        {
            EachTarget.Gather(scores, target, own);
            EachTarget.Gather(gradient, target, ownGradient);
            Apply(loss.OfTarget(target), own, ownGradient);
            EachTarget.Scatter(ownGradient, target, gradient);
        }
        Scratch.Return(room);
    }

    /// <summary>The error for a custom loss, whose functions have no known derivative.</summary>
    public static NotSupportedException Unknown(Loss loss) => new(
        $"{loss.GetType().Name} is a custom loss, so the derivative of its predictions and of its average over members is not known. "
        + "Explain by ShapleySampling, which needs no derivative.");

    /// <summary>Reorders the gradients of sorted values, in place: each becomes the gradient of the value before sorting.</summary>
    /// <param name="values">The values before sorting: the few values of one group.</param>
    /// <param name="gradient">The gradients of the sorted values.</param>
    public static void Unsort(ReadOnlySpan<Real> values, Span<Real> gradient)
    {
        var room = Scratch.Rent(values.Length);
        var sorted = room.AsSpan(0, values.Length);
        gradient.CopyTo(sorted);
        for (var i = 0; i < values.Length; i++)
        {
            var position = 0;
            for (var k = 0; k < values.Length; k++)
                if (values[k] < values[i] || (values[k] == values[i] && k < i)) position++;
            gradient[i] = sorted[position];
        }
        Scratch.Return(room);
    }

    private static double OfLogistic(double z)
    {
        var rest = Math.Exp(-Math.Abs(z));
        return rest / ((1 + rest) * (1 + rest));
    }

    private static double OfExponential(double z) => Math.Abs(z) <= ExponentialLink.Bound ? Math.Exp(z) : 0;

    private static void Multiply(ReadOnlyMatrix scores, Matrix gradient, Func<double, double> derivative, int first = 0, int step = 1)
    {
        for (var i = first; i < scores.Values.Length; i += step)
            gradient.Values[i] = (Real)(gradient.Values[i] * derivative(scores.Values[i]));
    }

    // ∂J/∂zₖ = pₖ·(dₖ − Σⱼ dⱼ·pⱼ), where d = ∂J/∂p.
    private static void ApplySoftmax(ReadOnlyMatrix scores, Matrix gradient)
    {
        var room = Scratch.Rent(scores.Values.Length);
        var probabilities = new Matrix(room.AsSpan(0, scores.Values.Length), scores.Rows, scores.Columns);
        Softmax.OfRows(scores, probabilities);
        for (var row = 0; row < scores.Rows; row++)
        {
            ReadOnlySpan<Real> p = probabilities.Row(row);
            var d = gradient.Row(row);
            double mean = 0;
            for (var k = 0; k < p.Length; k++) mean += (double)d[k] * p[k];
            for (var k = 0; k < p.Length; k++) d[k] = (Real)(p[k] * (d[k] - mean));
        }
        Scratch.Return(room);
    }

    private static void ApplySorted(ReadOnlyMatrix scores, Matrix gradient, int group)
    {
        if (group == 1) return;
        for (var first = 0; first < scores.Values.Length; first += group)
            Unsort(scores.Values.Slice(first, group), gradient.Values.Slice(first, group));
    }
}
