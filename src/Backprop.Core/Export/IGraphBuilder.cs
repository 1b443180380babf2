namespace Backprop.Export;

/// <summary>The type of the values of a tensor. Its number is that of ONNX's TensorProto.DataType.</summary>
internal enum ElementType
{
    /// <summary>Single precision.</summary>
    Single = 1,

    /// <summary>64-bit integers.</summary>
    Int64 = 7,

    /// <summary>True or false.</summary>
    Boolean = 9,

    /// <summary>Double precision.</summary>
    Double = 11,

    /// <summary>32-bit integers without sign.</summary>
    UInt32 = 12,
}

/// <summary>Receives the operators of a graph in the vocabulary of ONNX, one after another.</summary>
/// <remarks>Tensors are known by their names. Operators are those of every operator set from 12 to 17, and none that changed between
/// these.</remarks>
internal interface IGraphBuilder
{
    /// <summary>Begins a part of the graph, after which the next operators are named.</summary>
    void Begin(string part);

    /// <summary>A tensor of constants.</summary>
    /// <param name="values">Row-major.</param>
    /// <param name="shape">The length of each dimension; none for a scalar.</param>
    /// <returns>Its name.</returns>
    string Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape);

    /// <summary>A tensor of integers.</summary>
    /// <inheritdoc cref="Constant(ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    string Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape);

    /// <summary>Appends an operator.</summary>
    /// <param name="type">Its type, such as MatMul.</param>
    /// <param name="inputs">The names of its inputs.</param>
    /// <param name="attributes">Its attributes: an integer, several integers, a number, or a type.</param>
    /// <returns>The name of its first output.</returns>
    string Add(string type, IReadOnlyList<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes);
}
