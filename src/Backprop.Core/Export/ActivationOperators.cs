using Backprop.Activations;

namespace Backprop.Export;

/// <summary>Activations in the operators of ONNX.</summary>
internal static class ActivationOperators
{
    private const double Far = 20, Steepness = 1.5957691216057308, Cubic = 0.044715;

    /// <summary>y = f(x).</summary>
    /// <exception cref="NotSupportedException">A custom activation.</exception>
    public static string Write(IGraphBuilder graph, Activation f, string x) => f switch
    {
        Identity => x,
        ReLU => graph.Apply("Relu", x),
        LeakyReLU leaky => graph.Add("LeakyRelu", [x], ("alpha", leaky.NegativeSlope)),
        ELU elu => graph.Add("Elu", [x], ("alpha", elu.Alpha)),
        SELU => graph.Add("Selu", [x], ("alpha", 1.6732632423543772), ("gamma", 1.0507009873554805)),
        GELU { Approximate: true } => ApproximateGelu(graph, x),
        GELU => graph.Apply("Mul", graph.Times(x, 0.5), OnePlus(graph, graph.Apply("Erf", graph.Times(x, Math.Sqrt(0.5))))),
        SiLU => graph.Apply("Mul", x, graph.Apply("Sigmoid", x)),
        Mish => graph.Apply("Mul", x, graph.Apply("Tanh", graph.Apply("Softplus", x))),
        Softplus => graph.Apply("Softplus", x),
        Softsign => graph.Apply("Softsign", x),
        Sigmoid => graph.Apply("Sigmoid", x),
        Tanh => graph.Apply("Tanh", x),
        HardTanh => graph.Clip(x, -1, 1),
        HardSigmoid => SixthOf(graph, x),
        HardSwish => graph.Apply("Mul", x, SixthOf(graph, x)),
        Reflected reflected => graph.Apply("Neg", Write(graph, reflected.Inner, graph.Apply("Neg", x))),
        Saturated saturated => Saturate(graph, saturated, x),
        _ => throw GraphWriter.Custom("activation", f, "activations"),
    };

    // x·σ(2u), with u = √(2/π)·(x + 0.044715·x³). Powers of large x would overflow.
    private static string ApproximateGelu(IGraphBuilder graph, string x)
    {
        var near = graph.Clip(x, -Far, Far);
        var slope = OnePlus(graph, graph.Times(graph.Apply("Mul", near, near), Cubic));
        return graph.Apply("Mul", x, graph.Apply("Sigmoid", graph.Apply("Mul", graph.Times(near, Steepness), slope)));
    }

    private static string Saturate(IGraphBuilder graph, Saturated f, string x)
    {
        var inner = Write(graph, f.Inner, graph.Apply("Sub", graph.Scalar(1), graph.Apply("Abs", x)));
        return graph.Apply("Mul", graph.Apply("Sign", x), graph.Apply("Sub", graph.Scalar(f.Height), inner));
    }

    private static string SixthOf(IGraphBuilder graph, string x) => graph.Add("HardSigmoid", [x], ("alpha", 1.0 / 6), ("beta", 0.5));

    private static string OnePlus(IGraphBuilder graph, string x) => graph.Apply("Add", x, graph.Scalar(1));
}
