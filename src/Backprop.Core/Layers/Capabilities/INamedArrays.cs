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
    /// <summary>Copies the elements of the array.</summary>
    /// <param name="parameters">[ParameterCount] of the layer.</param>
    public float[] ReadFrom(ReadOnlySpan<Real> parameters)
    {
        var elements = new float[Shape.Aggregate(1, (product, dimension) => product * dimension)];
        var length = elements.Length / Pieces;
        for (var piece = 0; piece < Pieces; piece++)
        {
            var own = parameters.Slice(First + piece * Stride, length);
            for (var i = 0; i < length; i++) elements[piece * length + i] = (float)((Real)Factor * own[i]);
        }
        return elements;
    }

    /// <summary>Writes the elements of the array to their parameters.</summary>
    /// <param name="elements">The elements, row-major.</param>
    /// <param name="parameters">[ParameterCount] of the layer.</param>
    public void WriteTo(ReadOnlySpan<float> elements, Span<Real> parameters)
    {
        var length = elements.Length / Pieces;
        for (var piece = 0; piece < Pieces; piece++)
        {
            var own = parameters.Slice(First + piece * Stride, length);
            for (var i = 0; i < length; i++) own[i] = elements[piece * length + i] / (Real)Factor;
        }
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
