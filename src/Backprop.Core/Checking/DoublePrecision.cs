extern alias InDouble;

using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Persistence;
using Twin = InDouble::Backprop;

namespace Backprop.Checking;

/// <summary>This library in double precision, compiled from the same sources. It is embedded as a resource, and loaded on first use
/// (docs/decisions/0017).</summary>
internal static class DoublePrecision
{
    private const string Name = "Backprop.Core.Double";
    private static readonly Lazy<Assembly> s_twin = new(LoadOnce);

    /// <summary>To be called before any method that names a type of the double-precision library.</summary>
    public static void Load() => _ = s_twin.Value;

    private static Assembly LoadOnce()
    {
        var here = typeof(DoublePrecision).Assembly;
        var context = AssemblyLoadContext.GetLoadContext(here)!;
        using var image = here.GetManifestResourceStream($"{Name}.dll")!;
        return context.Assemblies.FirstOrDefault(assembly => assembly.GetName().Name == Name) ?? context.LoadFromStream(image);
    }
}

/// <summary>The objective of a network and a loss, in double precision. Both are passed as the JSON that models are saved in.</summary>
internal sealed class InDoublePrecision : GradientCheck.IObjective
{
    private readonly Twin.Networks.Network _network;
    private readonly Twin.Losses.Loss _loss;
    private readonly Twin.Networks.Workspace _workspace;
    private readonly double[] _x, _targets;
    private readonly int _rows, _seed;

    public InDoublePrecision(Network network, Loss loss, ReadOnlySpan<float> x, ReadOnlySpan<float> targets, int rows, int seed)
    {
        _network = new Twin.Networks.Network(Translate<IReadOnlyList<Layer>, Twin.Layers.Layer[]>(network.Layers));
        _loss = Translate<Loss, Twin.Losses.Loss>(loss);
        _workspace = new Twin.Networks.Workspace(_network, rows);
        (_x, _targets, _rows, _seed) = (Widen(x), Widen(targets), rows, seed);
    }

    public double Evaluate(double[] theta, double[] gradient)
    {
        var input = new Twin.Numerics.ReadOnlyMatrix(_x, _rows, _network.Inputs);
        var scores = _network.ForwardTraining(theta, input, _workspace, _seed, step: 0);
        var value = _network.EnsembleSize * _loss.Evaluate(
            scores, new Twin.Numerics.ReadOnlyMatrix(_targets, _rows, _targets.Length / _rows), [], _workspace.ScoreGradient,
            _network.EnsembleSize);
        if (gradient.Length > 0) _network.Backward(theta, input, _workspace, gradient);
        return value;
    }

    private static TThere Translate<THere, TThere>(THere part) =>
        JsonSerializer.Deserialize<TThere>(
            JsonSerializer.SerializeToUtf8Bytes(part, HeaderJson.Options), Twin.Persistence.HeaderJson.Options)!;

    private static double[] Widen(ReadOnlySpan<float> numbers)
    {
        var wide = new double[numbers.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = numbers[i];
        return wide;
    }
}
