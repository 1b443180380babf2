using System.Runtime.CompilerServices;
using Backprop.Initializers;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Checking;

/// <summary>Compares backward propagation with central differences: is backward the derivative of forward?</summary>
/// <remarks>
/// The derivative by one parameter after the other is (8·(J(θ + h) − J(θ − h)) − (J(θ + 2h) − J(θ − 2h))) / 12h. It is computed in double
/// precision. There, an error of 1 % in one term exceeds the tolerance by a factor of 10,000. Networks with a custom layer, activation or
/// loss are checked in single precision, because those parts exist in single precision only. Forward and backward computations are those
/// of a training step: dropout drops the same units each time, and batch normalization uses the batch. Measured parameters, such as running
/// means, have no gradient and are not checked. A unit whose input lies next to a kink (ReLU at 0) may show an error although its gradient
/// is correct. Check such cases with other examples or another seed.
/// </remarks>
public static class GradientCheck
{
    /// <summary>Compares the gradient of the mean loss over some examples. For an ensemble, the loss is the sum of the members' mean
    /// losses, because each member learns from its own loss.</summary>
    /// <param name="network">The layers.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="x">[rows × Inputs]; a dozen rows will do.</param>
    /// <param name="targets">[rows × target columns]</param>
    /// <param name="parameters">[ParameterCount]; empty for starting values by the seed.</param>
    /// <param name="seed">The seed of starting values, and of the random numbers of dropout and noise.</param>
    /// <param name="maxParameters">Maximum number of parameters to compare, evenly spread over all of them. Each costs four evaluations of
    /// the loss.</param>
    /// <returns>The largest error, with its layer and index, and whether the check passed.</returns>
    /// <exception cref="ArgumentException">The counts of parameters, columns or rows do not fit each other, or the loss does not allow a
    /// target.</exception>
    public static GradientCheckResult Run(
        Network network, Loss loss, ReadOnlyMatrix x, ReadOnlyMatrix targets, ReadOnlySpan<Real> parameters = default, int seed = 0,
        int maxParameters = 2000)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxParameters, 1);
        if (targets.Rows != x.Rows || x.Rows == 0)
            throw new ArgumentException(
                $"x has {x.Rows} rows, but the targets have {targets.Rows}. Both need the same number of rows, at least 1.",
                nameof(targets));
        if (x.Columns != network.Inputs)
            throw new ArgumentException($"x has {x.Columns} columns, but the network has {network.Inputs} inputs.", nameof(x));
        if (!loss.FitsTargets(network.Outputs, targets.Columns))
            throw new ArgumentException(
                $"{targets.Columns} target columns do not fit {network.Outputs} outputs of the network with {loss}.", nameof(targets));
        if (!parameters.IsEmpty && parameters.Length != network.ParameterCount)
            throw new ArgumentException(
                $"The network has {network.ParameterCount} parameters, but {parameters.Length} were passed.", nameof(parameters));
        loss.CheckTargets(targets, network.Outputs, nameof(targets));

        Real[] theta = parameters.IsEmpty ? network.Initialize(new GlorotUniform(), seed, x) : parameters.ToArray();
        if (IsOurs(network, loss))
        {
            DoublePrecision.Load();
            return RunInDouble(network, loss, x, targets, theta, seed, maxParameters);
        }
        var inSingle = new InSinglePrecision(network, loss, x.Values.ToArray(), targets.Values.ToArray(), x.Rows, seed);
        return Compare(network, inSingle, [.. theta], maxParameters, h: 0.01, smallShare: 0.1, inDouble: false);
    }

    /// <summary>A function of the parameters and its gradient.</summary>
    internal interface IObjective
    {
        /// <summary>J, and its gradient unless that is empty.</summary>
        double Evaluate(double[] theta, double[] gradient);
    }

    /// <summary>Compares one parameter after the other, and keeps the one with the largest error.</summary>
    internal static GradientCheckResult Compare(
        Network network, IObjective objective, double[] theta, int maxParameters, double h, double smallShare, bool inDouble)
    {
        var claimed = new double[theta.Length];
        objective.Evaluate(theta, claimed);
        var learned = LearnedParameters(network).ToArray();
        if (learned.Length == 0) throw new ArgumentException($"Network {network} has no parameters to learn.", nameof(network));
        var minimum = smallShare * learned.Max(parameter => Math.Abs(claimed[parameter.Offset]));

        var compared = Math.Min(maxParameters, learned.Length);
        CheckedParameter? worst = null;
        for (var i = 0; i < compared; i++)
        {
            var parameter = learned[(int)((long)i * learned.Length / compared)];
            var (backward, step) = (claimed[parameter.Offset], h * Math.Max(1, Math.Abs(theta[parameter.Offset])));
            var difference = Differentiate(objective, theta, parameter.Offset, step);
            var error = Error(backward, difference, minimum);
            if (inDouble && error > GradientCheckResult.ToleranceInDouble)
            {
                // If a kink lies within the step, it rarely lies within a much shorter step, too. A wrong gradient stays wrong.
                var closer = Differentiate(objective, theta, parameter.Offset, step / 16);
                if (Error(backward, closer, minimum) is var again && again < error) (difference, error) = (closer, again);
            }
            // Written so that NaN is worse than any value.
            if (worst is not null && !double.IsNaN(worst.Error) && !(error > worst.Error) && !double.IsNaN(error)) continue;
            worst = new CheckedParameter(
                parameter.Layer, network.Layers[parameter.Layer].Caption, parameter.Block, parameter.Index, backward, difference, error);
            if (double.IsNaN(error)) break;
        }
        return new GradientCheckResult(worst!, compared, inDouble);
    }

    private static double Error(double backward, double difference, double minimum)
    {
        var larger = Math.Max(Math.Abs(backward), Math.Abs(difference));
        return backward == difference ? 0 : Math.Abs(backward - difference) / Math.Max(minimum, larger);
    }

    private static double Differentiate(IObjective objective, double[] theta, int i, double h)
    {
        var value = theta[i];
        var result = (8 * Across(h) - Across(2 * h)) / (12 * h);
        theta[i] = value;
        return result;

        double Across(double step)
        {
            theta[i] = value + step;
            var above = objective.Evaluate(theta, []);
            theta[i] = value - step;
            return above - objective.Evaluate(theta, []);
        }
    }

    private static IEnumerable<(int Layer, string Block, int Index, int Offset)> LearnedParameters(Network network)
    {
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var (offset, index) = (network.ParametersOf(l).Start.Value, 0);
            foreach (var (name, length, role) in network.Layers[l].Blocks)
            {
                for (var i = 0; i < length; i++, index++)
                    if (role != ParameterRole.Statistic) yield return (l, name, index, offset + index);
            }
        }
    }

    private static bool IsOurs(Network network, Loss loss) =>
        IsOurs(loss) && network.Layers.All(layer => IsOurs(layer) && layer.Activations.All(IsOurs));

    private static bool IsOurs(object part) => part.GetType().Assembly == typeof(GradientCheck).Assembly;

    // Not inlined: the double-precision library must be loaded before a method that names its types is compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static GradientCheckResult RunInDouble(
        Network network, Loss loss, ReadOnlyMatrix x, ReadOnlyMatrix targets, Real[] theta, int seed, int maxParameters)
    {
        var objective = new InDoublePrecision(network, loss, x.Values, targets.Values, x.Rows, seed);
        return Compare(network, objective, [.. theta], maxParameters, h: 2e-5, smallShare: 1e-3, inDouble: true);
    }

    private sealed class InSinglePrecision(Network network, Loss loss, Real[] x, Real[] targets, int rows, int seed) : IObjective
    {
        private readonly Workspace _workspace = new(network, rows);
        private readonly Real[] _theta = new Real[network.ParameterCount], _gradient = new Real[network.ParameterCount];

        public double Evaluate(double[] theta, double[] gradient)
        {
            for (var i = 0; i < theta.Length; i++) _theta[i] = (Real)theta[i];
            var input = new ReadOnlyMatrix(x, rows, network.Inputs);
            var scores = network.ForwardTraining(_theta, input, _workspace, seed, step: 0);
            var value = network.EnsembleSize * loss.Evaluate(
                scores, new ReadOnlyMatrix(targets, rows, targets.Length / rows), [], _workspace.ScoreGradient, network.EnsembleSize);
            if (gradient.Length == 0) return value;
            network.Backward(_theta, input, _workspace, _gradient);
            for (var i = 0; i < gradient.Length; i++) gradient[i] = _gradient[i];
            return value;
        }
    }
}
