using Backprop.Networks;
using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>Operations on scores, one after another, with their gradient. The scratch of one thread.</summary>
/// <param name="operations">The operations.</param>
/// <param name="width">Number of scores.</param>
/// <param name="capacity">Maximum number of rows.</param>
internal sealed class OperationChain(ScoreOperation[] operations, int width, int capacity)
{
    private readonly Real[][] _values = [.. Enumerable.Range(0, operations.Length + 1).Select(_ => new Real[checked(capacity * width)])];

    /// <summary>What enters the first operation: [rows × width], to be written before <see cref="Forward"/>.</summary>
    public Matrix Start(int rows) => View(0, rows);

    /// <summary>Runs the operations.</summary>
    /// <returns>[rows × width], valid until the next call.</returns>
    public Matrix Forward(int rows)
    {
        var values = View(0, rows);
        for (var i = 0; i < operations.Length; i++)
        {
            var next = View(i + 1, rows);
            values.Values.CopyTo(next.Values);
            operations[i].Apply(next);
            values = next;
        }
        return values;
    }

    /// <summary>Converts the gradient of the result into that of <see cref="Start"/>, in place.</summary>
    /// <param name="gradient">[rows × width]</param>
    public void Backward(Matrix gradient)
    {
        for (var i = operations.Length - 1; i >= 0; i--) operations[i].Backward(View(i, gradient.Rows), gradient);
    }

    private Matrix View(int index, int rows) => new(_values[index].AsSpan(0, rows * width), rows, width);
}
