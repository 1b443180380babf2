namespace Backprop.Numerics;

/// <summary>A weight matrix among all parameters, row-major.</summary>
/// <param name="Offset">Index of its first parameter.</param>
/// <param name="Rows">Inputs of the layer.</param>
/// <param name="Columns">Outputs of the layer.</param>
public readonly record struct WeightMatrix(int Offset, int Rows, int Columns)
{
    /// <summary>Count of its parameters.</summary>
    public int Length => Rows * Columns;

    /// <summary>The index after its last parameter.</summary>
    public int End => Offset + Length;
}
