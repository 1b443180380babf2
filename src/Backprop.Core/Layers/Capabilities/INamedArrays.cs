namespace Backprop.Layers;

/// <summary>A layer whose parameters are arrays of several dimensions. Other layers have one array for each
/// <see cref="ParameterBlock"/>.</summary>
internal interface INamedArrays
{
    /// <summary>The arrays. Together they have every parameter once.</summary>
    IReadOnlyList<ParameterArray> Arrays { get; }
}

/// <summary>Parameters of a layer as an array, for exchange with other libraries. The array is row-major. It consists of pieces of equal
/// length, at equal distances among the parameters.</summary>
/// <param name="Name">Its name within the layer, such as "weights".</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="First">The position of the first piece among the parameters.</param>
/// <param name="Pieces">Number of pieces.</param>
/// <param name="Stride">The distance between two pieces.</param>
/// <param name="Factor">The factor between parameters and elements: an element is its parameter times this.</param>
internal readonly record struct ParameterArray(
    string Name, IReadOnlyList<int> Shape, int First, int Pieces = 1, int Stride = 0, double Factor = 1)
{
    private int Length => Shape.Aggregate(1, (product, dimension) => product * dimension);

    private int PieceLength => Length / Pieces;

    /// <summary>Copies the elements of the array.</summary>
    /// <param name="parameters">[ParameterCount] of the layer.</param>
    public float[] ReadFrom(ReadOnlySpan<Real> parameters)
    {
        var elements = new float[Length];
        for (var i = 0; i < elements.Length; i++) elements[i] = (float)((Real)Factor * parameters[PositionOf(i)]);
        return elements;
    }

    /// <summary>Writes the elements of the array to their parameters.</summary>
    /// <param name="elements">The elements, row-major.</param>
    /// <param name="parameters">[ParameterCount] of the layer.</param>
    public void WriteTo(ReadOnlySpan<float> elements, Span<Real> parameters)
    {
        for (var i = 0; i < elements.Length; i++) parameters[PositionOf(i)] = elements[i] / (Real)Factor;
    }

    private int PositionOf(int element)
    {
        var (piece, index) = Math.DivRem(element, PieceLength);
        return First + piece * Stride + index;
    }

    /// <summary>One array for each block of parameters.</summary>
    public static IReadOnlyList<ParameterArray> OfBlocks(Layer layer)
    {
        var arrays = new List<ParameterArray>();
        var first = 0;
        foreach (var block in layer.Blocks)
        {
            arrays.Add(new ParameterArray(block.Name.Replace(' ', '_'), [block.Length], first));
            first += block.Length;
        }
        return arrays;
    }
}
