using System.Text;
using Backprop.Benchmarks.Harness;
using Microsoft.ML.OnnxRuntime;

namespace Backprop.Benchmarks.Peers;

/// <summary>The same network in ONNX Runtime, on one thread, with memory for inputs and outputs bound once.</summary>
internal sealed class OnnxNet : IDisposable
{
    private readonly string _inputName, _outputName;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtValue _input, _output;

    public OnnxNet(Net net, ReadOnlySpan<float> parameters, int rows)
        : this(Model(net, parameters, rows), "x", "y", rows, net.Inputs, net.Outputs)
    {
    }

    /// <summary>A file of ONNX, with one input and one output that is used.</summary>
    public OnnxNet(byte[] model, string inputName, string outputName, int rows, int inputs, int outputs)
    {
        (_inputName, _outputName) = (inputName, outputName);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1, InterOpNumThreads = 1, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL
        };
        _session = new InferenceSession(model, options);
        X = new float[rows * inputs];
        Y = new float[rows * outputs];
        _input = OrtValue.CreateTensorValueFromMemory(X, [rows, inputs]);
        _output = OrtValue.CreateTensorValueFromMemory(Y, [rows, outputs]);
    }

    /// <summary>[rows × inputs], to be filled by the caller.</summary>
    public float[] X { get; }

    /// <summary>[rows × outputs]: probabilities, after <see cref="Run"/>.</summary>
    public float[] Y { get; }

    /// <summary>Where our outputs and these are not the same; null, when they are.</summary>
    public static string? Difference(ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs)
    {
        if (ours.Length != theirs.Length) return $"{ours.Length} outputs instead of {theirs.Length}";
        for (var i = 0; i < ours.Length; i++)
            if (!(Math.Abs(ours[i] - theirs[i]) <= 1e-4)) return $"output {i} differs: {ours[i]} and {theirs[i]}";
        return null;
    }

    public void Run() => _session.Run(_run, [_inputName], [_input], [_outputName], [_output]);

    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
        _run.Dispose();
        _session.Dispose();
    }

    // The few messages of onnx.proto3 that a chain of Gemm, Relu and Softmax or Sigmoid needs (opset 13).
    private static byte[] Model(Net net, ReadOnlySpan<float> parameters, int rows)
    {
        var graph = new Message();
        var (value, offset) = ("x", 0);
        for (var l = 0; l < net.Widths.Length - 1; l++)
        {
            int inputs = net.Widths[l], outputs = net.Widths[l + 1];
            var isLast = l == net.Widths.Length - 2;
            Node(graph, "Gemm", [value, $"w{l}", $"b{l}"], $"z{l}");
            Node(graph, isLast ? net.IsBinary ? "Sigmoid" : "Softmax" : "Relu", [$"z{l}"], isLast ? "y" : $"a{l}");
            value = $"a{l}";
            Tensor(graph, $"w{l}", [inputs, outputs], parameters.Slice(offset, inputs * outputs));
            Tensor(graph, $"b{l}", [outputs], parameters.Slice(offset + inputs * outputs, outputs));
            offset += (inputs + 1) * outputs;
        }
        graph.Text(2, "net");
        Value(graph, 11, "x", rows, net.Inputs);
        Value(graph, 12, "y", rows, net.Outputs);
        return new Message().Number(1, 8).Nested(7, graph).Nested(8, new Message().Text(1, "").Number(2, 13)).ToArray();
    }

    private static void Node(Message graph, string kind, string[] inputs, string output)
    {
        var node = new Message();
        foreach (var input in inputs) node.Text(1, input);
        graph.Nested(1, node.Text(2, output).Text(4, kind));
    }

    private static void Tensor(Message graph, string name, int[] dimensions, ReadOnlySpan<float> values)
    {
        var tensor = new Message();
        foreach (var dimension in dimensions) tensor.Number(1, dimension);
        graph.Nested(5, tensor.Number(2, 1).Text(8, name).Bytes(9, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values)));
    }

    private static void Value(Message graph, int field, string name, int rows, int columns)
    {
        var shape = new Message().Nested(1, new Message().Number(1, rows)).Nested(1, new Message().Number(1, columns));
        graph.Nested(field, new Message().Text(1, name).Nested(2, new Message().Nested(1, new Message().Number(1, 1).Nested(2, shape))));
    }

    /// <summary>A message of Protocol Buffers.</summary>
    private sealed class Message
    {
        private readonly List<byte> _bytes = [];

        public Message Number(int field, long value)
        {
            Varint(field << 3);
            Varint(value);
            return this;
        }

        public Message Bytes(int field, ReadOnlySpan<byte> value)
        {
            Varint(field << 3 | 2);
            Varint(value.Length);
            _bytes.AddRange(value);
            return this;
        }

        public Message Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

        public Message Nested(int field, Message value) => Bytes(field, value.ToArray());

        public byte[] ToArray() => [.. _bytes];

        private void Varint(long value)
        {
            for (; value >= 128; value >>= 7) _bytes.Add((byte)(value | 128));
            _bytes.Add((byte)value);
        }
    }
}
