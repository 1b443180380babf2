using Backprop.Export;
using Microsoft.ML.Model.OnnxConverter;

namespace Backprop.ML.Export;

/// <summary>Appends operators to the graph that ML.NET's converter builds for a pipeline.</summary>
/// <remarks>The converter shares one table of names between columns and constants. So names begin with a prefix that no column
/// has.</remarks>
/// <param name="context">The graph so far.</param>
internal sealed class ConverterGraph(OnnxContext context) : IGraphBuilder
{
    private const string StandardDomain = "";

    private string _part = "";

    public void Begin(string part) => _part = $"backprop/{part}";

    public string Constant(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        shape.IsEmpty
            ? context.AddInitializer(values[0], $"{_part}/constant")
            : context.AddInitializer(values.ToArray(), shape.ToArray(), $"{_part}/constants");

    public string Constant(ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) =>
        shape.IsEmpty
            ? context.AddInitializer(values[0], $"{_part}/integer")
            : context.AddInitializer(values.ToArray(), shape.ToArray(), $"{_part}/integers");

    public string Add(string type, IReadOnlyList<string> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var name = $"{_part}/{type}";
        var outputs = new string[OperatorOutputs.Of(type)];
        for (var i = 0; i < outputs.Length; i++) outputs[i] = context.AddIntermediateVariable(null, name, skip: true);
        var node = context.CreateNode(type, inputs, outputs, context.GetNodeName(name), StandardDomain);
        foreach (var (attribute, value) in attributes)
        {
            switch (value)
            {
                case long number: node.AddAttribute(attribute, number); break;
                case double number: node.AddAttribute(attribute, number); break;
                case long[] numbers: node.AddAttribute(attribute, numbers); break;
                case ElementType element: node.AddAttribute(attribute, TypeOf(element)); break;
                default: throw new NotSupportedException($"{attribute}: {value}");
            }
        }
        return outputs[0];
    }

    /// <summary>Assigns a tensor to a variable of the graph.</summary>
    public void Assign(string variable, string tensor) =>
        context.CreateNode("Identity", [tensor], [variable], context.GetNodeName($"{_part}/Identity"), StandardDomain);

    private static Type TypeOf(ElementType element) => element switch
    {
        ElementType.Single => typeof(float),
        ElementType.Double => typeof(double),
        ElementType.Int64 => typeof(long),
        ElementType.UInt32 => typeof(uint),
        ElementType.Boolean => typeof(bool),
        _ => throw new NotSupportedException(element.ToString()),
    };
}

/// <summary>How many outputs operators have.</summary>
internal static class OperatorOutputs
{
    /// <summary>Number of outputs of an operator; all but the first are unused.</summary>
    public static int Of(string type) => type == "TopK" ? 2 : 1;
}
