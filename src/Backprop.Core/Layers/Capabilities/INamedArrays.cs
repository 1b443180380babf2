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
/// <param name="Conversion">Computes elements from parameters where a factor does not suffice; otherwise null.</param>
internal readonly record struct ParameterArray(
    string Name, IReadOnlyList<int> Shape, int First, int Pieces = 1, int Stride = 0, double Factor = 1,
    IArrayConversion? Conversion = null)
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
            if (Conversion is not null) Conversion.ToElements(own, elements.AsSpan(piece * length, length));
            else for (var i = 0; i < length; i++) elements[piece * length + i] = (float)((Real)Factor * own[i]);
        }
        return elements;
    }

    /// <summary>Writes the elements of the array to their parameters.</summary>
    /// <param name="elements">The elements, row-major.</param>
    /// <param name="parameters">[ParameterCount] of the layer.</param>
    /// <exception cref="ArgumentException">The layer cannot have such an element.</exception>
    public void WriteTo(ReadOnlySpan<float> elements, Span<Real> parameters)
    {
        var length = elements.Length / Pieces;
        for (var piece = 0; piece < Pieces; piece++)
        {
            var own = parameters.Slice(First + piece * Stride, length);
            if (Conversion is not null) Conversion.ToParameters(elements.Slice(piece * length, length), own);
            else for (var i = 0; i < length; i++) own[i] = elements[piece * length + i] / (Real)Factor;
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

/// <summary>Converts between the parameters of a layer and the elements of one piece of an array.</summary>
internal interface IArrayConversion
{
    /// <summary>Computes the elements.</summary>
    /// <param name="parameters">The parameters of the piece.</param>
    /// <param name="elements">As many, overwritten.</param>
    void ToElements(ReadOnlySpan<Real> parameters, Span<float> elements);

    /// <summary>Computes the parameters.</summary>
    /// <param name="elements">The elements of the piece.</param>
    /// <param name="parameters">As many, overwritten.</param>
    /// <exception cref="ArgumentException">The layer cannot have such an element.</exception>
    void ToParameters(ReadOnlySpan<float> elements, Span<Real> parameters);
}
