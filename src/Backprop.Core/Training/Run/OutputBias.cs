using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;
using Backprop.Optimizers;

namespace Backprop.Training;

/// <summary>The constant scores with the lowest mean loss. Depending on the loss: log-odds of the base rate, logarithms of class
/// frequencies or of a mean, a mean, or quantiles.</summary>
internal static class OutputBias
{
    private const int MaxSteps = 100;

    /// <summary>Writes these scores into the biases of the last layer, for every member of an ensemble.</summary>
    /// <param name="parameters">The parameters of the network; the biases of its last layer are overwritten.</param>
    /// <param name="network">The layers.</param>
    /// <param name="loss">The loss of the scores.</param>
    /// <param name="examples">The examples that the scores are fitted to.</param>
    /// <param name="targets">How targets are standardized; null for not at all.</param>
    /// <param name="work">Counts the work; null where work is not counted.</param>
    public static void Fill(
        Span<Real> parameters, Network network, Loss loss, ExampleSet examples, Standardization? targets, WorkMeter? work = null)
    {
        var y = Scaled(examples, targets);
        var best = Best(loss, new ReadOnlyMatrix(y, examples.Count, examples.TargetCount), examples.Weights, network.Outputs, work);
        var ofLast = parameters[network.ParametersOf(network.Layers.Count - 1)];
        if (network.Layers[^1] is not IAffine dense) best.CopyTo(ofLast[^best.Length..]);
        else for (var member = 0; member < dense.Groups; member++)
            (examples.Folds.IsEmpty ? best : BestWithout(member, loss, y, examples, network.Outputs, work))
                .CopyTo(ofLast[dense.BiasesOf(member)]);
    }

    /// <summary>The mean loss of the best constant scores.</summary>
    public static double LossOfBest(Loss loss, ExampleSet examples, Standardization? targets, int outputs)
    {
        var y = new ReadOnlyMatrix(Scaled(examples, targets), examples.Count, examples.TargetCount);
        Matrix scores = new(new Real[checked(y.Rows * outputs)], y.Rows, outputs),
            rowGradients = new(new Real[scores.Values.Length], y.Rows, outputs);
        var best = Best(loss, y, examples.Weights, outputs, work: null);
        return Evaluate(loss, y, examples.Weights, best, scores, rowGradients, new Real[outputs], work: null);
    }

    /// <exception cref="ArgumentException">The network does not end with a layer that has a bias for every output.</exception>
    public static void Check(Network network)
    {
        if (network.Layers[^1].Blocks is not [.., { Role: ParameterRole.Bias } biases] || biases.Length != network.Outputs)
            throw new ArgumentException(
                $"{nameof(TrainingOptions.OutputBiasPrior)} sets the biases of the last layer, but {network.Layers[^1]} has none. Set it " +
                    $"to false, or end the network with a layer that has biases.",
                nameof(network));
    }

    private static Real[] Scaled(ExampleSet examples, Standardization? targets)
    {
        var y = new Real[examples.Targets.Values.Length];
        for (var row = 0; row < examples.Count; row++)
            Standardization.ApplyOrCopy(targets, examples.Targets.Row(row), y.AsSpan(row * examples.TargetCount, examples.TargetCount));
        return y;
    }

    // The best scores for the training rows of a member.
    private static Real[] BestWithout(int fold, Loss loss, Real[] y, ExampleSet examples, int outputs, WorkMeter? work)
    {
        var targets = new List<Real>();
        var weights = new List<Real>();
        for (var row = 0; row < examples.Count; row++)
        {
            if (examples.Folds[row] == fold) continue;
            targets.AddRange(y.AsSpan(row * examples.TargetCount, examples.TargetCount));
            if (!examples.Weights.IsEmpty) weights.Add(examples.Weights[row]);
        }
        return Best(
            loss, new ReadOnlyMatrix([.. targets], targets.Count / examples.TargetCount, examples.TargetCount), [.. weights], outputs,
            work);
    }

    // Minimises the mean loss by L-BFGS over the few scores. The score of a class that never occurs would be −∞; the search ends when the
    // loss no longer falls.
    private static Real[] Best(Loss loss, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, int outputs, WorkMeter? work)
    {
        var rule = new Lbfgs { GradientTolerance = 1e-4 };
        var memory = new LbfgsMemory(outputs, rule.History);
        Matrix scores = new(new Real[checked(targets.Rows * outputs)], targets.Rows, outputs),
            rowGradients = new(new Real[scores.Values.Length], targets.Rows, outputs);
        Real[] point = new Real[outputs], gradient = new Real[outputs], start = new Real[outputs], startGradient = new Real[outputs];
        var direction = new double[outputs];
        var value = Evaluate(loss, targets, weights, point, scores, rowGradients, gradient, work);
        for (var step = 0; step < MaxSteps && gradient.Any(g => Math.Abs(g) > rule.GradientTolerance); step++)
        {
            point.CopyTo(start, 0);
            gradient.CopyTo(startGradient, 0);
            memory.Direction(gradient, direction);
            var before = value;
            var derivative = LbfgsMemory.DirectionalDerivative(gradient, direction);
            var search = new LineSearch(value, derivative, 1, rule.SufficientDecrease, rule.Curvature);
            for (var evaluations = 0; evaluations < rule.MaximumEvaluations; evaluations++)
            {
                for (var i = 0; i < outputs; i++) point[i] = (Real)(start[i] + search.Trial * direction[i]);
                value = Evaluate(loss, targets, weights, point, scores, rowGradients, gradient, work);
                if (!double.IsFinite(value) || search.Observe(value, LbfgsMemory.DirectionalDerivative(gradient, direction))) break;
            }
            if (!(value < before)) return start;
            memory.Add(start, point, startGradient, gradient);
        }
        return point;
    }

    private static double Evaluate(
        Loss loss, ReadOnlyMatrix targets, ReadOnlySpan<Real> weights, Real[] point, Matrix scores, Matrix rowGradients, Real[] gradient,
        WorkMeter? work)
    {
        for (var row = 0; row < scores.Rows; row++) point.CopyTo(scores.Row(row));
        var value = loss.Evaluate(scores, targets, weights, rowGradients, work);
        MatrixMultiply.SumOfRows(rowGradients, gradient);
        return value;
    }
}
