using Backprop.Numerics;

namespace Backprop.Initializers;

/// <summary>A rule for the starting values of a layer's weights and biases.</summary>
/// <remarks>A new initializer is one file in this folder and one entry in <see cref="All"/>.</remarks>
public abstract record Initializer
{
    /// <summary>Draws the weights of one layer.</summary>
    /// <param name="weights">[inputs × outputs], overwritten.</param>
    /// <param name="inputs">Inputs of a unit (fan-in).</param>
    /// <param name="outputs">Outputs of the layer (fan-out).</param>
    /// <param name="random">Source of the random numbers; one sequence per layer.</param>
    public abstract void Fill(Span<Real> weights, int inputs, int outputs, RandomSequence random);

    /// <summary>Draws the biases of one layer, after its weights. By default, they are 0.</summary>
    /// <param name="biases">[outputs], overwritten.</param>
    /// <param name="inputs">Inputs of a unit (fan-in).</param>
    /// <param name="random">Source of the random numbers; continues the sequence after the weights.</param>
    public virtual void FillBiases(Span<Real> biases, int inputs, RandomSequence random) => biases.Clear();

    /// <summary>One of each initializer in this assembly; the contract tests run over this list.</summary>
    public static IReadOnlyList<Initializer> All { get; } =
    [
        new DataDependent(), new GlorotNormal(), new GlorotUniform(), new HeNormal(), new HeUniform(), new LeCunNormal(),
        new LeCunUniform(), new NguyenWidrow(), new NtkNormal(),
        new Orthogonal(), new PyTorchDefault(),
    ];

    private protected static void FillUniform(Span<Real> weights, double bound, RandomSequence random)
    {
        foreach (ref var w in weights) w = (Real)(bound * (2 * random.NextUniform() - 1));
    }

    private protected static void FillNormal(Span<Real> weights, double standardDeviation, RandomSequence random)
    {
        foreach (ref var w in weights) w = (Real)(standardDeviation * random.NextNormal());
    }
}
