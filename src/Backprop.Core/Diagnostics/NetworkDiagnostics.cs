using System.Globalization;
using Backprop.Activations;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Diagnostics;

/// <summary>Scales of activations and gradients of every layer, and warnings that say why a network does not learn.</summary>
/// <remarks>
/// Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks", examine the same scales. The
/// thresholds of the warnings are rules of thumb. They are meant to find networks that do not learn, not those that could learn better.
/// </remarks>
public sealed class NetworkDiagnostics
{
    private const double DeadDerivative = 1e-3, SaturatedDerivative = 0.05;
    private const double MaxFading = 1e3, MaxUnits = 0.5;

    private NetworkDiagnostics(Network network, IReadOnlyList<LayerDiagnostics> layers, int examples) =>
        (Layers, Examples, Warnings) = (layers, examples, [.. Warn(network, layers, examples)]);

    /// <summary>Every layer, first to last.</summary>
    public IReadOnlyList<LayerDiagnostics> Layers { get; }

    /// <summary>The number of examples in the sample.</summary>
    public int Examples { get; }

    /// <summary>Problems and their remedies; empty if there is none.</summary>
    public IReadOnlyList<NetworkWarning> Warnings { get; }

    /// <summary>Runs examples forward and backward through a network, as a training step does, and measures every layer.</summary>
    /// <param name="network">The layers.</param>
    /// <param name="parameters">[ParameterCount]</param>
    /// <param name="loss">The loss whose gradient is propagated.</param>
    /// <param name="x">[rows × Inputs]; some hundred rows will do.</param>
    /// <param name="targets">[rows × target columns]</param>
    /// <param name="before">[ParameterCount] before the last step, for <see cref="LayerDiagnostics.UpdateRatio"/>; or empty.</param>
    /// <param name="seed">The seed of dropout's random numbers.</param>
    /// <exception cref="ArgumentException">The counts of parameters, columns or rows do not fit each other.</exception>
    public static NetworkDiagnostics Measure(
        Network network, ReadOnlySpan<Real> parameters, Loss loss, ReadOnlyMatrix x, ReadOnlyMatrix targets,
        ReadOnlySpan<Real> before = default, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(loss);
        if (targets.Rows != x.Rows)
            throw new ArgumentException(
                $"x has {x.Rows} rows, but the targets have {targets.Rows}. Both need the same number of rows.", nameof(targets));
        if (!before.IsEmpty && before.Length != parameters.Length)
            throw new ArgumentException(
                $"There are {parameters.Length} parameters, but {before.Length} before the step. Pass as many, or none.", nameof(before));

        var workspace = Workspace.ThatKeepsEveryOutput(network, x.Rows);
        var scores = network.ForwardTraining(parameters, x, workspace, seed, step: 0);
        loss.Evaluate(scores, targets, [], workspace.ScoreGradient, network.EnsembleSize);
        network.Backward(parameters, x, workspace, new Real[network.ParameterCount]);

        var layers = new LayerDiagnostics[network.Layers.Count];
        for (var l = 0; l < layers.Length; l++)
        {
            var layer = network.Layers[l];
            var input = l == 0 ? x : workspace.Output(l - 1);
            var activation = layer.ParameterCount == 0 ? (layer as IHasActivation)?.Activation : null;
            var (dead, saturated) = activation is null ? (null, null) : DeadAndSaturated(layer, activation, input, workspace.Output(l));
            layers[l] = new LayerDiagnostics(
                l, layer.Caption,
                RootMeanSquare(workspace.Output(l).Values),
                // The gradient is that of a mean over the rows.
                RootMeanSquare(workspace.OutputGradient(l).Values) * x.Rows,
                dead, saturated,
                UpdateRatio(layer, parameters[network.ParametersOf(l)], before.IsEmpty ? [] : before[network.ParametersOf(l)]));
        }
        return new NetworkDiagnostics(network, layers, x.Rows);
    }

    /// <summary>A table of the layers, and the warnings below it.</summary>
    public override string ToString()
    {
        var width = Layers.Max(layer => layer.Name.Length);
        var lines = Layers.Select(layer => string.Create(CultureInfo.InvariantCulture,
            $"{layer.Layer,3}  {layer.Name.PadRight(width)}  output {layer.OutputScale,8:G3}  gradient " +
                $"{layer.GradientScale,8:G3}{Share("dead", layer.DeadUnits)}{Share("saturated", layer.SaturatedUnits)}" +
                $"{Ratio(layer.UpdateRatio)}"));
        return string.Join(Environment.NewLine, lines.Concat(Warnings.Select(warning => warning.Text)));

        static string Share(string what, double? share) =>
            share is { } value ? string.Create(CultureInfo.InvariantCulture, $"  {what} {100 * value:0} %") : "";
        static string Ratio(double? ratio) => ratio is { } value ? string.Create(CultureInfo.InvariantCulture, $"  update {value:G2}") : "";
    }

    // dy = 1 everywhere, so dx is the derivative.
    private static (double? Dead, double? Saturated) DeadAndSaturated(
        Layer layer, Activation activation, ReadOnlyMatrix x, ReadOnlyMatrix y)
    {
        var ones = new Real[y.Values.Length];
        var derivatives = new Matrix(new Real[ones.Length], y.Rows, y.Columns);
        Array.Fill(ones, 1);
        layer.Backward([], x, y, new ReadOnlyMatrix(ones, y.Rows, y.Columns), derivatives, []);

        var flatBelow = FlatBelow(activation);
        int dead = 0, saturated = 0;
        for (var unit = 0; unit < derivatives.Columns; unit++)
        {
            var isDead = true;
            for (var row = 0; row < derivatives.Rows; row++)
            {
                var derivative = Math.Abs(derivatives.Row(row)[unit]);
                isDead &= derivative < DeadDerivative;
                if (derivative < flatBelow) saturated++;
            }
            if (isDead) dead++;
        }
        return (dead / (double)derivatives.Columns, flatBelow is null ? null : saturated / (double)ones.Length);
    }

    // Null, unless the function is flat for both very negative and very positive inputs.
    private static double? FlatBelow(Activation activation)
    {
        Real[] x = [-20, 0, 20], y = new Real[3], derivatives = new Real[3];
        activation.Forward(x, y);
        activation.Backward(x, y, [1, 1, 1], derivatives);
        var flat = SaturatedDerivative * derivatives[1];
        return Math.Abs(derivatives[0]) < flat && Math.Abs(derivatives[2]) < flat ? flat : null;
    }

    private static double? UpdateRatio(Layer layer, ReadOnlySpan<Real> parameters, ReadOnlySpan<Real> before)
    {
        if (before.IsEmpty) return null;
        double moved = 0, size = 0;
        var start = 0;
        foreach (var block in layer.Blocks)
        {
            if (block.Role != ParameterRole.Statistic)
            {
                for (var i = start; i < start + block.Length; i++) moved += Math.Pow((double)parameters[i] - before[i], 2);
                size += Sums.OfSquares(parameters.Slice(start, block.Length));
            }
            start += block.Length;
        }
        return size > 0 ? Math.Sqrt(moved / size) : null;
    }

    private static double RootMeanSquare(ReadOnlySpan<Real> x) => Math.Sqrt(Sums.OfSquares(x) / x.Length);

    private static IEnumerable<NetworkWarning> Warn(Network network, IReadOnlyList<LayerDiagnostics> layers, int examples)
    {
        if (WarnOfGradient(network, layers) is { } warning) yield return warning;
        var dead = layers.Where(layer => layer.DeadUnits >= MaxUnits).MaxBy(layer => layer.DeadUnits);
        if (dead is not null)
            yield return new NetworkWarning(NetworkTrouble.DeadUnits, dead.Layer, string.Create(CultureInfo.InvariantCulture,
                $"{100 * dead.DeadUnits!.Value:0} % of the units of layer {dead.Layer} ({dead.Name}) are dead: " +
                $"their gradient is close to 0 for all {examples} examples, " +
                $"so {(dead.DeadUnits == 1 ? "no layer before it learns" : "nothing is learned through them")}. " +
                $"What helps: a smaller learning rate, He initialization, normalization, or an activation without a flat half " +
                $"(LeakyReLU, ELU, SiLU, Mish)."));
        var saturated = layers.Where(layer => layer.SaturatedUnits >= MaxUnits).MaxBy(layer => layer.SaturatedUnits);
        if (saturated is not null)
            yield return new NetworkWarning(NetworkTrouble.SaturatedUnits, saturated.Layer, string.Create(CultureInfo.InvariantCulture,
                $"{100 * saturated.SaturatedUnits!.Value:0} % of the inputs of layer {saturated.Layer} ({saturated.Name}) are in its " +
                $"flat range, so little is learned through it. " +
                $"What helps: smaller starting weights, standardized features, a smaller learning rate, normalization, " +
                $"or an activation that is not flat on both sides."));
    }

    // Between the first layer with weights and the last.
    private static NetworkWarning? WarnOfGradient(Network network, IReadOnlyList<LayerDiagnostics> layers)
    {
        if (layers.FirstOrDefault(layer => !double.IsFinite(layer.GradientScale * layer.OutputScale)) is { } broken)
            return new NetworkWarning(
                NetworkTrouble.ExplodingGradient, broken.Layer,
                $"The network explodes: output or gradient of layer {broken.Layer} ({broken.Name}) is not finite. {AgainstExplosion}");

        var (first, last) = (
            layers.FirstOrDefault(layer => HasWeights(network.Layers[layer.Layer])),
            layers.LastOrDefault(layer => HasWeights(network.Layers[layer.Layer])));
        if (first is null || first == last || last!.GradientScale == 0) return null;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"it is {last.GradientScale:G2} at layer {last.Layer} ({last.Name}), " +
            $"and {first.GradientScale:G2} at layer {first.Layer} ({first.Name})");
        if (first.GradientScale * MaxFading < last.GradientScale)
            return new NetworkWarning(NetworkTrouble.VanishingGradient, first.Layer,
                $"The gradient vanishes on its way back: {text}, so the first layers hardly learn. " +
                $"What helps: an activation whose derivative is near 1 (ReLU, SELU, Mish) with starting weights that suit it " +
                $"(He, LeCun, DataDependent), batch normalization, residual blocks, or fewer layers.");
        return first.GradientScale > MaxFading * last.GradientScale
            ? new NetworkWarning(
                NetworkTrouble.ExplodingGradient, first.Layer, $"The gradient explodes on its way back: {text}. {AgainstExplosion}")
            : null;
    }

    private const string AgainstExplosion = "What helps: smaller starting weights (Glorot, He, orthogonal), gradient clipping, a smaller " +
        "learning rate, batch or layer normalization, or residual blocks.";

    private static bool HasWeights(Layer layer) => layer.Blocks.Any(block => block.Role == ParameterRole.Weight);
}
