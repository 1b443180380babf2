using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>Functions of separate columns. Their x and their y are concatenated. The scratch of one thread.</summary>
/// <param name="parts">The functions.</param>
/// <param name="inputs">The number of columns of x of each.</param>
/// <param name="outputs">The number of columns of y of each.</param>
/// <param name="rows">Maximum number of rows.</param>
internal sealed class SideBySide(IRowFunction[] parts, int[] inputs, int[] outputs, int rows) : IRowFunction
{
    private readonly int _inputs = inputs.Sum(), _outputs = outputs.Sum();
    private readonly Real[][] _x = [.. inputs.Select(columns => new Real[checked(rows * columns)])];
    private readonly Real[] _y = new Real[checked(rows * outputs.Sum())], _dx = new Real[checked(rows * inputs.Sum())];
    private readonly Real[] _dy = new Real[checked(rows * outputs.Max())];

    /// <inheritdoc/>
    public ReadOnlyMatrix Forward(ReadOnlyMatrix x)
    {
        var y = new Matrix(_y.AsSpan(0, x.Rows * _outputs), x.Rows, _outputs);
        for (int i = 0, from = 0, to = 0; i < parts.Length; from += inputs[i], to += outputs[i++])
        {
            var own = OwnX(i, x.Rows);
            ColumnParts.Take(x, from, own);
            ColumnParts.Put(parts[i].Forward(own), y, to);
        }
        return y;
    }

    /// <inheritdoc/>
    public ReadOnlyMatrix Backward(ReadOnlyMatrix x, ReadOnlyMatrix dy)
    {
        var dx = new Matrix(_dx.AsSpan(0, x.Rows * _inputs), x.Rows, _inputs);
        for (int i = 0, from = 0, to = 0; i < parts.Length; from += inputs[i], to += outputs[i++])
        {
            var own = new Matrix(_dy.AsSpan(0, x.Rows * outputs[i]), x.Rows, outputs[i]);
            ColumnParts.Take(dy, to, own);
            ColumnParts.Put(parts[i].Backward(OwnX(i, x.Rows), own), dx, from);
        }
        return dx;
    }

    private Matrix OwnX(int part, int count) => new(_x[part].AsSpan(0, count * inputs[part]), count, inputs[part]);
}
