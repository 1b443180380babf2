using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Persistence;

/// <summary>The weights of a network as named arrays, for exchange with other libraries: scikit-learn, PyTorch, NumPy. Immutable.</summary>
/// <remarks>
/// <para>The array <c>layers.0.weights</c> has the weights of layer 0, [inputs, outputs]. <c>layers.0.biases</c> has its biases, [outputs].
/// Layer 0 is the first of <see cref="Network.Layers"/>; activations are layers, too. A dense layer is y = x·W + b with these arrays: the
/// fixed factor of <see cref="NtkDense"/> is included. In a batched ensemble, the members are one more dimension, the first. Other layers
/// have one array for each of their <see cref="Layer.Blocks"/>, in its order, with "_" for each space in its name.</para>
/// <para>A <see cref="TrainedNetwork"/> may also have <c>inputs.means</c> and <c>inputs.factors</c>: x = (features − means)·factors enters
/// the first layer. It may have <c>targets.means</c> and <c>targets.factors</c>: the prediction is score / factor + mean. The limits of
/// predictions are <c>targets.minimums</c> and <c>targets.maximums</c>. <c>temperature</c> is the divisor of the scores.</para>
/// </remarks>
public sealed partial class NetworkWeights : IReadOnlyList<WeightArray>
{
    private readonly WeightArray[] _arrays;
    private readonly Dictionary<string, WeightArray> _byName;

    /// <summary>Makes weights of arrays.</summary>
    /// <param name="arrays">The arrays, no name twice.</param>
    /// <exception cref="ArgumentException">An array is null, or two have the same name.</exception>
    public NetworkWeights(params IEnumerable<WeightArray> arrays)
    {
        ArgumentNullException.ThrowIfNull(arrays);
        _arrays = [.. arrays];
        _byName = new Dictionary<string, WeightArray>(_arrays.Length, StringComparer.Ordinal);
        for (var i = 0; i < _arrays.Length; i++)
        {
            if (_arrays[i] is not { } array) throw new ArgumentException($"Array {i} is null.", nameof(arrays));
            if (!_byName.TryAdd(array.Name, array))
                throw new ArgumentException($"Two arrays have the name '{array.Name}'. Every name may occur once.", nameof(arrays));
        }
    }

    /// <summary>Number of arrays.</summary>
    public int Count => _arrays.Length;

    /// <summary>An array by its position.</summary>
    public WeightArray this[int index] => _arrays[index];

    /// <summary>An array by its name.</summary>
    /// <exception cref="KeyNotFoundException">There is no such array; the message lists the names.</exception>
    public WeightArray this[string name] => TryGet(name, out var array)
        ? array
        : throw new KeyNotFoundException(
            $"There is no array '{name}'. The weights have {string.Join(", ", _arrays.Select(known => $"'{known.Name}'"))}.");

    /// <summary>The weights of a network's layers.</summary>
    /// <param name="network">The layers.</param>
    /// <param name="parameters">[ParameterCount], finite.</param>
    /// <exception cref="ArgumentException">There are more or fewer parameters, one is not finite, or a custom layer has two blocks of the
    /// same name.</exception>
    public static NetworkWeights Of(Network network, ReadOnlySpan<Real> parameters)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (parameters.Length != network.ParameterCount)
            throw new ArgumentException(
                $"Network {network} has {network.ParameterCount} parameters, but {parameters.Length} were passed.", nameof(parameters));
        var arrays = new List<WeightArray>();
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var own = parameters[network.ParametersOf(l)];
            foreach (var array in network.Layers[l].Arrays)
                arrays.Add(WeightArray.Owning(NameOf(l, array), [.. array.Shape], array.ReadFrom(own)));
        }
        return new NetworkWeights(arrays);
    }

    /// <summary>The weights of a trained network, with the scaling of its inputs and targets.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="ArgumentException">A mean is NaN, because the column had no value in training; or the network is a
    /// blend.</exception>
    public static NetworkWeights Of(TrainedNetwork network)
    {
        CheckSingle(network);
        return new NetworkWeights([.. Of(network.Network, network.Parameters), .. NetworkScaling.ArraysOf(network)]);
    }

    /// <summary>Finds an array by its name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="array">The array, or null.</param>
    /// <returns>Whether there is such an array.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out WeightArray? array) => _byName.TryGetValue(name, out array);

    /// <summary>The parameters of a network with these weights, for example to start a training with them.</summary>
    /// <param name="network">The layers.</param>
    /// <returns>[ParameterCount]</returns>
    /// <exception cref="ArgumentException">An array is missing or unknown, or has another shape; the message lists all of
    /// them.</exception>
    public Real[] ToParameters(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var fit = new WeightFit(this);
        var parameters = ReadLayers(network, fit);
        fit.Check($"network {network}");
        return parameters;
    }

    /// <summary>A network that predicts with these weights. Scaling is optional: inputs, targets or both may have means and
    /// factors.</summary>
    /// <param name="network">The layers.</param>
    /// <param name="loss">The loss; its link computes predictions from scores.</param>
    /// <exception cref="ArgumentException">An array is missing or unknown, or has another shape, or its values are not
    /// allowed.</exception>
    public TrainedNetwork ToNetwork(Network network, Loss loss)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(loss);
        return MakeNetwork(network, loss, earlier: null);
    }

    /// <summary>The same network with these weights. Scaling that is not among the weights stays as it is.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="ArgumentException">An array is missing or unknown, or has another shape, or its values are not allowed; or the
    /// network is a blend.</exception>
    public TrainedNetwork ApplyTo(TrainedNetwork network)
    {
        CheckSingle(network);
        return MakeNetwork(network.Network, network.Loss, network);
    }

    /// <summary>The same arrays with other names.</summary>
    /// <param name="nameOf">Returns the new name of an array from its name.</param>
    /// <exception cref="ArgumentException">A new name is not allowed, or occurs twice.</exception>
    public NetworkWeights Renamed(Func<string, string> nameOf)
    {
        ArgumentNullException.ThrowIfNull(nameOf);
        return new NetworkWeights(_arrays.Select(array => array.Renamed(nameOf(array.Name))));
    }

    /// <inheritdoc/>
    public IEnumerator<WeightArray> GetEnumerator() => _arrays.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void CheckSingle(TrainedNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.Blend is { } blend)
            throw new ArgumentException(
                $"The network is a blend of {blend.Parts.Count} networks, and arrays are those of one. Use {nameof(NetworkBlend.Parts)} of "
                + $"its {nameof(TrainedNetwork.Blend)}.", nameof(network));
    }

    private TrainedNetwork MakeNetwork(Network network, Loss loss, TrainedNetwork? earlier)
    {
        var fit = new WeightFit(this);
        var parameters = ReadLayers(network, fit);
        var scaling = NetworkScaling.Read(fit, network, loss, earlier);
        fit.Check($"network {network} with {loss}");
        return scaling.Make(network, parameters, loss);
    }

    private static Real[] ReadLayers(Network network, WeightFit fit)
    {
        var parameters = new Real[network.ParameterCount];
        for (var l = 0; l < network.Layers.Count; l++)
        {
            var own = parameters.AsSpan(network.ParametersOf(l));
            foreach (var array in network.Layers[l].Arrays) array.WriteTo(fit.Values(NameOf(l, array), [.. array.Shape]), own);
        }
        return parameters;
    }

    private static string NameOf(int layer, ParameterArray array) => $"layers.{layer}.{array.Name}";
}
