using Backprop.Numerics;

namespace Backprop.Layers;

/// <summary>Layers of the form y = c·x·W + b with a fixed number c. Parameters: W [Inputs × Outputs] row-major, then b [Outputs].</summary>
public abstract record AffineLayer : Layer
{
    private protected AffineLayer(int inputs, int outputs) : base(inputs, outputs)
    {
    }

    /// <summary>c: 1 of a <see cref="Dense"/> layer.</summary>
    public abstract double WeightFactor { get; }

    /// <summary>Length of W, which comes first among the parameters.</summary>
    public int WeightCount => Inputs * Outputs;

    /// <summary>c·W [Inputs × Outputs] row-major: what x is multiplied by.</summary>
    /// <param name="parameters">[ParameterCount]</param>
    public Real[] EffectiveWeights(ReadOnlySpan<Real> parameters)
    {
        var weights = parameters[..WeightCount].ToArray();
        Elementwise.Map(new Arithmetic.Multiple((Real)WeightFactor), weights, weights);
        return weights;
    }
}
