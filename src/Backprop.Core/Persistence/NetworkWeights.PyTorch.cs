using System.Text.RegularExpressions;

namespace Backprop.Persistence;

public sealed partial class NetworkWeights
{
    /// <summary>The names and the layout of PyTorch's <c>nn.Sequential</c> of linear layers: <c>layers.0.weights</c> becomes
    /// <c>0.weight</c>, transposed to [outputs, inputs]; <c>layers.0.biases</c> becomes <c>0.bias</c>.</summary>
    /// <remarks>One module for each layer has the same indices. Arrays outside the layers keep their names.</remarks>
    /// <exception cref="InvalidOperationException">A layer has other arrays than those of a linear layer; the message names
    /// one.</exception>
    public NetworkWeights ToPyTorch() => new(_arrays.Select(array =>
    {
        if (!array.Name.StartsWith("layers.", StringComparison.Ordinal)) return array;
        var index = LinearName().Match(array.Name) is { Success: true } name ? name.Groups["index"].Value : null;
        return (index, array.Name.EndsWith(".weights", StringComparison.Ordinal), array.Shape.Length) switch
        {
            ({ }, true, 2) => array.Transposed().Renamed($"{index}.weight"),
            ({ }, false, 1) => array.Renamed($"{index}.bias"),
            _ => throw new InvalidOperationException(
                $"Array {array} has no counterpart in a PyTorch model of linear layers. Save the weights without ToPyTorch."),
        };
    }));

    /// <summary>The names and the layout of this library, from those of PyTorch's <c>nn.Sequential</c> of linear layers:
    /// <c>0.weight</c> [outputs, inputs] becomes <c>layers.0.weights</c>, transposed; <c>0.bias</c> becomes
    /// <c>layers.0.biases</c>.</summary>
    /// <remarks>Names without the prefix and a number stay as they are. If modules have other names, use <see cref="Renamed"/>
    /// before.</remarks>
    /// <param name="prefix">The text before the number: "net." for <c>net.0.weight</c>.</param>
    /// <exception cref="InvalidOperationException">A weight has not two dimensions, or a bias has not one: it is not a linear
    /// layer's.</exception>
    public NetworkWeights FromPyTorch(string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return new NetworkWeights(_arrays.Select(array =>
        {
            var name = array.Name.StartsWith(prefix, StringComparison.Ordinal) ? ModuleName().Match(array.Name[prefix.Length..]) : null;
            if (name is not { Success: true }) return array;
            var index = name.Groups["index"].Value;
            return (name.Groups["part"].Value, array.Shape.Length) switch
            {
                ("weight", 2) => array.Transposed().Renamed($"layers.{index}.weights"),
                ("bias", 1) => array.Renamed($"layers.{index}.biases"),
                _ => throw new InvalidOperationException(
                    $"Array {array} is not of a linear layer, whose weight has two dimensions and whose bias has one."),
            };
        }));
    }

    [GeneratedRegex(@"^layers\.(?<index>[0-9]+)\.(weights|biases)\z")]
    private static partial Regex LinearName();

    [GeneratedRegex(@"^(?<index>[0-9]+)\.(?<part>weight|bias)\z")]
    private static partial Regex ModuleName();
}
