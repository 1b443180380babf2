using Backprop.Layers;
using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>Some neighbouring layers of a network. None of them reads an earlier output. The scratch of one thread.</summary>
internal sealed class LayerRun : IRowFunction
{
    private readonly Layer[] _layers;
    private readonly Real[][] _parameters, _outputs, _gradients;

    /// <param name="form">The network.</param>
    /// <param name="first">The first of the layers.</param>
    /// <param name="count">Number of layers; may be 0.</param>
    /// <param name="rows">Maximum number of rows.</param>
    /// <param name="withGradients">Whether <see cref="Backward"/> is used.</param>
    public LayerRun(ScoringForm form, int first, int count, int rows, bool withGradients)
    {
        _layers = [.. form.Network.Layers.Skip(first).Take(count)];
        _parameters = [.. _layers.Select((_, l) => form.Parameters[form.Network.ParametersOf(first + l)])];
        _outputs = [.. _layers.Select(layer => new Real[checked(rows * layer.Outputs)])];
        _gradients = withGradients ? [.. _layers.Select(layer => new Real[checked(rows * layer.Outputs)])] : [];
    }

    /// <summary>Writes the output of the last layer.</summary>
    /// <param name="x">[rows × inputs of the first layer]</param>
    /// <returns>[rows × outputs of the last layer], valid until the next call; x without layers.</returns>
    public ReadOnlyMatrix Forward(ReadOnlyMatrix x)
    {
        for (var l = 0; l < _layers.Length; l++)
        {
            var y = View(_outputs, l, x.Rows);
            _layers[l].Forward(_parameters[l], x, y);
            x = y;
        }
        return x;
    }

    /// <summary>Writes the gradient of the input, after <see cref="Forward"/>.</summary>
    /// <param name="x">[rows × inputs], the x of that call.</param>
    /// <param name="dy">[rows × outputs]</param>
    /// <returns>[rows × inputs], valid until the next call; <paramref name="dy"/> without layers.</returns>
    public ReadOnlyMatrix Backward(ReadOnlyMatrix x, ReadOnlyMatrix dy)
    {
        for (var l = _layers.Length - 1; l >= 0; l--)
        {
            var input = l == 0 ? x : View(_outputs, l - 1, x.Rows);
            var dInput = new Matrix(GradientRoom(l, x.Rows), x.Rows, _layers[l].Inputs);
            _layers[l].Backward(_parameters[l], input, View(_outputs, l, x.Rows), dy, dInput, []);
            dy = dInput;
        }
        return dy;
    }

    private Span<Real> GradientRoom(int layer, int rows)
    {
        var length = rows * _layers[layer].Inputs;
        if (_gradients[layer].Length < length) _gradients[layer] = new Real[length];
        return _gradients[layer].AsSpan(0, length);
    }

    private Matrix View(Real[][] memory, int layer, int rows)
    {
        var width = _layers[layer].Outputs;
        return new Matrix(memory[layer].AsSpan(0, rows * width), rows, width);
    }
}
