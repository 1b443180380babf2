using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Persistence;

/// <summary>The arrays of a trained network outside its layers: scaling of inputs and targets, limits of predictions,
/// temperature.</summary>
internal sealed class NetworkScaling
{
    private const string Means = "means", Factors = "factors", Minimums = "minimums", Maximums = "maximums";
    private const string InputsPrefix = "inputs", TargetsPrefix = "targets", Temperature = "temperature";

    private (float[] First, float[] Second)? _inputs, _targets, _bounds;
    private float? _temperature;
    private TrainedNetwork? _earlier;

    public static IEnumerable<WeightArray> ArraysOf(TrainedNetwork network)
    {
        if (network.Inputs is { } inputs)
        {
            yield return Vector($"{InputsPrefix}.{Means}", inputs.Means);
            yield return Vector($"{InputsPrefix}.{Factors}", inputs.Factors);
        }
        if (network.Targets is { } targets)
        {
            yield return Vector($"{TargetsPrefix}.{Means}", targets.Means);
            yield return Vector($"{TargetsPrefix}.{Factors}", targets.Factors);
        }
        if (network.Bounds is { } bounds)
        {
            yield return Vector($"{TargetsPrefix}.{Minimums}", bounds.Least);
            yield return Vector($"{TargetsPrefix}.{Maximums}", bounds.Most);
        }
        if (network.Temperature != 1) yield return new WeightArray(Temperature, [], [(float)network.Temperature]);
    }

    /// <summary>Reads what is among the weights.</summary>
    /// <param name="fit">The weights.</param>
    /// <param name="network">The layers.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="earlier">The network whose scaling stays if the weights have none; null for no scaling.</param>
    public static NetworkScaling Read(WeightFit fit, Network network, Loss loss, TrainedNetwork? earlier)
    {
        var targets = loss.TargetColumnsOf(network.Outputs);
        var scaling = new NetworkScaling
        {
            _earlier = earlier,
            _inputs = Pair(fit, InputsPrefix, Means, Factors, network.Inputs),
            _targets = Pair(fit, TargetsPrefix, Means, Factors, targets),
            _bounds = Pair(fit, TargetsPrefix, Minimums, Maximums, targets),
        };
        if (fit.Has(Temperature) && fit.Values(Temperature, []) is [var temperature]) scaling._temperature = temperature;
        return scaling;
    }

    /// <summary>A network with this scaling.</summary>
    /// <exception cref="ArgumentException">Values are not allowed, or do not suit the loss.</exception>
    public TrainedNetwork Make(Network network, Real[] parameters, Loss loss)
    {
        var inputs = _inputs is { } scale ? new Standardization(ToReal(scale.First), ToReal(scale.Second)) : _earlier?.Inputs;
        var targets = _targets is { } targetScale
            ? new Standardization(ToReal(targetScale.First), ToReal(targetScale.Second))
            : _earlier?.Targets;
        var bounds = _bounds is { } limits ? new TargetBounds(ToReal(limits.First), ToReal(limits.Second)) : _earlier?.Bounds;
        return new TrainedNetwork(network, parameters, loss, inputs, targets, bounds, TemperatureOf())
        {
            Means = _earlier?.Means,
            ReportsUncertainty = _earlier?.ReportsUncertainty ?? false,
            HiddenOutputs = _earlier?.HiddenOutputs ?? [],
        };
    }

    // An array has single precision. A temperature that was not changed keeps its double precision.
    private double TemperatureOf()
    {
        var earlier = _earlier?.Temperature ?? 1;
        return _temperature is { } temperature && temperature != (float)earlier ? temperature : earlier;
    }

    private static (float[], float[])? Pair(WeightFit fit, string prefix, string first, string second, int columns)
    {
        string name = $"{prefix}.{first}", other = $"{prefix}.{second}";
        if (!fit.Has(name) && !fit.Has(other)) return null;
        return (fit.Values(name, [columns]).ToArray(), fit.Values(other, [columns]).ToArray());
    }

    private static WeightArray Vector(string name, ReadOnlySpan<Real> values)
    {
        var copies = new float[values.Length];
        for (var i = 0; i < copies.Length; i++) copies[i] = (float)values[i];
        return WeightArray.Owning(name, [copies.Length], copies);
    }

    private static Real[] ToReal(float[] values) => [.. values];
}
