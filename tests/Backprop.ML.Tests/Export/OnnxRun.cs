using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Backprop.ML.Tests.Export;

/// <summary>A file of ONNX, executed by ONNX Runtime.</summary>
internal sealed class OnnxRun : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxRun(Action<Stream> write)
    {
        using var file = new MemoryStream();
        write(file);
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = 1 };
        _session = new InferenceSession(file.ToArray(), options);
    }

    public ModelMetadata Metadata => _session.ModelMetadata;

    public IReadOnlyList<string> Inputs => [.. _session.InputMetadata.Keys];

    public IReadOnlyList<string> Outputs => [.. _session.OutputMetadata.Keys];

    public void Dispose() => _session.Dispose();

    public static NamedOnnxValue Tensor<T>(string name, T[] values, int columns) =>
        NamedOnnxValue.CreateFromTensor(name, new DenseTensor<T>(values, [values.Length / columns, columns]));

    /// <summary>The values of some outputs.</summary>
    public Dictionary<string, Array> Run(params IReadOnlyCollection<NamedOnnxValue> inputs)
    {
        using var results = _session.Run(inputs);
        return results.ToDictionary(result => result.Name, result => result.Value switch
        {
            Tensor<float> numbers => (Array)numbers.ToArray(),
            Tensor<bool> flags => flags.ToArray(),
            Tensor<uint> keys => keys.ToArray(),
            Tensor<long> integers => integers.ToArray(),
            Tensor<string> texts => texts.ToArray(),
            _ => throw new NotSupportedException(result.Name),
        });
    }
}

/// <summary>How much numbers may differ from those of our own scorer.</summary>
internal static class Agreement
{
    /// <summary>The largest difference, in units of 1 or of the number, if that is larger. Both are NaN in the same places.</summary>
    public static double Largest(ReadOnlySpan<float> ours, ReadOnlySpan<float> theirs)
    {
        Assert.Equal(ours.Length, theirs.Length);
        double largest = 0;
        for (var i = 0; i < ours.Length; i++)
        {
            Assert.Equal(float.IsNaN(ours[i]), float.IsNaN(theirs[i]));
            if (ours[i] == theirs[i] || float.IsNaN(ours[i])) continue;
            largest = Math.Max(largest, Math.Abs((double)ours[i] - theirs[i]) / Math.Max(1, Math.Abs((double)ours[i])));
        }
        return largest;
    }
}
