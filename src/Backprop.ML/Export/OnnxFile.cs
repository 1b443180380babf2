using System.Runtime.InteropServices;
using Backprop.Export;

namespace Backprop.ML.Export;

/// <summary>Collects operators, and writes them as a file of ONNX.</summary>
/// <remarks>
/// The fields are those of onnx.proto, version 8 of the representation. There are ten kinds of messages, and the package of ML.NET brings
/// Google.Protobuf along, which encodes them. Generated classes would be a dependency, or ten thousand lines: docs/decisions/0039.
/// </remarks>
internal sealed class OnnxFile : IGraphBuilder
{
    // With operator set 17, files have version 8 of the intermediate representation.
    private const int OperatorSet = 17, RepresentationVersion = 8;

    private readonly ProtobufMessage _graph = new();
    private readonly HashSet<string> _names = [];
    private string _part = "";
    private int _count;

    public void Begin(string part) => _part = part;

    public string Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        AddTensor(ElementType.Single, shape, MemoryMarshal.AsBytes(values));

    public string Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        AddTensor(ElementType.Int64, shape, MemoryMarshal.AsBytes(values));

    public string Add(string type, IReadOnlyList<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string[] outputs = [.. Enumerable.Range(0, OperatorOutputs.Of(type)).Select(_ => NewName(type))];
        AddNode(type, inputs, outputs, attributes);
        return outputs[0];
    }

    /// <summary>Declares an input: [rows × columns].</summary>
    /// <exception cref="NotSupportedException">Another input or output has this name.</exception>
    public void Input(string name, ElementType type, int columns)
    {
        CheckName(name);
        _graph.Message(11, ValueOf(name, type, columns));
    }

    /// <summary>Declares an output: a tensor of [rows × columns].</summary>
    /// <exception cref="NotSupportedException">Another input or output has this name.</exception>
    public void Output(string name, string tensor, ElementType type, int columns)
    {
        CheckName(name);
        AddNode("Identity", [tensor], [name], []);
        _graph.Message(12, ValueOf(name, type, columns));
    }

    /// <summary>Writes the file.</summary>
    /// <param name="stream">It is written here, from its position on.</param>
    /// <param name="producerVersion">The version of this library.</param>
    /// <param name="metadata">Facts about the model.</param>
    public void WriteTo(Stream stream, string producerVersion, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        _graph.Text(2, "Backprop.ML");
        var model = new ProtobufMessage().Integer(1, RepresentationVersion).Text(2, "Backprop.ML").Text(3, producerVersion)
            .Message(8, new ProtobufMessage().Text(1, "").Integer(2, OperatorSet))
            .Message(7, _graph);
        foreach (var (key, value) in metadata) model.Message(14, new ProtobufMessage().Text(1, key).Text(2, value));
        stream.Write(model.Encoded);
    }

    private void CheckName(string name)
    {
        if (!_names.Add(name))
            throw new NotSupportedException(
                $"Two tensors of the ONNX file would have the name '{name}', because a column has the name of a tensor. Choose another "
                + "name for the column, or export the whole pipeline with ml.Model.ConvertToOnnx.");
    }

    private string NewName(string type) => $"{_part}/{type}_{_count++}";

    private string AddTensor(ElementType type, ReadOnlySpan<long> shape, ReadOnlySpan<byte> values)
    {
        var name = NewName("constant");
        var tensor = new ProtobufMessage();
        foreach (var length in shape) tensor.Integer(1, length);
        _graph.Message(5, tensor.Integer(2, (int)type).Text(8, name).Bytes(9, values));
        return name;
    }

    private void AddNode(
        string type, IReadOnlyList<string> inputs, IReadOnlyList<string> outputs, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new ProtobufMessage();
        foreach (var input in inputs) node.Text(1, input);
        foreach (var output in outputs) node.Text(2, output);
        node.Text(3, $"{_part}/{type}_{_count++}").Text(4, type);
        foreach (var (name, value) in attributes) node.Message(5, AttributeOf(name, value));
        _graph.Message(1, node);
    }

    private static ProtobufMessage AttributeOf(string name, object value)
    {
        const int typeField = 20, isNumber = 1, isInteger = 2, areIntegers = 7;
        var attribute = new ProtobufMessage().Text(1, name);
        switch (value)
        {
            case long number: return attribute.Integer(3, number).Integer(typeField, isInteger);
            case ElementType element: return attribute.Integer(3, (int)element).Integer(typeField, isInteger);
            case double number: return attribute.Number(2, (float)number).Integer(typeField, isNumber);
            case long[] numbers:
                foreach (var number in numbers) attribute.Integer(8, number);
                return attribute.Integer(typeField, areIntegers);
            default: throw new NotSupportedException($"{name}: {value}");
        }
    }

    private static ProtobufMessage ValueOf(string name, ElementType type, int columns)
    {
        var rows = new ProtobufMessage().Text(2, "rows");
        var shape = new ProtobufMessage().Message(1, rows).Message(1, new ProtobufMessage().Integer(1, columns));
        var tensor = new ProtobufMessage().Integer(1, (int)type).Message(2, shape);
        return new ProtobufMessage().Text(1, name).Message(2, new ProtobufMessage().Message(1, tensor));
    }
}
