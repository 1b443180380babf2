using Backprop.Numerics;

namespace Backprop.Explanations;

/// <summary>A function of every row, with its gradient. The scratch of one thread.</summary>
internal interface IRowFunction
{
    /// <summary>Computes the function.</summary>
    /// <param name="x">[rows × inputs]</param>
    /// <returns>[rows × outputs], valid until the next call.</returns>
    ReadOnlyMatrix Forward(ReadOnlyMatrix x);

    /// <summary>Computes the gradient of the input, after <see cref="Forward"/>.</summary>
    /// <param name="x">[rows × inputs], the x of that call.</param>
    /// <param name="dy">[rows × outputs]</param>
    /// <returns>[rows × inputs], valid until the next call.</returns>
    ReadOnlyMatrix Backward(ReadOnlyMatrix x, ReadOnlyMatrix dy);
}

/// <summary>Values that are explained, as a function of rows, with the gradient of one value of every row. The scratch of one
/// thread.</summary>
internal interface IScoreFunction
{
    /// <summary>Maximum number of rows.</summary>
    int Capacity { get; }

    /// <summary>Number of values of x.</summary>
    int Inputs { get; }

    /// <summary>Computes the values.</summary>
    /// <param name="x">[rows × Inputs], from 1 row to <see cref="Capacity"/>.</param>
    /// <returns>[rows × outputs], valid until the next call.</returns>
    ReadOnlyMatrix Forward(ReadOnlyMatrix x);

    /// <summary>Writes the gradient of one value of every row, after <see cref="Forward"/>.</summary>
    /// <param name="x">The x of that call.</param>
    /// <param name="outputs">[rows]: the index of the value of each row.</param>
    /// <param name="dx">[rows × Inputs], overwritten.</param>
    void Backward(ReadOnlyMatrix x, ReadOnlySpan<int> outputs, Matrix dx);
}
